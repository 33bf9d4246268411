#include "core/bus/request.hpp"

#include <cstring>

#include "core/bus/responder.hpp"
#include "core/memory/poison.hpp"

namespace prosa {

Answer::Answer(Responder& responder, Inbound& inbound, Callee& callee, const MessageHeader& request,
               MessageBlock* kept, std::uint32_t body_bytes_hint, MessageBlock** kept_owner,
               bool* is_answered) noexcept
    : header_(kept != nullptr ? open_in_block(responder, *kept) : open_in_slot(responder, inbound)),
      responder_(&responder),
      inbound_(&inbound),
      callee_(&callee),
      request_(&request),
      kept_(kept),
      kept_owner_(kept_owner),
      is_answered_(is_answered),
      body_{.data = area_of(*header_),
            .capacity_bytes = responder.options().slot_bytes - header_bytes,
            .grow = &Answer::grow,
            .owner = this} {
    if (body_bytes_hint > body_.capacity_bytes) [[unlikely]]
        (void)grow(body_, body_bytes_hint);
}

MessageHeader* Answer::open_in_block(Responder& responder, MessageBlock& kept) noexcept {
    return new (kept.payload() + responder.options().slot_bytes) MessageHeader{};
}

[[gnu::always_inline]] inline MessageHeader* Answer::open_in_slot(Responder& responder,
                                                                  Inbound& inbound) noexcept {
    PROSA_ASSERT(!inbound.outbox.has_open_answer(), "one answer is written at a time");
    std::byte* const slot = inbound.link->replies.try_claim();
    PROSA_ASSERT(slot != nullptr, "a slot is reserved before the handler is called");
    unpoison(slot, responder.options().slot_bytes);
    inbound.outbox.open_answer();
    return &header_at(slot);
}

bool Answer::grow(BodyBuffer& buffer, std::uint32_t needed_bytes) noexcept {
    auto& answer = *static_cast<Answer*>(buffer.owner);
    MessagePool& bodies = answer.responder_->bodies_;
    MessageBlock* block = nullptr;
    if (answer.body_block_ == nullptr && needed_bytes <= bodies.payload_bytes())
        block = answer.responder_->take_block(bodies);
    if (block == nullptr) {
        answer.has_grow_failed_ = true;
        return false;
    }
    std::memcpy(block->payload(), buffer.data, buffer.size_bytes);
    buffer.data = block->payload();
    buffer.capacity_bytes = block->capacity_bytes;
    answer.body_block_ = block;
    return true;
}

void Answer::commit_as(ServiceError error) noexcept {
    PROSA_ASSERT(header_ != nullptr, "an answer is committed once");
    if (kept_ != nullptr && *kept_owner_ != kept_) [[unlikely]] {
        // Another answer to this kept request went first; its block may be anybody's by now.
        callee_->callee_counters[CalleeCounter::refused_answer].add();
        abort();
        return;
    }
    if (has_grow_failed_) [[unlikely]] {
        if (body_block_ != nullptr) responder_->bodies_.put(std::exchange(body_block_, nullptr));
        body_.size_bytes = 0;
        error = ServiceError::overloaded;
    }
    MessageHeader& header = *header_;
    header.body_bytes = body_.size_bytes;
    copy_identity(header, *request_);
    header.kind = error == ServiceError::none ? MessageKind::response : MessageKind::error;
    header.error = error;
    header.flags = kept_ == nullptr && inbound_->read_ahead.has_more() ? more_follows : 0;
    if (body_block_ != nullptr) [[unlikely]] {
        header.flags |= body_in_block;
        std::memcpy(area_of(header), &body_block_, sizeof body_block_);
    }
    Inbound& inbound = *inbound_;
    if (kept_ == nullptr) {
        inbound.link->replies.publish();
        inbound.link->replies.prefetch_claim(header_bytes + body_.size_bytes);
        inbound.outbox.close_answer();
        inbound.outbox.return_slot();
        responder_->will_wake(inbound);
        *is_answered_ = true;
    } else {
        *kept_owner_ = nullptr;
        responder_->send_kept(inbound, *callee_, *kept_);
    }
    header_ = nullptr;
    const auto first = static_cast<std::uint8_t>(CalleeCounter::answered_none);
    callee_->callee_counters[static_cast<CalleeCounter>(first + static_cast<std::uint8_t>(error))].add();
}

void Answer::abort() noexcept {
    if (body_block_ != nullptr) responder_->bodies_.put(body_block_);
    if (kept_ == nullptr) inbound_->outbox.close_answer();
    header_ = nullptr;
}

Answer Request::answer(std::uint32_t body_bytes_hint) noexcept {
    if (is_done()) [[unlikely]] {
        callee_.callee_counters[CalleeCounter::refused_answer].add();
        return {};
    }
    return Answer(responder_, inbound_, callee_, header_, nullptr, body_bytes_hint, nullptr, &is_answered_);
}

Answer KeptRequest::answer(std::uint32_t body_bytes_hint) noexcept {
    if (block_ == nullptr) [[unlikely]] {
        if (callee_ != nullptr) callee_->callee_counters[CalleeCounter::refused_answer].add();
        return {};
    }
    responder_->assert_thread();
    return Answer(*responder_, *inbound_, *callee_, header(), block_, body_bytes_hint, &block_, nullptr);
}

namespace {

// True when the body fitted.
bool send_copy(Answer& answer, std::span<const std::byte> body) noexcept {
    if (!answer) return false;
    const auto bytes = static_cast<std::uint32_t>(body.size());
    const bool fits = answer.body().reserve(bytes);
    if (fits) {
        if (bytes != 0) std::memcpy(answer.body().data, body.data(), bytes);
        answer.body().size_bytes = bytes;
    }
    answer.commit();
    return fits;
}

bool send_error(Answer& answer, ServiceError error) noexcept {
    if (!answer) return false;
    answer.commit_error(error);
    return true;
}

}  // namespace

bool Request::reply(std::span<const std::byte> body) noexcept {
    Answer written = answer();
    return send_copy(written, body);
}

bool Request::fail(ServiceError error) noexcept {
    Answer written = answer();
    return send_error(written, error);
}

bool KeptRequest::reply(std::span<const std::byte> body) noexcept {
    Answer written = answer();
    return send_copy(written, body);
}

bool KeptRequest::fail(ServiceError error) noexcept {
    Answer written = answer();
    return send_error(written, error);
}

KeptRequest Request::keep() noexcept {
    MessageBlock* block = nullptr;
    const bool has_room = static_cast<std::uint32_t>(callee_.kept.value()) < responder_.options_.kept_limit;
    if (!is_done() && !inbound_.outbox.has_open_answer() && has_room)
        block = responder_.take_block(responder_.kept_pool_);
    if (block == nullptr) {
        callee_.callee_counters[CalleeCounter::refused_keep].add();
        return {};
    }
    MessageHeader& kept = *new (block->payload()) MessageHeader{};
    copy_message(kept, header_);
    callee_.kept.add();
    ++inbound_.kept_count;
    inbound_.outbox.return_slot();
    is_kept_ = true;
    return KeptRequest(responder_, inbound_, callee_, *block);
}

}  // namespace prosa
