// core/reactor/control_inbox.hpp: bounded inbox of tasks for one thread, from any other.
//
// Threads   any: post.  owner: run_pending, has_pending, announce_sleep, awaken.
// Progress  post is lock-free; the owner's look at an empty inbox is one load of a line that only posts write.
// Ordering  [post] signal_ release exchange in post -> acquire exchange in run_pending : the task is in the queue.
//           Every change of signal_ is a read-modify-write, so that the owner meets the tasks of all posters of
//           its one signal: a plain store of 1 on a 1 would hide the earlier poster's, whose task then waits in
//           the queue, without a signal, for the next post. Sleep and wake as in WakeWord.
// Full      post returns false and keeps the task, as it does without memory; the caller keeps a backlog or gives up.
// Proof     test/core/reactor/control_inbox_{test,model}.cpp
#pragma once

#include <absl/functional/any_invocable.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include "core/base/cache_line.hpp"
#include "core/reactor/control_queue.hpp"
#include "core/reactor/wake_word.hpp"
#include "core/reactor/waker.hpp"

namespace prosa {

using ControlTask = absl::AnyInvocable<void()>;

// Queue: bounded; try_enqueue(Task&&) that takes the task only when it returns true, and try_dequeue(Task&).
template <typename Task = ControlTask, typename Queue = ControlQueue<Task>,
          template <typename> class Atomic = std::atomic, typename OwnerWaker = Waker>
class ControlInbox {
  public:
    // Room for capacity_tasks; from threads_max posting threads without a further allocation but their first.
    ControlInbox(std::shared_ptr<OwnerWaker> waker, std::size_t capacity_tasks, std::size_t threads_max)
        : queue_(capacity_tasks, threads_max), waker_(std::move(waker)) {}

    // Takes `task` only when it returns true.
    [[nodiscard]] bool post(Task& task) {
        if (!queue_.try_enqueue(std::move(task))) return false;
        signal_.exchange(1, std::memory_order_release);  // [post]
        if (wake_.claim_wake()) waker_->wake();
        return true;
    }

    // Whether that was why this thread's last post returned false.
    static bool lacked_memory() noexcept { return Queue::lacked_memory(); }

    bool has_pending() const noexcept { return signal_.load(std::memory_order_relaxed) != 0; }

    // Runs at most tasks_max tasks, so that a flood does not starve the loop; returns how many. One that throws stays
    // the first: it is run again at the next call.
    std::size_t run_pending(std::size_t tasks_max = 64) {
        if (!has_pending()) [[likely]]
            return 0;
        signal_.exchange(0, std::memory_order_acquire);  // [post]
        std::size_t count = 0;
        while (count < tasks_max && (holds_task_ || queue_.try_dequeue(task_))) {
            run_task();
            ++count;
        }
        if (count == tasks_max)
            signal_.exchange(1, std::memory_order_relaxed);  // [post] of the posters goes on
        return count;
    }

    // False when a task came meanwhile: the owner does not sleep then.
    bool announce_sleep() noexcept {
        wake_.announce_sleep();
        return !has_pending();
    }
    void awaken() noexcept { wake_.awaken(); }

  private:
    void run_task() {
        holds_task_ = true;
        try {
            task_();
        } catch (...) {
            signal_.exchange(1, std::memory_order_relaxed);  // [post] of its poster goes on
            throw;
        }
        holds_task_ = false;
        task_ = Task();
    }

    Queue queue_;
    std::shared_ptr<OwnerWaker> waker_;
    WakeWord<Atomic> wake_;
    Task task_;  // the one that runs, or that could not yet
    bool holds_task_ = false;
    alignas(no_sharing_bytes) Atomic<std::uint32_t> signal_{0};
};

}  // namespace prosa
