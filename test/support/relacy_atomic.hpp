// test/support/relacy_atomic.hpp: gives relacy's atomics the interface that our lock-free headers use.
//
// Include it first: relacy takes the place of the global operators new and delete.
//
// Checked   Every access of a ModelAtomic is a point where relacy may switch threads; a load may return an older
//           value where the orders allow it. Plain data that threads hand over is held in a ModelVar: two
//           accesses that no release/acquire pair orders are reported as a data race, an access after delete
//           as freed memory. Memory taken by `new` and never freed is reported as a leak.
// Limits    Stores take effect in the order of execution, so relacy never moves a store behind a later one of
//           the same thread; OwnedAtomic reports what that hides. A load looks back two values at most. A
//           release sequence goes on through plain stores of its own thread, as in C++11; C++20 ends it there.
#pragma once

#include <relacy/base.hpp>

#include <cstdint>

// In place of relacy's own, whose low bits repeat after 2^17 draws: a model of two threads asks for nothing else, so
// that its random schedules began anew. SplitMix64 (Steele, Lea and Flood, 2014); each iteration is a seed.
#define RL_RANDOM_HPP
namespace rl {
struct random_generator {
    std::uint64_t state = 0;

    constexpr void seed(iteration_t iteration) { state = iteration * 0xd134'2543'de82'ef95ULL; }
    constexpr unsigned rand() {
        std::uint64_t mixed = state += 0x9e37'79b9'7f4a'7c15ULL;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11ebULL;
        return static_cast<unsigned>(mixed >> 32);
    }
    template <typename T, T count>
    T get() {
        return static_cast<T>(rand() % count);
    }
};
}  // namespace rl

// The parts of relacy.hpp that define no macros for the names of C++, POSIX and Windows.
// clang-format off
#include <relacy/context.hpp>
#include <relacy/context_base_impl.hpp>
#include <relacy/backoff.hpp>
#include <relacy/atomic_fence.hpp>
#include <relacy/atomic.hpp>
#include <relacy/var.hpp>
#include <relacy/thread_local.hpp>
#include <relacy/test_suite.hpp>
#include <relacy/dyn_thread.hpp>
#include <relacy/stdlib/mutex.hpp>
#include <relacy/stdlib/condition_variable.hpp>
#include <relacy/stdlib/semaphore.hpp>
#include <relacy/stdlib/event.hpp>
// clang-format on
#undef $

#include <atomic>
#include <type_traits>

namespace prosa {

// Where a call stands, for the history of a failure.
inline rl::debug_info model_place(const char* function, const char* file, int line) {
    return {function, file, static_cast<unsigned>(line)};
}
#define PROSA_MODEL_CALLER ::prosa::model_place(__builtin_FUNCTION(), __builtin_FILE(), __builtin_LINE())

// Ends the iteration as failed when `condition` does not hold.
inline void model_require(bool condition, const char* what, rl::debug_info place = PROSA_MODEL_CALLER) {
    if (!condition) rl::ctx().fail_test(what, rl::test_result_user_assert_failed, place);
}

// Lets the other threads run; a loop that waits for another thread calls it on every turn.
inline void model_yield(rl::debug_info place = PROSA_MODEL_CALLER) { rl::ctx().yield(1, place); }

constexpr rl::memory_order model_order(std::memory_order order) {
    switch (order) {
        case std::memory_order_relaxed:
            return rl::mo_relaxed;
        case std::memory_order_consume:
            return rl::mo_consume;
        case std::memory_order_acquire:
            return rl::mo_acquire;
        case std::memory_order_release:
            return rl::mo_release;
        case std::memory_order_acq_rel:
            return rl::mo_acq_rel;
        case std::memory_order_seq_cst:
            return rl::mo_seq_cst;
    }
    return rl::mo_seq_cst;
}

// Plain data, checked.
template <typename T>
class ModelVar {
  public:
    ModelVar() = default;
    explicit ModelVar(T value) : var_(value) {}

    T get(rl::debug_info place = PROSA_MODEL_CALLER) const { return var_(place); }
    void set(T value, rl::debug_info place = PROSA_MODEL_CALLER) { var_(place) = value; }

  private:
    rl::var<T> var_;
};

// In place of std::atomic.
template <typename T>
class ModelAtomic {
  public:
    ModelAtomic() = default;
    ModelAtomic(T value) : atomic_(held(value)) {}

    T load(std::memory_order order, rl::debug_info place = PROSA_MODEL_CALLER) const {
        return atomic_.load(model_order(order), place);
    }
    void store(T value, std::memory_order order, rl::debug_info place = PROSA_MODEL_CALLER) {
        atomic_.store(held(value), model_order(order), place);
    }
    T exchange(T value, std::memory_order order, rl::debug_info place = PROSA_MODEL_CALLER) {
        return atomic_.exchange(held(value), model_order(order), place);
    }
    bool compare_exchange_strong(T& expected, T value, std::memory_order order,
                                 rl::debug_info place = PROSA_MODEL_CALLER) {
        Held found = held(expected);
        const rl::memory_order failed =
            order == std::memory_order_acq_rel || order == std::memory_order_acquire ? rl::mo_acquire
                                                                                     : rl::mo_relaxed;
        const bool is_exchanged =
            atomic_.compare_exchange_strong(found, held(value), model_order(order), place, failed, place);
        expected = found;
        return is_exchanged;
    }
    T fetch_add(T value, std::memory_order order, rl::debug_info place = PROSA_MODEL_CALLER) {
        return atomic_.fetch_add(value, model_order(order), place);
    }
    T fetch_sub(T value, std::memory_order order, rl::debug_info place = PROSA_MODEL_CALLER) {
        return atomic_.fetch_sub(value, model_order(order), place);
    }

  private:
    // Relacy's history takes no pointer to const.
    using Held = std::conditional_t<std::is_pointer_v<T>, std::remove_const_t<std::remove_pointer_t<T>>*, T>;

    static Held held(T value) {
        if constexpr (std::is_pointer_v<T>) {
            return const_cast<Held>(value);
        } else {
            return value;
        }
    }

    rl::atomic<Held> atomic_;
};

// A ModelAtomic whose plain stores must stand in one happens-before order, for words that one thread at a
// time writes: two stores that nothing orders are reported as a data race.
template <typename T>
class OwnedAtomic : public ModelAtomic<T> {
  public:
    OwnedAtomic() = default;
    OwnedAtomic(T value) : ModelAtomic<T>(value), owner_(true) {}

    void store(T value, std::memory_order order, rl::debug_info place = PROSA_MODEL_CALLER) {
        owner_.set(true, place);
        ModelAtomic<T>::store(value, order, place);
    }

  private:
    ModelVar<bool> owner_;
};

}  // namespace prosa
