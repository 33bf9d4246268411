#include <cstring>

#include "core/bus/requester.hpp"
#include "core/bus/shared_queue.hpp"
#include "core/memory/poison.hpp"

namespace prosa {

Claim::Claim(Requester& requester, Caller& caller, ServiceHandle service, const SendOptions& options) noexcept
    : requester_(&requester), caller_(&caller), options_(options), service_(service) {
    const ServiceEntry* const entry = requester.table().find(service);
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
                provider_ = &provider;
                entry_ = pending;
                open_body();
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
    if (outbound_ == nullptr) [[unlikely]] return false;
    if (provider.shared_queue != nullptr) return try_shared(*provider.shared_queue);
    if (!outbound_->has_open_claim && outbound_->deferred_head == nullptr) [[likely]] {
        std::byte* const slot = outbound_->link->requests.try_claim();
        if (slot == nullptr) [[unlikely]] return false;
        unpoison(slot, requester_->options_.slot_bytes);
        header_ = &header_at(slot);
        outbound_->has_open_claim = true;
        return true;
    }
    // The next slot is being filled by another claim: this message is built in a block and follows it.
    return outbound_->link->requests.can_claim(2 + outbound_->deferred_count) && try_staged();
}

bool Claim::try_shared(SharedQueue& queue) noexcept {
    for (const ReactorId shard : queue.shards())
        if (requester_->outbound_to(shard) == nullptr) return false;
    if (!queue.try_reserve()) return false;
    if (try_staged()) return true;
    queue.cancel();
    return false;
}

bool Claim::try_staged() noexcept {
    staged_ = requester_->take_block();
    if (staged_ == nullptr) return false;
    header_ = new (staged_->payload()) MessageHeader{};
    return true;
}

void Claim::open_body() noexcept {
    const std::uint32_t offset = options_.correlation != 0 ? correlation_bytes : 0;
    body_.data = area_of(*header_) + offset;
    body_.capacity_bytes = requester_->options_.slot_bytes - header_bytes - offset;
    body_.grow = &Claim::grow;
    body_.owner = this;
    if (options_.body_bytes_hint > body_.capacity_bytes) [[unlikely]] (void)grow(body_, options_.body_bytes_hint);
}

bool Claim::grow(BodyBuffer& buffer, std::uint32_t needed_bytes) noexcept {
    auto& claim = *static_cast<Claim*>(buffer.owner);
    if (claim.body_block_ != nullptr || needed_bytes > claim.requester_->bodies_.payload_bytes()) return false;
    MessageBlock* const block = claim.requester_->take_block();
    if (block == nullptr) return false;
    std::memcpy(block->payload(), buffer.data, buffer.size_bytes);
    buffer.data = block->payload();
    buffer.capacity_bytes = block->capacity_bytes;
    claim.body_block_ = block;
    return true;
}

std::uint32_t Claim::pending_index() const noexcept { return requester_->pending_.index_of(*entry_); }

RequestId Claim::commit() noexcept {
    PROSA_ASSERT(entry_ != nullptr, "only a granted claim is committed, and once");
    Requester& requester = *requester_;
    const RequestId id = requester.next_id_++;
    const Nanos timeout_ns =
        options_.timeout_ns != 0 ? options_.timeout_ns : requester.options_.call_timeout_ns;
    const Nanos deadline_ns = requester.now_ns_ + timeout_ns;

    MessageHeader& header = *header_;
    header.body_bytes = body_.size_bytes;
    header.id = id;
    header.deadline_ns = deadline_ns;
    header.service = service_;
    header.pending_index = requester.pending_.index_of(*entry_);
    header.provider = provider_->endpoint;
    header.kind = MessageKind::request;
    header.error = ServiceError::none;
    header.flags = 0;
    std::byte* behind = area_of(header);
    if (options_.correlation != 0) {
        header.flags |= has_correlation;
        std::memcpy(behind, &options_.correlation, correlation_bytes);
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
    entry.has_waiter = options_.waiter != nullptr;
    entry.token = entry.has_waiter ? reinterpret_cast<std::uint64_t>(options_.waiter) : options_.token;
    entry.service = service_;
    entry.provider = provider_->index;
    entry.caller = caller_->place_;
    entry.state = PendingState::in_flight;
    requester.wheel_.insert(entry, deadline_ns);
    ++caller_->outstanding_[value_of(provider_->index)];
    ++requester.in_flight_;
    caller_->counters[CallerCounter::accepted].add();
    entry_ = nullptr;
    return id;
}

void Claim::publish() noexcept {
    Requester& requester = *requester_;
    if (staged_ == nullptr) [[likely]] {
        outbound_->link->requests.publish();
        outbound_->link->requests.prefetch_claim(requester.options_.slot_bytes);
        outbound_->has_open_claim = false;
        outbound_->needs_wake = true;
        if (outbound_->deferred_head != nullptr) [[unlikely]] requester.flush_deferred(*outbound_);
        return;
    }
    if (provider_->shared_queue != nullptr) {
        staged_->requester = requester.self_.id;
        requester.push_shared(*provider_, staged_);
        return;
    }
    requester.defer(*outbound_, staged_);
}

void Claim::abort() noexcept {
    PROSA_ASSERT(entry_ != nullptr, "only a granted claim is aborted, and once");
    Requester& requester = *requester_;
    if (body_block_ != nullptr) requester.bodies_.put(body_block_);
    if (staged_ != nullptr) {
        requester.bodies_.put(staged_);
        if (provider_->shared_queue != nullptr) provider_->shared_queue->cancel();
    } else {
        outbound_->has_open_claim = false;
        if (outbound_->deferred_head != nullptr) requester.flush_deferred(*outbound_);
    }
    requester.pending_.free(*entry_);
    entry_ = nullptr;
}

SendResult Requester::send(Caller& caller, ServiceHandle service, std::span<const std::byte> body,
                           const SendOptions& options) noexcept {
    Claim claim(*this, caller, service, options);
    if (!claim) return {claim.refusal()};
    const auto bytes = static_cast<std::uint32_t>(body.size());
    if (!claim.body().reserve(bytes)) return {ServiceError::overloaded};
    std::memcpy(claim.body().data, body.data(), bytes);
    claim.body().size_bytes = bytes;
    const std::uint32_t pending_index = claim.pending_index();
    return {ServiceError::none, claim.commit(), pending_index};
}

}  // namespace prosa
