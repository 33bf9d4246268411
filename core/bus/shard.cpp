#include "core/bus/shard.hpp"

#include "core/base/log.hpp"
#include "core/bus/bus_node.hpp"

namespace prosa {

Shard::Shard(BusNode& node, QueueKey key, std::shared_ptr<const ProcessorDefinition> definition,
             std::shared_ptr<SharedQueue> shared_queue)
    : Caller({key.processor, key.queue}),
      node_(node),
      key_(key),
      definition_(std::move(definition)),
      shared_queue_(std::move(shared_queue)),
      info_{definition_->name, key.processor, key.queue, std::max(definition_->threads, 1U), Incarnation{}},
      bus_(*this, node.requester()),
      coroutines_(Bus::coroutines_max) {}

Shard::~Shard() { PROSA_ASSERT(processor_ == nullptr, "the node ends a shard before it goes"); }

// Turns what user code throws into the failure of this incarnation.
template <typename Handler>
void Shard::guard(Handler&& handler) noexcept {
    try {
        handler();
    } catch (const ProcessorError& error) {
        fail(error);
    } catch (const std::exception& error) {
        fail(ProcessorError::recoverable(error.what()));
    } catch (...) {
        fail(ProcessorError::recoverable("an exception that is no std::exception"));
    }
}

void Shard::begin(Incarnation incarnation) {
    info_.incarnation = incarnation;
    failure_.reset();
    guard([this] { processor_ = definition_->make(info_); });
    if (processor_ == nullptr) {
        // Nothing to terminate: report the end of an incarnation that never was.
        if (!failure_) fail(ProcessorError::fatal("the factory made no processor"));
        node_.tell_main(QueueEnded{key_, incarnation, true, failure_->is_recoverable(), failure_->recovery_ns(),
                                   failure_->what()});
        return;
    }
    processor_->bus_ = &bus_;
    endpoint_ = node_.responder().open_endpoint(*this);
    if (shared_queue_ != nullptr) node_.responder().join_shared_queue(shared_queue_, *this);
    node_.tell_main(QueueRegistered{key_, incarnation, *endpoint_});
    guard([this] {
        if (const absl::Status started = processor_->on_start(); !started.ok()) fail(ProcessorError::of(started));
    });
}

void Shard::end() noexcept {
    want_turns(false);
    node_.responder().close_endpoint(*endpoint_);
    if (shared_queue_ != nullptr) node_.responder().leave_shared_queue(*shared_queue_, *this);
    endpoint_.reset();
    processor_->terminate();
    coroutines_.destroy_all();
    (void)coroutines_.take_failure();  // the next incarnation does not pay for it
    processor_.reset();
    node_.requester().abandon(*this);
    for (ShardTimer& timer : timers_) {
        if (!timer.is_pending()) continue;
        node_.timers().cancel(timer);
        free_timer(timer);
    }
}

void Shard::fail(const ProcessorError& error) {
    if (failure_) return;
    failure_ = error;
    if (processor_ != nullptr) node_.note_failure(*this);
}

void Shard::on_outcome(const Outcome& outcome) noexcept {
    if (processor_ == nullptr || failure_) [[unlikely]] return;
    guard([&] {
        if (outcome.ok()) [[likely]]
            processor_->on_response(outcome);
        else
            processor_->on_error(outcome);
    });
}

void Shard::on_request(Request& request) noexcept {
    if (processor_ == nullptr || failure_) [[unlikely]] {
        request.fail(ServiceError::unreachable);
        return;
    }
    guard([&] { processor_->on_request(request); });
}

void Shard::on_timer(ShardTimer& timer) noexcept {
    const std::uint64_t token = timer.token;
    free_timer(timer);
    if (processor_ == nullptr || failure_) return;
    guard([&] { processor_->on_timer(token); });
}

void Shard::on_service_table() noexcept {
    if (processor_ == nullptr || failure_) return;
    guard([this] { processor_->on_service_table(); });
}

void Shard::on_shutdown() noexcept {
    if (processor_ == nullptr || failure_) return;
    guard([this] { processor_->on_shutdown(); });
}

void Shard::on_config() noexcept {
    if (processor_ == nullptr || failure_) return;
    guard([this] { processor_->on_config(); });
}

std::string Shard::on_command(std::string_view command) noexcept {
    std::string answer = "the processor failed on this command";
    if (processor_ == nullptr || failure_) return answer;
    guard([&] { answer = processor_->on_command(command); });
    return answer;
}

Nanos Shard::on_turn(Nanos now_ns) noexcept {
    Nanos next_ns = no_deadline_ns;
    if (processor_ != nullptr && !failure_) guard([&] { next_ns = processor_->on_turn(now_ns); });
    return next_ns;
}

void Shard::want_turns(bool wanted) noexcept {
    if (wanted)
        node_.add_source(*this);
    else
        node_.remove_source(*this);
}

bool Shard::spawn(Task<void> task) {
    node_.add_coroutine_owner(*this);
    return coroutines_.spawn(std::move(task));
}

void Shard::sweep_coroutines() noexcept {
    coroutines_.reap();
    if (const std::exception_ptr failure = coroutines_.take_failure()) [[unlikely]]
        guard([&] { std::rethrow_exception(failure); });
}

TimerId Shard::set_timer(Nanos deadline_ns, std::uint64_t token) {
    if (free_timers_.empty()) {
        ShardTimer& made = timers_.emplace_back();
        made.shard = this;
        made.index = static_cast<std::uint32_t>(timers_.size() - 1);
        free_timers_.push_back(made.index);
    }
    ShardTimer& timer = timers_[free_timers_.back()];
    free_timers_.pop_back();
    timer.token = token;
    node_.timers().insert(timer, deadline_ns);
    return TimerId{std::uint64_t{timer.generation} << 32 | timer.index};
}

bool Shard::cancel_timer(TimerId id) noexcept {
    const auto index = static_cast<std::uint32_t>(value_of(id));
    if (index >= timers_.size()) return false;
    ShardTimer& timer = timers_[index];
    if (!timer.is_pending() || timer.generation != value_of(id) >> 32) return false;
    node_.timers().cancel(timer);
    free_timer(timer);
    return true;
}

void Shard::free_timer(ShardTimer& timer) noexcept {
    ++timer.generation;
    free_timers_.push_back(timer.index);
}

}  // namespace prosa
