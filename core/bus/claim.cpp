#include <algorithm>
#include <cstring>

#include "core/bus/requester.hpp"
#include "core/bus/shared_queue.hpp"
#include "core/memory/poison.hpp"

// The steps of every claim and commit are inlined always: left to itself the compiler does it or not, depending on
// what else is in its unit.
namespace prosa {

Claim::Claim(Requester& requester, Caller& caller, ServiceHandle service, const SendOptions& options) noexcept
    : requester_(&requester), caller_(&caller), correlation_(options.correlation) {
    const LastRoute& route = requester.route_;
    if (service != route.service || route.only_provider == nullptr || !try_direct(options)) [[unlikely]]
        claim_from_table(service, options);
}

// False: nothing has changed.
[[gnu::always_inline]] inline bool Claim::try_direct(const SendOptions& options) noexcept {
    Requester& requester = *requester_;
    const LastRoute& route = requester.route_;
    const Provider& provider = *route.only_provider;
    Outbound& outbound = *route.outbound;
    if (caller_->outstanding(provider.index) >= requester.options_.credit || outbound.has_open_claim ||
        outbound.staged_count != 0) [[unlikely]]
        return false;
    std::byte* const slot = outbound.link->requests.try_claim();
    if (slot == nullptr) [[unlikely]]
        return false;
    prefetch_write(slot);
    PendingEntry* const pending = requester.pending_.try_take();
    if (pending == nullptr) [[unlikely]]
        return false;
    outbound_ = &outbound;
    open_slot(slot);
    entry_ = pending;
    note_request(provider, route.service, options);
    finish(options);
    return true;
}

void Claim::claim_from_table(ServiceHandle service, const SendOptions& options) noexcept {
    Requester& requester = *requester_;
    Caller& caller = *caller_;
    if (requester.refusal_ != ServiceError::none) [[unlikely]] {
        refusal_ = requester.refusal_;
        if (refusal_ == ServiceError::overloaded) caller.counters[CallerCounter::refused_memory].add();
        return;
    }
    const ServiceEntry* const entry = requester.entry_of(service);
    if (entry == nullptr || entry->providers.empty()) [[unlikely]] {
        caller.counters[CallerCounter::refused_unreachable].add();
        return;
    }
    refusal_ = ServiceError::overloaded;
    PendingEntry* const pending = requester.pending_.try_take();
    if (pending == nullptr) [[unlikely]] {
        caller.counters[CallerCounter::refused_memory].add();
        return;
    }
    const auto count = static_cast<std::uint32_t>(entry->providers.size());
    std::uint32_t at = count == 1 ? 0 : requester.choose(caller, *entry, options.affinity);
    bool has_credit = false;
    for (std::uint32_t tried = 0; tried < count; ++tried) {
        const Provider& provider = entry->providers[at];
        if (caller.outstanding(provider.index) < requester.options_.credit) [[likely]] {
            has_credit = true;
            if (try_provider(provider)) [[likely]] {
                if (count == 1 && provider.shared_queue == nullptr) {
                    requester.route_.only_provider = &provider;
                    requester.route_.outbound = outbound_;
                }
                entry_ = pending;
                note_request(provider, service, options);
                finish(options);
                return;
            }
        }
        at = at + 1 == count ? 0 : at + 1;
    }
    requester.pending_.free(*pending);
    caller.counters[has_credit ? CallerCounter::refused_ring : CallerCounter::refused_credit].add();
}

bool Claim::try_provider(const Provider& provider) noexcept {
    outbound_ = requester_->outbound_to(provider.reactor);
    if (outbound_ == nullptr) [[unlikely]]
        return false;
    if (provider.shared_queue != nullptr) return try_shared(provider.shared_queue);
    if (outbound_->has_open_claim || outbound_->staged_count != 0) [[unlikely]]
        return try_beside_others();
    std::byte* const slot = outbound_->link->requests.try_claim();
    if (slot == nullptr) [[unlikely]]
        return false;
    prefetch_write(slot);
    open_slot(slot);
    return true;
}

// The provider looks at the slot, so it has a copy: that went since the prefetch, or goes while the body is written.
[[gnu::always_inline]] inline void Claim::open_slot(std::byte* slot) noexcept {
    unpoison(slot, requester_->options_.slot_bytes);
    header_ = &header_at(slot);
    requester_->open_claim(*outbound_);
}

// Others were promised the next slots: this message is built in a block and follows.
bool Claim::try_beside_others() noexcept {
    const std::uint32_t promised = outbound_->staged_count + (outbound_->has_open_claim ? 1 : 0);
    if (!outbound_->link->requests.can_claim(promised + 1) || !try_staged()) return false;
    ++outbound_->staged_count;
    return true;
}

bool Claim::try_shared(const std::shared_ptr<SharedQueue>& queue) noexcept {
    for (const ReactorId shard : queue->shards())
        if (requester_->outbound_to(shard) == nullptr) return false;
    SharedOutbound* const outbound = requester_->outbound_to(queue);
    if (outbound == nullptr || !queue->try_reserve()) return false;
    if (!try_staged()) {
        queue->cancel();
        return false;
    }
    shared_outbound_ = outbound;
    return true;
}

bool Claim::try_staged() noexcept {
    staged_ = requester_->take_block();
    if (staged_ == nullptr) return false;
    header_ = new (staged_->payload()) MessageHeader{};
    return true;
}

// What is known of the request now goes where it belongs, word by word: the options were written a moment ago, and a
// copy that loads two of their words at once would wait for all stores before it.
[[gnu::always_inline]] inline void Claim::note_request(const Provider& provider, ServiceHandle service,
                                                       const SendOptions& options) noexcept {
    provider_id_ = provider.id;
    endpoint_ = provider.endpoint;
    timeout_ns_ = options.timeout_ns != 0 ? options.timeout_ns : requester_->options_.call_timeout_ns;
    PendingEntry& entry = *entry_;
    entry.has_waiter = options.waiter != nullptr;
    entry.token = entry.has_waiter ? reinterpret_cast<std::uint64_t>(options.waiter) : options.token;
    entry.service = service;
    entry.provider = provider.index;
    entry.caller = caller_->place_;
}

// False: a body of that size needs a block, and none is left. One that no block can hold is the writer's to find out.
[[gnu::always_inline]] inline bool Claim::open_body(std::uint32_t bytes_hint) noexcept {
    const std::uint32_t offset = correlation_ != 0 ? correlation_bytes : 0;
    body_ = {.data = area_of(*header_) + offset,
             .capacity_bytes = requester_->options_.slot_bytes - header_bytes - offset,
             .grow = &Claim::grow,
             .owner = this};
    if (bytes_hint <= body_.capacity_bytes) [[likely]]
        return true;
    return grow(body_, bytes_hint) || bytes_hint > requester_->bodies_.payload_bytes();
}

[[gnu::always_inline]] inline void Claim::finish(const SendOptions& options) noexcept {
    if (open_body(options.body_bytes_hint)) [[likely]]
        return;
    refusal_ = ServiceError::overloaded;
    caller_->counters[CallerCounter::refused_memory].add();
    abort();
}

bool Claim::grow(BodyBuffer& buffer, std::uint32_t needed_bytes) noexcept {
    auto& claim = *static_cast<Claim*>(buffer.owner);
    if (claim.body_block_ != nullptr || needed_bytes > claim.requester_->bodies_.payload_bytes())
        return false;
    MessageBlock* const block = claim.requester_->take_block();
    if (block == nullptr) return false;
    std::memcpy(block->payload(), buffer.data, buffer.size_bytes);
    buffer.data = block->payload();
    buffer.capacity_bytes = block->capacity_bytes;
    claim.body_block_ = block;
    return true;
}

std::uint32_t Claim::pending_index() const noexcept { return requester_->pending_.index_of(*entry_); }

bool Claim::wants_reference() const noexcept { return entry_ != nullptr && requester_->sink_ != nullptr; }

void Claim::set_reference(std::string_view reference) noexcept {
    if (!wants_reference()) return;
    TransactionReference& kept = requester_->traces_[pending_index()].reference;
    const std::size_t bytes = std::min(reference.size(), TransactionReference::bytes_max);
    std::memcpy(kept.text.data(), reference.data(), bytes);
    kept.bytes = static_cast<std::uint8_t>(bytes);
    kept.is_cut = bytes < reference.size();
    has_reference_ = true;
}

void Claim::trace() noexcept {
    RequestTrace& trace = requester_->traces_[pending_index()];
    trace.correlation = correlation_;
    trace.provider = provider_id_;
    if (!has_reference_) trace.reference.bytes = 0;
}

RequestId Claim::commit() noexcept {
    PROSA_ASSERT(entry_ != nullptr, "only a granted claim is committed, and once");
    Requester& requester = *requester_;
    const RequestId id = requester.next_id_++;
    const Nanos deadline_ns = deadline_after(requester.now_ns_, timeout_ns_);

    MessageHeader& header = *header_;
    header.body_bytes = body_.size_bytes;
    header.id = id;
    header.deadline_ns = deadline_ns;
    header.service = entry_->service;
    header.pending_index = requester.pending_.index_of(*entry_);
    header.provider = endpoint_;
    header.kind = MessageKind::request;
    header.error = ServiceError::none;
    header.flags = requester.drained_ != nullptr && requester.drained_->has_more() ? more_follows : 0;
    std::byte* behind = area_of(header);
    if (correlation_ != 0) {
        header.flags |= has_correlation;
        std::memcpy(behind, &correlation_, correlation_bytes);
        behind += correlation_bytes;
    }
    if (body_block_ != nullptr) [[unlikely]] {
        header.flags |= body_in_block;
        std::memcpy(behind, &body_block_, sizeof body_block_);
    }
    // The message leaves before the bookkeeping, which then runs while it travels.
    publish();

    PendingEntry& entry = *entry_;
    entry.id = id;
    entry.sent_ns = requester.now_ns_;
    entry.state = PendingState::in_flight;
    requester.wheel_.insert(entry, deadline_ns);
    ++caller_->outstanding_[value_of(entry.provider)];
    ++requester.in_flight_;
    caller_->counters[CallerCounter::accepted].add();
    if (requester.sink_ != nullptr) [[unlikely]]
        trace();
    entry_ = nullptr;
    return id;
}

[[gnu::always_inline]] inline void Claim::publish() noexcept {
    Requester& requester = *requester_;
    if (staged_ == nullptr) [[likely]] {
        outbound_->link->requests.publish();
        outbound_->link->requests.prefetch_claim(header_bytes + body_.size_bytes);
        requester.close_claim(*outbound_);
        requester.will_wake(*outbound_);
        if (!outbound_->deferred.is_empty()) [[unlikely]]
            requester.flush_deferred(*outbound_);
        return;
    }
    publish_staged();
}

void Claim::publish_staged() noexcept {
    Requester& requester = *requester_;
    if (shared_outbound_ != nullptr)
        requester.push_shared(*shared_outbound_, *staged_);
    else
        requester.defer(*outbound_, *staged_);
}

void Claim::abort() noexcept {
    PROSA_ASSERT(entry_ != nullptr, "only a granted claim is aborted, and once");
    Requester& requester = *requester_;
    if (body_block_ != nullptr) requester.bodies_.put(body_block_);
    if (staged_ != nullptr) {
        requester.bodies_.put(staged_);
        if (shared_outbound_ != nullptr)
            shared_outbound_->queue->cancel();
        else
            --outbound_->staged_count;
    } else {
        requester.close_claim(*outbound_);
        if (!outbound_->deferred.is_empty()) requester.flush_deferred(*outbound_);
    }
    requester.pending_.free(*entry_);
    entry_ = nullptr;
}

SendResult Requester::send(Caller& caller, ServiceHandle service, std::span<const std::byte> body,
                           const SendOptions& options) noexcept {
    Claim claim(*this, caller, service, options);
    if (!claim) return {claim.refusal()};
    const auto bytes = static_cast<std::uint32_t>(body.size());
    if (!claim.body().reserve(bytes)) {
        caller.counters[CallerCounter::refused_memory].add();
        return {ServiceError::overloaded};
    }
    if (bytes != 0) std::memcpy(claim.body().data, body.data(), bytes);
    claim.body().size_bytes = bytes;
    const std::uint32_t pending_index = claim.pending_index();
    return {ServiceError::none, claim.commit(), pending_index};
}

}  // namespace prosa
