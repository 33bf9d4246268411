// core/bus/signal_target.hpp: the one object of the process that signals are for.
//
// Threads   any: set, clear, is_visited.  a signal handler on any thread: visit.
// Progress  wait-free; safe in a signal handler.
// Ordering  [target] target_ release in set -> seq_cst in visit : the object is readable
//           [left] visitors_ release at the end of visit -> seq_cst in is_visited : what the visitor did is over
//           [gone] visitors_ seq_cst add, then target_ seq_cst load in visit, against target_ seq_cst exchange in
//           clear, then visitors_ seq_cst load in is_visited : a visitor that was not counted finds nothing
// Lifetime  whoever ends the object clears it, and then waits until nobody visits.
// Proof     test/core/bus/signal_target_model.cpp
#pragma once

#include <atomic>
#include <cstdint>

namespace prosa {

template <typename T, template <typename> class Atomic = std::atomic>
class SignalTarget {
  public:
    void set(T* target) noexcept { target_.store(target, std::memory_order_release); }  // [target]

    // Unless another one was set meanwhile.
    void clear(T* target) noexcept {
        target_.compare_exchange_strong(target, nullptr, std::memory_order_seq_cst);  // [gone]
    }

    // False: who was cleared before is not found, and not used any more.
    bool is_visited() const noexcept {
        return visitors_.load(std::memory_order_seq_cst) != 0;  // [left] [gone]
    }

    // Calls `use` with the target when there is one.
    template <typename Use>
    void visit(Use use) noexcept {
        visitors_.fetch_add(1, std::memory_order_seq_cst);                          // [gone]
        if (T* const found = target_.load(std::memory_order_seq_cst)) use(*found);  // [target] [gone]
        visitors_.fetch_sub(1, std::memory_order_release);                          // [left]
    }

  private:
    Atomic<T*> target_{nullptr};
    Atomic<std::uint32_t> visitors_{0};
};

}  // namespace prosa
