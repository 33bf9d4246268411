// What operators and the embedding program ask of Main.
#include <algorithm>

#include "core/base/log.hpp"
#include "core/bus/control.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {

absl::Status BusMain::Control::remove_processor(std::string_view name) {
    ProcessorRecord* const processor = find(name);
    if (processor == nullptr) return unknown_processor(name);
    processor->is_removing = true;
    for (QueueRecord& queue : processor->queues) {
        if (queue.state == ProcessorState::backing_off) queue.state = ProcessorState::stopped;
        queue.restart_at_ns = no_deadline_ns;
        if (queue.state == ProcessorState::running || queue.state == ProcessorState::starting) end(queue);
    }
    log().info("processor '{}' is removed, as asked for", name);
    erase_if_gone(*processor);
    return absl::OkStatus();
}

absl::Status BusMain::Control::restart_processor(std::string_view name) {
    ProcessorRecord* const processor = find(name);
    if (processor == nullptr) return unknown_processor(name);
    if (phase_ != Phase::running)
        return make_error(absl::StatusCode::kFailedPrecondition, "the instance is not running");
    if (processor->is_removing)
        return make_error(absl::StatusCode::kFailedPrecondition, "processor '{}' is being removed", name);
    log().info("processor '{}' restarts, as asked for", name);
    for (QueueRecord& queue : processor->queues) {
        queue.backoff.reset();
        if (queue.state == ProcessorState::running || queue.state == ProcessorState::starting) {
            queue.restarts_when_ended = true;
            end(queue);
        } else {
            begin(*processor, queue);
        }
    }
    return absl::OkStatus();
}

absl::Status BusMain::Control::set_withdrawn(std::string_view service, bool is_withdrawn) {
    if (publisher_.set_withdrawn(service, is_withdrawn)) {
        attempt([this] { publish(); });
        log().info("service '{}' is {}, as asked for", service, is_withdrawn ? "withdrawn" : "restored");
        return absl::OkStatus();
    }
    std::vector<std::string_view> names;
    for (const auto& known : publisher_.services())
        if (known.was_provided) names.push_back(known.name);
    return not_found("unknown service '{}'{}", service, suggestion(service, names));
}

absl::Status BusMain::Control::notify_config(std::string_view name) {
    ProcessorRecord* const processor = find(name);
    if (processor == nullptr) return unknown_processor(name);
    for (QueueRecord& queue : processor->queues)
        post(*queue.host,
             [node = queue.host->node.get(), shard = queue.shard] { node->notify_config(*shard); });
    return absl::OkStatus();
}

absl::StatusOr<CommandAnswers> BusMain::Control::post_command(std::string_view name,
                                                              const std::string& command) {
    ProcessorRecord* const processor = find(name);
    if (processor == nullptr) return unknown_processor(name);
    CommandAnswers answers;
    for (QueueRecord& queue : processor->queues) {
        if (queue.state != ProcessorState::running) continue;
        std::promise<absl::StatusOr<std::string>> answer;
        answers.push_back(answer.get_future());
        post(*queue.host,
             [node = queue.host->node.get(), shard = queue.shard, command,
              promise = std::move(answer)]() mutable { promise.set_value(node->command(*shard, command)); });
    }
    if (answers.empty())
        return make_error(absl::StatusCode::kUnavailable, "processor '{}' is not running", name);
    return answers;
}

std::shared_ptr<ClientState> BusMain::Control::add_client(std::shared_ptr<Waker> waker) {
    auto state = std::make_shared<ClientState>();
    state->waker = std::move(waker);
    state->is_stopping.store(phase_ != Phase::running && phase_ != Phase::created, std::memory_order_relaxed);
    state->must_complete.store(phase_ == Phase::ending || phase_ == Phase::stopped,
                               std::memory_order_relaxed);
    std::erase_if(clients_, [](const auto& client) { return client.use_count() == 1; });
    clients_.push_back(state);
    return state;
}

}  // namespace prosa
