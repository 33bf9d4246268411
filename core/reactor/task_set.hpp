// core/reactor/task_set.hpp: owns the root tasks of one incarnation, so that all can be destroyed from the loop.
//
// Threads   one: the reactor's.
// Cost      spawn, finish and the destruction of one task are O(1); nothing but the frame is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

#include "core/base/export.hpp"
#include "core/reactor/task.hpp"

namespace prosa {

class PROSA_API TaskSet {
  public:
    explicit TaskSet(std::size_t tasks_max) noexcept : tasks_max_(tasks_max) {}

    TaskSet(const TaskSet&) = delete;
    TaskSet& operator=(const TaskSet&) = delete;
    ~TaskSet() { destroy_all(); }

    // Runs the task up to its first suspension. False, with the task destroyed unstarted, when tasks_max others
    // have not ended or the set is being destroyed. May be called by a task of this set.
    [[nodiscard]] bool spawn(Task<void> task);

    // Frees the frames of tasks that ended; the loop calls it after resuming. Never resumes anything.
    void reap() noexcept;

    // Destroys every task, suspended where it is. Not from within one of them: a running frame would go too.
    void destroy_all() noexcept;

    // Tasks that have not ended.
    std::size_t count() const noexcept { return running_count_; }

    // The first exception that ended a task since the last call; null when none did. Others are only counted.
    std::exception_ptr take_failure() noexcept { return std::exchange(failure_, nullptr); }
    std::uint64_t failure_count() const noexcept { return failure_count_; }

  private:
    friend struct task_detail::PromiseBase;
    using Frame = task_detail::PromiseBase;

    void finish(Frame& frame) noexcept;
    static void link(Frame*& head, Frame& frame) noexcept;
    static void unlink(Frame*& head, Frame& frame) noexcept;
    static void destroy_list(Frame*& head) noexcept;

    std::size_t tasks_max_;
    std::size_t running_count_ = 0;
    std::uint64_t failure_count_ = 0;
    Frame* running_ = nullptr;   // newest first
    Frame* finished_ = nullptr;  // suspended at their end, to be freed by reap
    bool is_destroying_ = false;
    std::exception_ptr failure_;
};

}  // namespace prosa
