// core/reactor/control_queue.hpp: bounded queue of tasks that keeps the order of each poster, in a control inbox.
//
// Threads   any: try_enqueue.  owner: try_dequeue.
// Progress  lock-free (moodycamel ConcurrentQueue). Blocks for all tasks are taken at construction; a thread's first
//           task makes a part of the queue for that thread, which allocates.
// Full      try_enqueue returns false and keeps the task: also without memory, and while another thread that had none
//           for its own part is at the one that such threads share.
// Proof     test/core/reactor/control_inbox_test.cpp, test/faults/control_queue_faults_test.cpp
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <new>
#include <utility>

#include "core/reactor/queue_memory.hpp"

namespace prosa {

template <typename Task>
class ControlQueue {
  public:
    // Room for capacity_tasks, whoever posts them; more than threads_max threads may have to allocate it.
    ControlQueue(std::size_t capacity_tasks, std::size_t threads_max)
        : tasks_(capacity_tasks, 0, threads_max), spare_(tasks_), capacity_(capacity_tasks) {
        if (!spare_.valid()) throw std::bad_alloc();
    }

    bool try_enqueue(Task&& task) {
        QueueMemory::has_failed = false;
        if (count_.fetch_add(1, std::memory_order_relaxed) < capacity_ && try_push(task)) return true;
        count_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }

    // Whether this thread's last try_enqueue returned false for that.
    static bool lacked_memory() noexcept { return QueueMemory::has_failed; }

    bool try_dequeue(Task& task) {
        if (!tasks_.try_dequeue(task)) return false;
        count_.fetch_sub(1, std::memory_order_relaxed);
        return true;
    }

  private:
    // A thread's part of the queue is made in two allocations. Where the second fails, the part is there and takes
    // nothing for ever, though no memory is lacking: such threads share the spare part. A thread that may yet get
    // a part of its own must not use it, for its later tasks could overtake those in there.
    bool try_push(Task& task) {
        if (tasks_.enqueue(std::move(task))) return true;
        if (QueueMemory::has_failed) return false;
        const std::unique_lock lock(spare_mutex_, std::try_to_lock);
        return lock.owns_lock() && tasks_.enqueue(spare_, std::move(task));
    }

    moodycamel::ConcurrentQueue<Task, QueueMemory> tasks_;
    std::mutex spare_mutex_;
    moodycamel::ProducerToken spare_;
    const std::size_t capacity_;
    std::atomic<std::size_t> count_{0};  // a bound only: the queue's operations order what they carry
};

}  // namespace prosa
