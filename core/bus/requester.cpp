#include "core/bus/requester.hpp"

#include <algorithm>
#include <limits>
#include <new>

#include "core/bus/shared_queue.hpp"
#include "core/memory/poison.hpp"

namespace prosa {
namespace {

constexpr unsigned id_counter_bits = 54;

// Fibonacci hashing (Knuth, TAOCP vol. 3, 6.4): neighbours in key are far apart in hash.
std::uint64_t mix(std::uint64_t key) noexcept {
    key *= 0x9E37'79B9'7F4A'7C15ULL;
    return key ^ (key >> 32);
}

OutcomeWaiter* waiter_of(const PendingEntry& entry) noexcept {
    return entry.has_waiter ? reinterpret_cast<OutcomeWaiter*>(entry.token) : nullptr;
}

}  // namespace

Requester::Requester(const BusOptions& options, Peer self, ServiceTableCell& tables, TimerWheel& wheel,
                     LinkConnector& connector)
    : options_(options),
      self_(std::move(self)),
      wheel_(wheel),
      bodies_(self_.pools->bodies),
      connector_(connector),
      tables_(tables.join()),
      next_id_((RequestId{value_of(self_.id)} << id_counter_bits) + 1),
      pending_(options.pending_limit) {
    PROSA_ASSERT(tables_.joined(), "the instance reserves a table reader for each requester");
}

Requester::~Requester() {
    pending_.for_each([this](PendingEntry& entry) { wheel_.cancel(entry); });
    for (const auto& outbound : shared_) drop_waiting(*outbound);
    for (Outbound* const outbound : outbounds_) {
        outbound->link->last_blocks_to_provider = outbound->homeward.release();
        outbound->link->is_closed.store(true, std::memory_order_release);  // [closed]
    }
}

// What no queue has seen: its outcome was delivered, or nobody waits for it.
void Requester::drop_waiting(SharedOutbound& outbound) noexcept {
    while (!outbound.waiting.is_empty()) {
        MessageBlock& message = outbound.waiting.pop_front();
        if (MessageBlock* const body = body_block_of(header_at(message.payload()))) bodies_.put(body);
        bodies_.put(&message);
        outbound.queue->cancel();
    }
}

// Traces are touched on first use only, as the pending entries are.
void Requester::log_to(std::unique_ptr<TransactionSink> sink) {
    PROSA_ASSERT(pending_.taken_count() == 0, "a log begins before the first request");
    traces_ = std::make_unique_for_overwrite<RequestTrace[]>(std::size_t{pending_.index_max()} + 1);
    sink_ = std::move(sink);
}

void Requester::add_caller(Caller& caller) {
    // A place is never given twice: answers to a caller that left still return credit by it.
    PROSA_ASSERT(callers_.size() < std::numeric_limits<std::uint16_t>::max(), "at most 65 535 callers");
    caller.resize(table().provider_index_count(), table().service_count());
    caller.place_ = static_cast<std::uint16_t>(callers_.size());
    callers_.push_back(&caller);
}

void Requester::remove_caller(Caller& caller) noexcept {
    abandon(caller);
    callers_[caller.place_] = nullptr;
}

void Requester::abandon(Caller& caller) noexcept {
    pending_.for_each([&](PendingEntry& entry) {
        if (entry.state == PendingState::in_flight && entry.caller == caller.place_)
            forget(pending_.index_of(entry), entry.id);
    });
}

void Requester::forget(std::uint32_t pending_index, RequestId id) noexcept {
    PendingEntry* const entry = pending_.at(pending_index);
    if (entry == nullptr || entry->id != id || entry->state != PendingState::in_flight) return;
    wheel_.cancel(*entry);
    entry->state = PendingState::reported;
    --in_flight_;
    if (sink_ != nullptr) [[unlikely]]
        log_end(*entry, ServiceError::none, true);
    caller_of(*entry).counters[CallerCounter::abandoned].add();
}

void Requester::prepare(ServiceHandle service) {
    if (std::find(prepared_.begin(), prepared_.end(), service) != prepared_.end()) return;
    prepared_.push_back(service);
    if (const ServiceEntry* const entry = table().find(service)) prepare_links(*entry);
}

void Requester::prepare_links(const ServiceEntry& entry) noexcept {
    for (const Provider& provider : entry.providers) {
        outbound_to(provider.reactor);
        if (provider.shared_queue == nullptr) continue;
        for (const ReactorId shard : provider.shared_queue->shards()) outbound_to(shard);
    }
}

bool Requester::take_table() noexcept {
    route_ = {};
    needs_resize_ = !try_resize_callers();
    if (refusal_ != ServiceError::shutting_down)
        refusal_ = needs_resize_ ? ServiceError::overloaded : ServiceError::none;
    if (needs_resize_) return false;
    for (const ServiceHandle service : prepared_)
        if (const ServiceEntry* const entry = table().find(service)) prepare_links(*entry);
    return true;
}

bool Requester::try_resize_callers() noexcept try {
    for (Caller* const caller : callers_)
        if (caller != nullptr) caller->resize(table().provider_index_count(), table().service_count());
    return true;
} catch (const std::bad_alloc&) {
    return false;
}

Outbound* Requester::connect(ReactorId provider) noexcept try {
    const std::size_t at = value_of(provider);
    if (at >= by_reactor_.size()) by_reactor_.resize(at + 1);
    outbounds_.reserve(outbounds_.size() + 1);
    auto outbound = std::make_unique<Outbound>(gathers_ && provider != self_.id);
    outbound->link = connector_.connect(self_, provider);
    if (outbound->link == nullptr) return nullptr;
    by_reactor_[at] = std::move(outbound);
    outbounds_.push_back(by_reactor_[at].get());
    return by_reactor_[at].get();
} catch (const std::bad_alloc&) {
    return nullptr;  // the claim tries another provider or refuses
}

std::uint32_t Requester::choose(Caller& caller, const ServiceEntry& entry, std::uint64_t affinity) noexcept {
    const auto count = static_cast<std::uint32_t>(entry.providers.size());
    switch (entry.policy) {
        case Policy::round_robin:
            return caller.cursors_[value_of(entry.handle)]++ % count;
        case Policy::primary_backup:
            return 0;
        case Policy::least_outstanding: {
            // Ties go round, so that an idle group shares the load.
            const std::uint32_t start = caller.cursors_[value_of(entry.handle)]++ % count;
            std::uint32_t best = start;
            for (std::uint32_t i = 1; i < count; ++i) {
                const std::uint32_t at = (start + i) % count;
                if (caller.outstanding(entry.providers[at].index) <
                    caller.outstanding(entry.providers[best].index))
                    best = at;
            }
            return best;
        }
        case Policy::sticky:
            break;
    }
    // Highest random weight (Thaler and Ravishankar, 1998): only the keys of a provider that leaves move.
    std::uint32_t best = 0;
    std::uint64_t best_weight = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t weight =
            mix(mix(affinity) ^ (std::uint64_t{value_of(entry.providers[i].index)} + 1));
        if (weight >= best_weight) {
            best_weight = weight;
            best = i;
        }
    }
    return best;
}

std::uint32_t Requester::drain_replies() noexcept {
    std::uint32_t taken = 0;
    // By index: an outcome may lead to a new link.
    for (std::size_t i = 0; i < outbounds_.size(); ++i) {
        Outbound& outbound = *outbounds_[i];
        if (!outbound.read_ahead.may_look(now_ns_)) [[unlikely]]
            continue;
        SlotRing<>& replies = outbound.link->replies;
        drained_ = &outbound.read_ahead;
        std::uint32_t count = 0;
        for (; count < options_.batch; ++count) {
            std::byte* const slot = replies.peek();
            if (slot == nullptr) break;
            outbound.read_ahead.prepare(replies, header_at(slot));
            take_reply(outbound, header_at(slot));
            poison(slot + header_bytes, options_.slot_bytes - header_bytes);
            replies.release();
        }
        outbound.read_ahead.end_look(count, count < options_.batch, now_ns_);
        taken += count;
    }
    drained_ = nullptr;
    return taken;
}

void Requester::drain_all_replies() noexcept {
    for (Outbound* const outbound : outbounds_) outbound->read_ahead = ReadAhead(false);
    while (drain_replies() != 0) {
    }
}

[[gnu::always_inline]] inline void Requester::take_reply(Outbound& outbound, MessageHeader& header) noexcept {
    PendingEntry* const entry = pending_.at(header.pending_index);
    if (entry == nullptr || entry->id != header.id) [[unlikely]] {
        duplicates_.add();
    } else {
        Caller* const caller = callers_[entry->caller];
        if (caller != nullptr) --caller->outstanding_[value_of(entry->provider)];
        if (entry->state == PendingState::in_flight) [[likely]] {
            OutcomeWaiter* const waiter = waiter_of(*entry);
            const Outcome outcome = close(*entry, header.error, body_of(header));
            pending_.end(*entry);
            deliver(*caller, outcome, waiter);
            // The handler's next request is under way by now: what it need not wait for comes behind.
            wheel_.cancel(*entry);
            pending_.recycle(*entry);
        } else {
            if (caller != nullptr) caller->counters[CallerCounter::late].add();
            pending_.free(*entry);
        }
    }
    if (MessageBlock* const body = body_block_of(header)) [[unlikely]]
        send_home(outbound, body);
}

// Ends the flight: what is left of the entry holds credit only.
[[gnu::always_inline]] inline Outcome Requester::close(PendingEntry& entry, ServiceError error,
                                                       std::span<const std::byte> body) noexcept {
    entry.state = PendingState::reported;
    --in_flight_;
    if (sink_ != nullptr) [[unlikely]]
        log_end(entry, error, false);
    return {.id = entry.id,
            .service = entry.service,
            .error = error,
            .token = entry.has_waiter ? 0 : entry.token,
            .sent_ns = entry.sent_ns,
            .latency_ns = now_ns_ - entry.sent_ns,
            .body = body};
}

void Requester::log_end(const PendingEntry& entry, ServiceError error, bool is_abandoned) noexcept {
    const RequestTrace& trace = traces_[pending_.index_of(entry)];
    sink_->on_end({.id = entry.id,
                   .correlation = trace.correlation,
                   .sent_ns = entry.sent_ns,
                   .latency_ns = now_ns_ - entry.sent_ns,
                   .requester = caller_of(entry).who,
                   .provider = trace.provider,
                   .service = entry.service,
                   .outcome = error,
                   .is_abandoned = is_abandoned,
                   .reference = trace.reference});
}

[[gnu::always_inline]] inline void Requester::deliver(Caller& caller, const Outcome& outcome,
                                                      OutcomeWaiter* waiter) noexcept {
    if (waiter == nullptr) [[likely]]
        caller.on_outcome(outcome);
    else
        waiter->on_outcome(outcome);
    const auto code = static_cast<std::uint8_t>(outcome.error);
    const auto first = static_cast<std::uint8_t>(CallerCounter::outcome_none);
    caller.counters[static_cast<CallerCounter>(first + code)].add();
    if (outcome.ok()) caller.latency.record(outcome.latency_ns);
}

void Requester::report(PendingEntry& entry, ServiceError error) noexcept {
    wheel_.cancel(entry);
    OutcomeWaiter* const waiter = waiter_of(entry);
    Caller& caller = caller_of(entry);
    deliver(caller, close(entry, error, {}), waiter);
}

void Requester::on_deadline(PendingEntry& entry) noexcept { report(entry, ServiceError::timeout); }

void Requester::shut_down() noexcept {
    refusal_ = ServiceError::shutting_down;
    route_ = {};
    pending_.for_each([&](PendingEntry& entry) {
        if (entry.state == PendingState::in_flight) report(entry, ServiceError::shutting_down);
    });
}

void Requester::defer(Outbound& outbound, MessageBlock& message) noexcept {
    outbound.deferred.push_back(message);
    flush_deferred(outbound);
}

void Requester::flush_deferred(Outbound& outbound) noexcept {
    while (!outbound.has_open_claim && !outbound.deferred.is_empty()) {
        std::byte* const slot = outbound.link->requests.try_claim();
        PROSA_ASSERT(slot != nullptr, "a deferred message has its room reserved at its claim");
        unpoison(slot, options_.slot_bytes);
        MessageBlock& message = outbound.deferred.pop_front();
        copy_message(header_at(slot), header_at(message.payload()));
        outbound.link->requests.publish();
        will_wake(outbound);
        --outbound.staged_count;
        bodies_.put(&message);
    }
}

SharedOutbound* Requester::outbound_to(const std::shared_ptr<SharedQueue>& queue) noexcept try {
    for (const auto& outbound : shared_)
        if (outbound->queue == queue) return outbound.get();
    return shared_.emplace_back(std::make_unique<SharedOutbound>(queue)).get();
} catch (const std::bad_alloc&) {
    return nullptr;  // the claim tries another provider or refuses
}

void Requester::push_shared(SharedOutbound& outbound, MessageBlock& message) noexcept {
    message.requester = self_.id;
    outbound.waiting.push_back(message);
    flush_shared(outbound);
}

void Requester::flush_shared(SharedOutbound& outbound) noexcept {
    while (!outbound.waiting.is_empty()) {
        MessageBlock& message = outbound.waiting.pop_front();
        if (!outbound.queue->try_push(&message)) [[unlikely]]
            return outbound.waiting.push_front(message);
        for (const ReactorId shard : outbound.queue->shards()) will_wake(*outbound_to(shard));
    }
}

MessageBlock* Requester::take_block() noexcept {
    MessageBlock* block = bodies_.try_take();
    if (block != nullptr) [[likely]]
        return block;
    exchange_blocks();
    return bodies_.try_take();
}

void Requester::send_home(Outbound& outbound, MessageBlock* block) noexcept {
    if (block->owner == self_.id) {
        block->pool->put(block);
        return;
    }
    if (outbound.homeward.add(block, outbound.link->blocks_to_provider)) will_wake(outbound);
}

void Requester::exchange_blocks() noexcept {
    for (Outbound* const outbound : outbounds_) {
        MessagePool::put_chain(outbound->link->blocks_to_requester.take());
        // A sleeping owner takes its blocks back.
        if (outbound->homeward.flush(outbound->link->blocks_to_provider)) will_wake(*outbound);
    }
    for (const auto& outbound : shared_) flush_shared(*outbound);
}

void Requester::wake_providers() noexcept {
    is_wake_due_ = false;
    for (Outbound* const outbound : outbounds_) {
        if (!outbound->needs_wake) continue;
        outbound->needs_wake = false;
        wake_provider(*outbound->link);
    }
}

bool Requester::announce_sleep() noexcept {
    for (Outbound* const outbound : outbounds_) outbound->link->requester_wake.announce_sleep();
    return std::none_of(outbounds_.begin(), outbounds_.end(), [](const Outbound* outbound) {
        return outbound->link->replies.peek() != nullptr || outbound->link->blocks_to_requester.has_chain();
    });
}

bool Requester::holds_blocks() const noexcept {
    return std::any_of(outbounds_.begin(), outbounds_.end(),
                       [](const Outbound* outbound) { return !outbound->homeward.is_empty(); }) ||
           std::any_of(shared_.begin(), shared_.end(),
                       [](const auto& outbound) { return !outbound->waiting.is_empty(); });
}

Nanos Requester::next_look_ns() const noexcept {
    Nanos next_ns = no_deadline_ns;
    for (const Outbound* const outbound : outbounds_)
        next_ns = std::min(next_ns, outbound->read_ahead.next_look_ns(now_ns_));
    return next_ns;
}

void Requester::awaken() noexcept {
    for (Outbound* const outbound : outbounds_) outbound->link->requester_wake.awaken();
}

}  // namespace prosa
