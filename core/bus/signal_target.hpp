// core/bus/signal_target.hpp: the one object of the process that signals are for.
//
// Threads   any: set, clear.  a signal handler on any thread: get.
// Ordering  [target] target_ release in set -> acquire in get : the object is readable
// Lifetime  whoever ends the object clears it before; a handler that runs meanwhile must not outlast it.
// Proof     test/core/bus/signal_target_model.cpp
#pragma once

#include <atomic>

namespace prosa {

template <typename T, template <typename> class Atomic = std::atomic>
class SignalTarget {
  public:
    void set(T* target) noexcept { target_.store(target, std::memory_order_release); }  // [target]

    // Unless another one was set meanwhile.
    void clear(T* target) noexcept {
        target_.compare_exchange_strong(target, nullptr, std::memory_order_relaxed);
    }

    // Null when there is none.
    T* get() const noexcept { return target_.load(std::memory_order_acquire); }  // [target]

  private:
    Atomic<T*> target_{nullptr};
};

}  // namespace prosa
