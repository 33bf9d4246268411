// The coordinated stop: sources first, then what is in flight, then everything.
#include <algorithm>

#include "core/base/log.hpp"
#include "core/bus/control.hpp"

namespace prosa {
namespace {

// After everything was told to end: what takes longer is named as hung.
constexpr Nanos end_grace_ns = 2 * ns_per_s;
// Readings in a row that find nothing in flight; what a reactor publishes may be one turn old.
constexpr std::uint32_t rest_observations_needed = 3;

}  // namespace

void BusMain::Control::begin_stop(std::string reason) noexcept {
    if (phase_ == Phase::created || phase_ == Phase::running) stop(std::move(reason));
}

void BusMain::Control::stop(std::string reason) noexcept {
    if (phase_ == Phase::created) {
        phase_ = Phase::stopped;
        is_stopping_.store(true, std::memory_order_relaxed);
        ended_promise_.set_value();
        return;
    }
    if (phase_ == Phase::draining) {
        log().warn("second request to stop ({}): not waiting any longer", reason);
        stop_deadline_ns_ = now_ns_;
    }
    if (phase_ != Phase::running) return;
    phase_ = Phase::draining;
    stop_reason_ = std::move(reason);
    stop_deadline_ns_ = now_ns_ + options_.bus.shutdown_timeout_ns;
    is_stopping_.store(true, std::memory_order_relaxed);
    log().info("{} stops: {}", options_.name, stop_reason_);
    for (const auto& client : clients_) client->is_stopping.store(true, std::memory_order_relaxed);
    for (ProcessorRecord& processor : processors_)
        for (QueueRecord& queue : processor.queues) queue.restart_at_ns = no_deadline_ns;
    attempt([this] { tell_stop(); });
}

void BusMain::Control::tell_stop() {
    for (HostedReactor& hosted : reactors_) {
        if (hosted.knows_stop) continue;
        post(hosted, [node = hosted.node.get()] { node->begin_shutdown(); });
        hosted.knows_stop = true;
    }
}

void BusMain::Control::tell_completion() {
    for (HostedReactor& hosted : reactors_) {
        if (hosted.knows_completion) continue;
        post(hosted, [node = hosted.node.get()] { node->complete_pending(); });
        hosted.knows_completion = true;
    }
}

void BusMain::Control::tell_end() {
    for (HostedReactor& hosted : reactors_) {
        if (hosted.knows_end) continue;
        post(hosted, [node = hosted.node.get(), reactor = hosted.reactor.get()] {
            node->complete_pending();  // what was begun since the last reading
            node->end_all_shards();
            reactor->stop();
        });
        hosted.knows_end = true;
    }
}

bool BusMain::Control::is_at_rest() const {
    const bool are_nodes_empty =
        std::all_of(reactors_.begin(), reactors_.end(), [](const HostedReactor& hosted) {
            return hosted.backlog.empty() && hosted.node->status().is_at_rest();
        });
    return are_nodes_empty && std::all_of(clients_.begin(), clients_.end(), [](const auto& client) {
               return client->in_flight.load(std::memory_order_relaxed) == 0;
           });
}

void BusMain::Control::advance_stop(Nanos now_ns) {
    attempt([this] { tell_stop(); });
    if (phase_ == Phase::draining) {
        rest_observations_ = is_at_rest() ? rest_observations_ + 1 : 0;
        const bool is_late = now_ns >= stop_deadline_ns_;
        if (rest_observations_ < rest_observations_needed && !is_late) return;
        if (is_late) {
            log().warn("work was still in flight at shutdown_timeout: it ends as shutting_down");
            must_complete_ = true;
        }
        end_everything();
        return;
    }
    tell_to_end();
    const bool have_all_ended = std::all_of(
        reactors_.begin(), reactors_.end(),
        [](const HostedReactor& hosted) { return hosted.reactor->state() == ReactorState::ended; });
    // One that has no memory for the tasks before its end leaves without them.
    if (!have_all_ended && now_ns >= end_deadline_ns_ - end_grace_ns / 2)
        for (HostedReactor& hosted : reactors_) hosted.reactor->stop();
    if (!have_all_ended && now_ns < end_deadline_ns_) return;
    for (HostedReactor& hosted : reactors_) {
        if (hosted.reactor->state() == ReactorState::ended) continue;
        has_hung_threads_ = true;
        attempt([&] {
            log().error("reactor {} did not end: a handler hangs, of {}", value_of(hosted.id),
                        processors_on(hosted));
        });
    }
    phase_ = Phase::stopped;
    log().info("{} has stopped", options_.name);
    ended_promise_.set_value();
}

void BusMain::Control::end_everything() {
    phase_ = Phase::ending;
    end_deadline_ns_ = now_ns_ + end_grace_ns;
    for (const auto& client : clients_) {
        client->must_complete.store(true, std::memory_order_release);  // [complete]
        client->waker->wake();
    }
    tell_to_end();
}

// A turn that lacks the memory for it goes on to the deadline all the same.
void BusMain::Control::tell_to_end() noexcept {
    attempt([this] {
        if (must_complete_) tell_completion();
        tell_end();
    });
}

// The start failed half-way: nothing was begun, so the threads that run only have to leave.
void BusMain::Control::take_back() noexcept {
    for (HostedReactor& hosted : reactors_) {
        hosted.reactor->stop();
        if (hosted.thread.joinable()) hosted.thread.join();
    }
    for (ProcessorRecord& processor : processors_) processor.queues.clear();
    phase_ = Phase::stopped;
    is_stopping_.store(true, std::memory_order_relaxed);
    ended_promise_.set_value();
}

// What the last replies count, and what lies untaken, once nobody turns any more.
void BusMain::Control::settle() {
    for (HostedReactor& hosted : reactors_)
        if (hosted.has_left) hosted.node->settle();
}

int BusMain::Control::join() {
    if (options_.stepped_from_ns) {
        for (HostedReactor& hosted : reactors_)
            hosted.has_left = hosted.reactor->state() == ReactorState::ended;
        settle();
        return 0;
    }
    const std::scoped_lock lock(join_);
    if (thread_.joinable()) join_threads();
    return has_hung_threads_ ? 1 : 0;
}

void BusMain::Control::join_threads() {
    ended_.wait();
    may_leave_.store(true, std::memory_order_release);  // [leave]
    waker_->wake();
    thread_.join();
    is_main_running_.store(false, std::memory_order_release);  // [main]
    for (HostedReactor& hosted : reactors_) {
        if (!hosted.thread.joinable()) continue;
        hosted.has_left = hosted.reactor->state() == ReactorState::ended;
        if (hosted.has_left)
            hosted.thread.join();
        else
            hosted.thread.detach();
    }
    settle();
}

bool BusMain::Control::join_for(Nanos timeout_ns) {
    return ended_.wait_for(std::chrono::nanoseconds(timeout_ns)) == std::future_status::ready;
}

}  // namespace prosa
