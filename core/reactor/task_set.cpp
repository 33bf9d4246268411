#include "core/reactor/task_set.hpp"

#include <utility>

namespace prosa {

// The frame is not freed here: it is the one that runs.
std::coroutine_handle<> task_detail::PromiseBase::finish() noexcept {
    if (owner != nullptr) owner->finish(*this);
    return continuation != nullptr ? continuation : std::noop_coroutine();
}

bool TaskSet::spawn(Task<void> task) {
    PROSA_ASSERT(task.is_valid(), "a task that was moved away cannot be spawned");
    if (is_destroying_ || running_count_ == tasks_max_) return false;
    const auto frame = std::exchange(task.frame_, nullptr);
    frame.promise().start();
    frame.promise().owner = this;
    link(running_, frame.promise());
    ++running_count_;
    frame.resume();
    return true;
}

void TaskSet::reap() noexcept { destroy_list(finished_); }

void TaskSet::destroy_all() noexcept {
    is_destroying_ = true;
    destroy_list(running_);
    destroy_list(finished_);
    running_count_ = 0;
    is_destroying_ = false;
}

void TaskSet::finish(Frame& frame) noexcept {
    unlink(running_, frame);
    link(finished_, frame);
    --running_count_;
    if (!frame.error) return;
    ++failure_count_;
    if (!failure_) failure_ = std::move(frame.error);
}

void TaskSet::link(Frame*& head, Frame& frame) noexcept {
    frame.previous = nullptr;
    frame.next = head;
    if (head != nullptr) head->previous = &frame;
    head = &frame;
}

void TaskSet::unlink(Frame*& head, Frame& frame) noexcept {
    (frame.previous != nullptr ? frame.previous->next : head) = frame.next;
    if (frame.next != nullptr) frame.next->previous = frame.previous;
}

// A destructor in a frame may end other work of the set, so the list is read anew each time.
void TaskSet::destroy_list(Frame*& head) noexcept {
    while (head != nullptr) {
        auto& promise = static_cast<task_detail::Promise<void>&>(*head);
        unlink(head, promise);
        std::coroutine_handle<task_detail::Promise<void>>::from_promise(promise).destroy();
    }
}

}  // namespace prosa
