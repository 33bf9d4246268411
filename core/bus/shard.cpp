#include "core/bus/shard.hpp"

#include <new>

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
      coroutines_(Bus::coroutines_max) {
    (void)out_of_memory();
}

// Made before memory can be short, and never destroyed: a hung thread may need it while the process exits.
const ProcessorError& Shard::out_of_memory() {
    static const auto& error = *new ProcessorError(ProcessorError::recoverable("out of memory"));
    return error;
}

Shard::~Shard() { PROSA_ASSERT(processor_ == nullptr, "the node ends a shard before it goes"); }

// Turns what user code throws into the failure of this incarnation.
template <typename Handler>
void Shard::guard(Handler&& handler) noexcept {
    try {
        handler();
    } catch (const ProcessorError& error) {
        fail(error);
    } catch (const std::bad_alloc&) {
        fail(out_of_memory());
    } catch (const std::exception& error) {
        fail_with(error.what());
    } catch (...) {
        fail_with("an exception that is no std::exception");
    }
}

void Shard::fail_with(const char* text) noexcept try {
    fail(ProcessorError::recoverable(text));
} catch (const std::bad_alloc&) {
    fail(out_of_memory());
}

void Shard::begin(Incarnation incarnation) {
    info_.incarnation = incarnation;
    failure_.reset();
    guard([this] { processor_ = definition_->make(info_); });
    if (processor_ == nullptr) {
        // Nothing to terminate: report the end of an incarnation that never was.
        if (!failure_) guard([] { throw ProcessorError::fatal("the factory made no processor"); });
        node_.report_end(*this, &*failure_);
        return;
    }
    processor_->bus_ = &bus_;
    guard([this] {
        open();
        if (const absl::Status started = processor_->on_start(); !started.ok())
            fail(ProcessorError::of(started));
    });
}

void Shard::open() {
    endpoint_ = node_.responder().open_endpoint(*this);
    if (shared_queue_ != nullptr) node_.responder().join_shared_queue(*shared_queue_, *this);
    node_.report_to_main(QueueRegistered{key_, info_.incarnation, *endpoint_});
}

void Shard::end() noexcept {
    want_turns(false);
    if (endpoint_) node_.responder().close_endpoint(*endpoint_);
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
    if (processor_ == nullptr || failure_) [[unlikely]]
        return;
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

absl::StatusOr<std::string> Shard::on_command(std::string_view command) {
    std::optional<absl::StatusOr<std::string>> answer;
    if (processor_ != nullptr && !failure_) guard([&] { answer = processor_->on_command(command); });
    if (answer) return *std::move(answer);
    return make_error(absl::StatusCode::kInternal, "the processor failed on this command");
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
        // Whatever fires or is cancelled finds its place.
        if (free_timers_.capacity() <= timers_.size()) free_timers_.reserve(2 * timers_.size() + 8);
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
