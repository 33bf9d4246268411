// core/reactor/task.hpp: a lazy coroutine that ends with a T or an exception, and the set that owns root tasks.
//
// Threads   one: the reactor's. Nothing here is atomic.
// Start     a Task runs when it is awaited or spawned, once; a second start is asserted.
// Transfer  caller and callee hand over symmetrically: a chain of awaits uses no stack (in optimised builds; g++
//           makes no tail calls at -O0).
// Destroy   a suspended Task may be destroyed at any time: the destructors of its frame run, and with them those of
//           the tasks it awaits. An awaitable whose handle others hold must take it back in its destructor. A
//           running task must not be destroyed.
// Errors    an exception is rethrown at the co_await; that of a root task is kept by its TaskSet.
// Memory    frames come from core/reactor/frame_pool.hpp.
// Compilers g++ 12 and clang 14 both destroy some temporaries wrongly. So in an awaited expression pass named
//           objects, not braced aggregates or ones built in place, and capture nothing in a coroutine lambda:
//           its captures die with the lambda, not with the frame.
// Proof     test/core/reactor/task_test.cpp
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/export.hpp"
#include "core/reactor/frame_pool.hpp"

namespace prosa {

class TaskSet;
template <typename T>
class Task;

namespace task_detail {

struct PromiseBase {
    // Resumes whoever awaits the task; a root task has nobody, its set destroys it later.
    struct FinalAwaiter {
        bool await_ready() const noexcept { return false; }
        template <typename Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept {
            return self.promise().finish();
        }
        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }

    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { release_frame(frame, bytes); }

    void start() noexcept {
        PROSA_ASSERT(!is_started, "a task runs once");
        is_started = true;
    }
    PROSA_API std::coroutine_handle<> finish() noexcept;

    std::coroutine_handle<> continuation;
    std::exception_ptr error;
    bool is_started = false;

    // Root tasks only: the owner and its list.
    TaskSet* owner = nullptr;
    PromiseBase* next = nullptr;
    PromiseBase* previous = nullptr;
};

template <typename T>
struct Promise : PromiseBase {
    Task<T> get_return_object() noexcept;
    template <typename Value = T>
    requires std::is_constructible_v<T, Value&&>
    void return_value(Value&& result) { value.emplace(std::forward<Value>(result)); }
    T take() {
        if (error) std::rethrow_exception(error);
        return *std::move(value);
    }
    std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const {
        if (error) std::rethrow_exception(error);
    }
};

}  // namespace task_detail

template <typename T = void>
class [[nodiscard]] Task {
    static_assert(!std::is_reference_v<T>, "a result outlives the frame it would refer to: return a pointer");

  public:
    using promise_type = task_detail::Promise<T>;

    Task() = default;
    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this == &other) return *this;
        destroy();
        frame_ = std::exchange(other.frame_, nullptr);
        return *this;
    }
    ~Task() { destroy(); }

    bool is_valid() const noexcept { return frame_ != nullptr; }

    struct Awaiter {
        std::coroutine_handle<promise_type> frame;
        bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
            frame.promise().start();
            frame.promise().continuation = caller;
            return frame;
        }
        T await_resume() const { return frame.promise().take(); }
    };

    // The task must outlive the await; `co_await std::move(task)` and `co_await function()` both do.
    Awaiter operator co_await() && noexcept {
        PROSA_ASSERT(frame_ != nullptr, "a task that was moved away cannot be awaited");
        return Awaiter{frame_};
    }

  private:
    friend promise_type;
    friend class TaskSet;

    explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

    void destroy() noexcept {
        if (frame_ != nullptr) std::exchange(frame_, nullptr).destroy();
    }

    std::coroutine_handle<promise_type> frame_;
};

namespace task_detail {

template <typename T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object() noexcept {
    return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace task_detail
}  // namespace prosa
