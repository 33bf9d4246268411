#include "core/bus/bus_node.hpp"

#include <algorithm>
#include <new>

namespace prosa {
namespace {

// House-keeping reads lines that others write: it is done each so many idle turns, or busy ones.
constexpr std::uint32_t settled_turns = 64;
constexpr std::uint32_t house_keeping_turns = 1024;
constexpr std::size_t expiries_per_turn = 256;

// At worst something shorter, which needs no memory.
std::string text_of(const ProcessorError& error) noexcept try {
    return error.what();
} catch (const std::bad_alloc&) {
    return "out of memory";
}

}  // namespace

BusNode::BusNode(NodeContext context, Peer self)
    : context_(context),
      pools_(self.pools),
      deadlines_(context.start_ns),
      timers_(context.start_ns),
      requester_(context.options, self, context.tables, deadlines_, context.connector),
      responder_(context.options, self.id, *pools_) {
    if (context_.journal != nullptr) requester_.log_to(context_.journal->open());
    if (context_.is_stepped) {
        requester_.use_given_time_only();
        responder_.use_given_time_only();
    }
}

BusNode::~BusNode() {
    end_all_shards();
    for (const auto& shard : shards_) requester_.remove_caller(*shard);
}

void BusNode::adopt(std::unique_ptr<Shard>&& shard) {
    const std::size_t count = shards_.size() + 1;
    shards_.reserve(count);
    sources_.reserve(count);
    failed_.reserve(count);
    coroutine_owners_.reserve(count);
    events_.reserve(events_.size() + count * reports_per_shard);
    responder_.reserve_shared_queues(count);
    requester_.add_caller(*shard);
    if (shard->shared_queue() != nullptr) responder_.host_shared_queue(shard->shared_queue());
    shards_.push_back(std::move(shard));
}

void BusNode::begin_shard(Shard& shard, Incarnation incarnation) {
    PROSA_ASSERT(!shard.is_running(), "an incarnation ends before the next begins");
    refresh_table();  // on_start sees the newest; it is told of later ones only
    shard.begin(incarnation);
    if (shard.is_running() && !shard.failure()) report_to_main(QueueRunning{shard.key(), incarnation});
}

void BusNode::end_shard(Shard& shard, const ProcessorError* error) {
    if (!shard.is_running()) return;
    shard.end();
    std::erase(failed_, &shard);
    report_end(shard, error);
}

void BusNode::report_end(const Shard& shard, const ProcessorError* error) noexcept {
    QueueEnded ended;
    ended.key = shard.key();
    ended.incarnation = shard.info().incarnation;
    if (error != nullptr) {
        ended.has_error = true;
        ended.is_recoverable = error->is_recoverable();
        ended.recovery_ns = error->recovery_ns();
        ended.error = text_of(*error);
    }
    report_to_main(std::move(ended));
}

// Whoever gives a command may have seen a table published: so does the processor that takes it.
absl::StatusOr<std::string> BusNode::command(Shard& shard, std::string_view command) {
    refresh_table();
    if (!shard.is_running()) return make_error(absl::StatusCode::kUnavailable, "it is not running");
    return shard.on_command(command);
}

void BusNode::notify_config(Shard& shard) {
    refresh_table();
    if (shard.is_running()) shard.on_config();
}

void BusNode::begin_shutdown() {
    is_shutting_down_ = true;
    for (const auto& shard : shards_)
        if (shard->is_running()) shard->on_shutdown();
}

void BusNode::end_all_shards() {
    for (const auto& shard : shards_) end_shard(*shard, nullptr);
}

bool BusNode::poll(Nanos now_ns) {
    set_now(now_ns);
    std::uint32_t work = refresh_table() ? 1 : 0;
    work += requester_.drain_replies();
    work += responder_.flush_outboxes();
    work += responder_.serve_requests();
    if (deadlines_.is_due(now_ns) || timers_.is_due(now_ns)) [[unlikely]]
        work += expire(now_ns);
    if (!sources_.empty()) work += run_sources(now_ns);
    for (Shard* const shard : coroutine_owners_) shard->sweep_coroutines();
    if (!failed_.empty()) [[unlikely]]
        end_failed();
    if (!events_.empty()) [[unlikely]]
        flush_events();
    quiet_turns_ = work == 0 ? quiet_turns_ + 1 : 0;
    const bool is_settled = quiet_turns_ != 0 && quiet_turns_ % settled_turns == 0;
    if (is_settled || --turns_until_house_keeping_ == 0) [[unlikely]]
        house_keep();
    flush_wakes();
    return work != 0;
}

bool BusNode::refresh_table() noexcept {
    if (!requester_.refresh_table()) [[likely]]
        return false;
    for (const auto& shard : shards_)
        if (shard->is_running()) shard->on_service_table();
    return true;
}

std::uint32_t BusNode::expire(Nanos now_ns) noexcept {
    const std::size_t expired = deadlines_.advance(
        now_ns, [this](TimerNode& node) { requester_.on_deadline(static_cast<PendingEntry&>(node)); },
        expiries_per_turn);
    const std::size_t fired = timers_.advance(
        now_ns,
        [](TimerNode& node) {
            auto& timer = static_cast<ShardTimer&>(node);
            timer.shard->on_timer(timer);
        },
        expiries_per_turn);
    return static_cast<std::uint32_t>(expired + fired);
}

std::uint32_t BusNode::run_sources(Nanos now_ns) noexcept {
    next_source_ns_ = no_deadline_ns;
    // A source may stop wanting turns: the next one is in its place then.
    for (std::size_t i = 0; i < sources_.size();) {
        Shard* const source = sources_[i];
        next_source_ns_ = std::min(next_source_ns_, source->on_turn(now_ns));
        if (i < sources_.size() && sources_[i] == source) ++i;
    }
    return next_source_ns_ <= now_ns ? 1 : 0;
}

void BusNode::end_failed() {
    while (!failed_.empty()) {
        Shard* const shard = failed_.front();
        failed_.erase(failed_.begin());
        const ProcessorError failure = *shard->failure();
        end_shard(*shard, &failure);
    }
}

void BusNode::tell_main(MainEvent event) {
    const std::size_t needed = events_.size() + 1 + shards_.size() * reports_per_shard;
    if (events_.capacity() < needed) events_.reserve(2 * needed);
    events_.push_back(std::move(event));
    flush_events();
}

void BusNode::report_to_main(MainEvent event) noexcept {
    PROSA_ASSERT(events_.size() < events_.capacity(), "what a shard has to report has its room");
    events_.push_back(std::move(event));
    flush_events();
}

void BusNode::flush_events() noexcept {
    while (!events_.empty() && context_.main.post_event(events_.front())) events_.erase(events_.begin());
}

void BusNode::house_keep() noexcept {
    turns_until_house_keeping_ = house_keeping_turns;
    responder_.detach_closed();
    requester_.exchange_blocks();
    responder_.exchange_blocks();
    status_.in_flight.store(requester_.in_flight_count(), std::memory_order_relaxed);
    status_.kept_blocks.store(pools_->kept.taken_blocks(), std::memory_order_relaxed);
    status_.body_blocks.store(pools_->bodies.taken_blocks(), std::memory_order_relaxed);
    status_.outbox.store(responder_.outbox_count(), std::memory_order_relaxed);
    status_.credit_in_use.store(requester_.pending_count(), std::memory_order_relaxed);
    const std::uint32_t waiting = responder_.waiting_count();
    status_.waiting.store(waiting, std::memory_order_relaxed);
    status_.waiting_high_water.store(std::max({waiting, responder_.waiting_high_water(),
                                               status_.waiting_high_water.load(std::memory_order_relaxed)}),
                                     std::memory_order_relaxed);
    if (is_shutting_down_) status_.begin_shutdown();
}

Nanos BusNode::next_deadline_ns() const {
    Nanos deadline_ns = std::min({deadlines_.next_deadline_ns(), timers_.next_deadline_ns(), next_source_ns_,
                                  requester_.next_look_ns(), responder_.next_look_ns()});
    if (!events_.empty() || responder_.is_blocked() || requester_.holds_blocks() || responder_.holds_blocks())
        deadline_ns = std::min(deadline_ns, requester_.now_ns() + retry_after_ns);
    return deadline_ns;
}

void BusNode::flush_wakes() noexcept {
    requester_.end_turn();
    responder_.flush_wakes();
}

bool BusNode::announce_sleep() {
    house_keep();
    flush_wakes();
    const bool is_quiet = requester_.announce_sleep();
    return responder_.announce_sleep() && is_quiet;
}

void BusNode::awaken() {
    requester_.awaken();
    responder_.awaken();
}

void BusNode::on_thread_end() {
    complete_pending();
    end_all_shards();
}

void BusNode::settle() noexcept {
    requester_.drain_all_replies();
    status_.outbox.store(responder_.outbox_count(), std::memory_order_relaxed);
    status_.waiting.store(responder_.waiting_count(), std::memory_order_relaxed);
}

void BusNode::add_source(Shard& shard) {
    if (std::find(sources_.begin(), sources_.end(), &shard) == sources_.end()) sources_.push_back(&shard);
}

void BusNode::remove_source(Shard& shard) noexcept {
    std::erase(sources_, &shard);
    if (sources_.empty()) next_source_ns_ = no_deadline_ns;
}

void BusNode::note_failure(Shard& shard) {
    if (std::find(failed_.begin(), failed_.end(), &shard) == failed_.end()) failed_.push_back(&shard);
}

void BusNode::add_coroutine_owner(Shard& shard) {
    if (std::find(coroutine_owners_.begin(), coroutine_owners_.end(), &shard) == coroutine_owners_.end())
        coroutine_owners_.push_back(&shard);
}

}  // namespace prosa
