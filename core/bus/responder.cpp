#include "core/bus/responder.hpp"

#include <algorithm>
#include <utility>

#include "core/bus/shared_queue.hpp"
#include "core/memory/poison.hpp"

namespace prosa {
namespace {

constexpr std::uint32_t generation_max = (1U << (32 - endpoint_index_bits)) - 1;

// The answer of a kept request lies behind the request in its block.
MessageHeader& kept_answer(MessageBlock& block, std::uint32_t slot_bytes) noexcept {
    return header_at(block.payload() + slot_bytes);
}

}  // namespace

Responder::Responder(const BusOptions& options, ReactorId self, MessagePools& pools)
    : options_(options),
      self_(self),
      kept_pool_(pools.kept),
      bodies_(pools.bodies),
      owner_(std::this_thread::get_id()) {}

Responder::~Responder() = default;

void Responder::attach(std::shared_ptr<Link> link) {
    auto inbound = std::make_unique<Inbound>(reads_clock_ && link->requester.id != self_);
    inbound->link = std::move(link);
    inbounds_.push_back(std::move(inbound));
    adopt_early(*inbounds_.back());
}

EndpointTag Responder::open_endpoint(Callee& callee) {
    const auto is_free = [](const Endpoint& endpoint) {
        return endpoint.callee == nullptr && endpoint.generation < generation_max;
    };
    auto place = std::find_if(endpoints_.begin(), endpoints_.end(), is_free);
    if (place == endpoints_.end()) {
        PROSA_ASSERT(endpoints_.size() < endpoints_max, "a reactor hosts at most 4 096 queues");
        endpoints_.emplace_back();
        place = endpoints_.end() - 1;
    }
    place->callee = &callee;
    ++place->generation;
    const auto index = static_cast<std::uint32_t>(place - endpoints_.begin());
    return EndpointTag{place->generation << endpoint_index_bits | index};
}

void Responder::close_endpoint(EndpointTag tag) noexcept {
    PROSA_ASSERT(callee_of(tag) != nullptr, "an endpoint is closed once");
    Endpoint& endpoint = endpoints_[endpoint_index(tag)];
    endpoint.callee = nullptr;
    forget_last_callee();
}

void Responder::host_shared_queue(std::shared_ptr<SharedQueue> queue) {
    shared_.push_back({std::move(queue)});
}

void Responder::join_shared_queue(const SharedQueue& queue, Callee& callee) noexcept {
    const auto place = std::find_if(shared_.begin(), shared_.end(), [&](const SharedEndpoint& endpoint) {
        return endpoint.queue.get() == &queue && endpoint.callee == nullptr;
    });
    PROSA_ASSERT(place != shared_.end(), "a queue is hosted once for each shard that joins it");
    place->callee = &callee;
    place->queue->join();
}

void Responder::leave_shared_queue(const SharedQueue& queue, const Callee& callee) noexcept {
    for (SharedEndpoint& endpoint : shared_) {
        if (endpoint.queue.get() != &queue || endpoint.callee != &callee) continue;
        endpoint.callee = nullptr;
        endpoint.queue->leave();
    }
}

Callee* Responder::find_callee(EndpointTag tag) noexcept {
    const std::uint32_t index = endpoint_index(tag);
    if (index >= endpoints_.size()) [[unlikely]]
        return nullptr;
    const Endpoint& endpoint = endpoints_[index];
    if (endpoint.generation != value_of(tag) >> endpoint_index_bits) [[unlikely]]
        return nullptr;
    last_tag_ = tag;
    last_callee_ = endpoint.callee;
    return endpoint.callee;
}

std::uint32_t Responder::serve_requests() noexcept {
    std::uint32_t taken = 0;
    const std::size_t count = inbounds_.size();
    for (std::size_t i = 0, at = first_inbound_; i < count; ++i, ++at) {
        if (at >= count) at = 0;
        taken += serve_inbound(*inbounds_[at]);
    }
    if (taken != 0 && ++first_inbound_ >= count) first_inbound_ = 0;
    for (std::size_t i = 0; i < shared_.size(); ++i) taken += serve_shared(shared_[i]);
    if (taken > waiting_high_water_) [[unlikely]]
        waiting_high_water_ = taken;
    return taken;
}

[[gnu::always_inline]] inline std::uint32_t Responder::serve_inbound(Inbound& inbound) noexcept {
    if (!inbound.outbox.is_empty()) [[unlikely]]
        return 0;
    SlotRing<>& requests = inbound.link->requests;
    const std::uint32_t waited = inbound.waiting.is_empty() ? 0 : serve_waiting(inbound);
    if (!inbound.read_ahead.may_look(now_ns_)) [[unlikely]]
        return waited;
    std::uint32_t taken = 0;
    bool is_empty = false;
    while (taken + waited < options_.batch && inbound.outbox.is_empty()) {
        std::byte* const slot = requests.peek();
        is_empty = slot == nullptr;
        if (is_empty) break;
        if (!inbound.outbox.may_take_request(inbound.link->replies)) [[unlikely]]
            break;
        MessageHeader& header = header_at(slot);
        // The requester looks at the slot of the answer, so it has a copy: that goes while the request is handled.
        prefetch_write(inbound.link->replies.try_claim());
        inbound.read_ahead.prepare(requests, header);
        serve(inbound, callee_of(header.provider), header);
        if (MessageBlock* const body = body_block_of(header)) [[unlikely]]
            send_home(inbound, body);
        poison(area_of(header), options_.slot_bytes - header_bytes);
        requests.release();
        ++taken;
    }
    inbound.read_ahead.end_look(taken, is_empty, now_ns_);
    return taken + waited;
}

std::uint32_t Responder::serve_shared(SharedEndpoint& endpoint) noexcept {
    if (endpoint.callee == nullptr && endpoint.queue->shard_count() != 0) return 0;
    std::uint32_t taken = 0;
    while (taken < options_.batch) {
        MessageBlock* const message = endpoint.queue->try_pop();
        if (message == nullptr) break;
        ++taken;
        Inbound* const inbound = inbound_of(message->requester);
        if (inbound != nullptr && inbound->waiting.is_empty() &&
            inbound->outbox.may_take_request(inbound->link->replies)) [[likely]] {
            serve_block(*inbound, endpoint.callee, *message);
            continue;
        }
        // The tag has no use in a shared queue; it remembers which one the message came from.
        const auto at = static_cast<std::uint32_t>(&endpoint - shared_.data());
        header_at(message->payload()).provider = EndpointTag{at};
        if (inbound != nullptr)
            inbound->waiting.push_back(*message);
        else
            message->next = std::exchange(early_head_, message);
    }
    return taken;
}

void Responder::adopt_early(Inbound& inbound) noexcept {
    MessageBlock* message = std::exchange(early_head_, nullptr);
    while (message != nullptr) {
        MessageBlock* const next = message->next;
        if (message->requester == inbound.link->requester.id)
            inbound.waiting.push_back(*message);
        else
            message->next = std::exchange(early_head_, message);
        message = next;
    }
}

std::uint32_t Responder::serve_waiting(Inbound& inbound) noexcept {
    std::uint32_t taken = 0;
    while (!inbound.waiting.is_empty() && inbound.outbox.may_take_request(inbound.link->replies)) {
        MessageBlock& message = inbound.waiting.pop_front();
        const std::uint32_t endpoint = value_of(header_at(message.payload()).provider);
        serve_block(inbound, shared_[endpoint].callee, message);
        ++taken;
    }
    return taken;
}

void Responder::serve_block(Inbound& inbound, Callee* callee, MessageBlock& message) noexcept {
    MessageHeader& header = header_at(message.payload());
    serve(inbound, callee, header);
    if (MessageBlock* const body = body_block_of(header)) send_home(inbound, body);
    send_home(inbound, &message);
}

// A handler before this request may have run for long. A clock reading for each request would cost as much as the
// rest; only those whose deadline a turn may pass get one, for a turn that takes hang_after is a hang.
Nanos Responder::time_for(Nanos deadline_ns) noexcept {
    const bool is_first = std::exchange(is_first_of_turn_, false);
    if (!is_first && reads_clock_ && deadline_ns - now_ns_ < options_.hang_after_ns) [[unlikely]]
        now_ns_ = clock_.now_ns();
    return now_ns_;
}

[[gnu::always_inline]] inline void Responder::serve(Inbound& inbound, Callee* callee,
                                                    MessageHeader& header) noexcept {
    if (callee == nullptr) [[unlikely]] {
        unreachable_.add();
        answer_error(inbound, header, ServiceError::unreachable);
        return;
    }
    callee->callee_counters[CalleeCounter::received].add();
    if (header.deadline_ns < time_for(header.deadline_ns)) [[unlikely]] {
        callee->callee_counters[CalleeCounter::answered_timeout].add();
        answer_error(inbound, header, ServiceError::timeout);
        return;
    }
    inbound.outbox.reserve_slot();
    Request request(*this, inbound, *callee, header);
    callee->on_request(request);
    PROSA_ASSERT(!inbound.outbox.has_open_answer(), "an answer lives in one handler: not across its return");
    if (!request.is_done()) [[unlikely]] {
        callee->callee_counters[CalleeCounter::answered_dropped].add();
        answer_error(inbound, header, ServiceError::dropped);
    }
    inbound.outbox.return_slot();
    // A kept request took the body's block along.
    if (request.is_kept()) header.flags &= static_cast<std::uint16_t>(~body_in_block);
}

void Responder::answer_error(Inbound& inbound, const MessageHeader& request, ServiceError error) noexcept {
    std::byte* const slot = inbound.link->replies.try_claim();
    PROSA_ASSERT(slot != nullptr, "a slot is reserved before a request is taken");
    unpoison(slot, options_.slot_bytes);
    MessageHeader& header = header_at(slot);
    const std::uint32_t sequence_bytes = sizeof header.sequence;
    std::memcpy(reinterpret_cast<std::byte*>(&header) + sequence_bytes,
                reinterpret_cast<const std::byte*>(&request) + sequence_bytes, header_bytes - sequence_bytes);
    header.body_bytes = 0;
    header.kind = MessageKind::error;
    header.error = error;
    header.flags = 0;
    inbound.link->replies.publish();
    will_wake(inbound);
}

void Responder::send_kept(Inbound& inbound, Callee& callee, MessageBlock& block) noexcept {
    callee.kept.subtract();
    if (MessageBlock* const body = body_block_of(header_at(block.payload()))) send_home(inbound, body);
    inbound.outbox.send_or_wait(inbound.link->replies, block,
                                [&](MessageBlock& answer) { publish_kept(inbound, answer); });
    if (!inbound.outbox.is_empty()) [[unlikely]]
        has_waiting_answers_ = true;
}

void Responder::publish_kept(Inbound& inbound, MessageBlock& block) noexcept {
    SlotRing<>& replies = inbound.link->replies;
    std::byte* const slot = replies.try_claim();
    unpoison(slot, options_.slot_bytes);
    copy_message(header_at(slot), kept_answer(block, options_.slot_bytes));
    replies.publish();
    replies.prefetch_claim(header_bytes + header_at(slot).body_bytes);
    will_wake(inbound);
    --inbound.kept_count;
    kept_pool_.put(&block);
}

std::uint32_t Responder::send_waiting_answers() noexcept {
    std::uint32_t sent = 0;
    has_waiting_answers_ = false;
    for (const auto& inbound : inbounds_) {
        sent += flush_outbox(*inbound);
        if (!inbound->outbox.is_empty()) has_waiting_answers_ = true;
    }
    return sent;
}

std::uint32_t Responder::flush_outbox(Inbound& inbound) noexcept {
    return inbound.outbox.flush(inbound.link->replies,
                                [&](MessageBlock& answer) { publish_kept(inbound, answer); });
}

std::uint32_t Responder::outbox_count() const noexcept {
    std::uint32_t count = 0;
    for (const auto& inbound : inbounds_) count += inbound->outbox.count();
    return count;
}

std::uint32_t Responder::waiting_count() const noexcept {
    std::uint32_t count = 0;
    for (const auto& inbound : inbounds_)
        count += inbound->link->requests.readable_count() + inbound->waiting.count();
    for (const MessageBlock* early = early_head_; early != nullptr; early = early->next) ++count;
    for (const SharedEndpoint& endpoint : shared_) count += endpoint.queue->depth();
    return count;
}

Inbound* Responder::inbound_of(ReactorId requester) noexcept {
    for (const auto& inbound : inbounds_)
        if (inbound->link->requester.id == requester) return inbound.get();
    return nullptr;
}

MessageBlock* Responder::take_block(MessagePool& pool) noexcept {
    MessageBlock* const block = pool.try_take();
    if (block != nullptr) [[likely]]
        return block;
    exchange_blocks();
    return pool.try_take();
}

void Responder::send_home(Inbound& inbound, MessageBlock* block) noexcept {
    if (block->owner == self_) {
        block->pool->put(block);
        return;
    }
    if (inbound.homeward.add(block, inbound.link->blocks_to_requester)) will_wake(inbound);
}

void Responder::exchange_blocks() noexcept {
    for (const auto& inbound : inbounds_) {
        MessagePool::put_chain(inbound->link->blocks_to_provider.take());
        // A sleeping owner takes its blocks back.
        if (inbound->homeward.flush(inbound->link->blocks_to_requester)) will_wake(*inbound);
    }
}

void Responder::wake_requesters() noexcept {
    is_wake_due_ = false;
    for (const auto& inbound : inbounds_) {
        if (!inbound->needs_wake) continue;
        inbound->needs_wake = false;
        wake_requester(*inbound->link);
    }
}

void Responder::detach_closed() noexcept {
    std::erase_if(inbounds_, [this](const std::unique_ptr<Inbound>& inbound) {
        if (!inbound->link->is_closed.load(std::memory_order_acquire)) return false;  // [closed]
        drop_answers(*inbound);
        if (!may_detach(*inbound)) return false;
        MessagePool::put_chain(inbound->link->blocks_to_provider.take());
        MessagePool::put_chain(std::exchange(inbound->link->last_blocks_to_provider, nullptr));
        return true;
    });
    first_inbound_ = 0;
}

// Nobody takes these answers any more; they would wait for a slot for ever. The requester left, so this thread is
// the consumer of its ring now.
void Responder::drop_answers(Inbound& inbound) noexcept {
    SlotRing<>& replies = inbound.link->replies;
    do {
        while (std::byte* const slot = replies.peek()) {
            if (MessageBlock* const body = body_block_of(header_at(slot))) send_home(inbound, body);
            replies.release();
        }
    } while (flush_outbox(inbound) != 0);
}

// What a closed link's requester put into a shared queue is in the queue for all to see.
bool Responder::may_detach(Inbound& inbound) noexcept {
    const bool may_be_queued =
        std::any_of(shared_.begin(), shared_.end(),
                    [](const SharedEndpoint& endpoint) { return endpoint.queue->depth() != 0; });
    return !may_be_queued && inbound.kept_count == 0 && inbound.waiting.is_empty() &&
           inbound.link->requests.peek() == nullptr;
}

bool Responder::is_blocked(const Inbound& inbound) noexcept {
    if (!inbound.outbox.is_empty() || !inbound.waiting.is_empty()) return true;
    return inbound.link->requests.peek() != nullptr && !inbound.link->replies.can_claim(1);
}

bool Responder::is_blocked() const noexcept {
    return std::any_of(inbounds_.begin(), inbounds_.end(),
                       [](const auto& inbound) { return is_blocked(*inbound); });
}

bool Responder::announce_sleep() noexcept {
    for (const auto& inbound : inbounds_) inbound->link->provider_wake.announce_sleep();
    const bool has_mail = std::any_of(inbounds_.begin(), inbounds_.end(), [](const auto& inbound) {
        return (!is_blocked(*inbound) && inbound->link->requests.peek() != nullptr) ||
               inbound->link->blocks_to_provider.has_chain();
    });
    const bool has_shared = std::any_of(shared_.begin(), shared_.end(), [](const SharedEndpoint& endpoint) {
        return (endpoint.callee != nullptr || endpoint.queue->shard_count() == 0) &&
               endpoint.queue->depth() != 0;
    });
    return !has_mail && !has_shared;
}

bool Responder::holds_blocks() const noexcept {
    return std::any_of(inbounds_.begin(), inbounds_.end(),
                       [](const auto& inbound) { return !inbound->homeward.is_empty(); });
}

Nanos Responder::next_look_ns() const noexcept {
    Nanos next_ns = no_deadline_ns;
    for (const auto& inbound : inbounds_)
        next_ns = std::min(next_ns, inbound->read_ahead.next_look_ns(now_ns_));
    return next_ns;
}

void Responder::awaken() noexcept {
    for (const auto& inbound : inbounds_) inbound->link->provider_wake.awaken();
}

}  // namespace prosa
