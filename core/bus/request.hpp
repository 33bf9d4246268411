// core/bus/request.hpp: one request at its provider: borrowed while its handler runs, or kept for later.
//
// Threads   the provider's reactor only; asserted.
// Contract  each request is answered exactly once. One that its handler leaves unanswered and did not keep, and a
//           kept one that is destroyed, answers `dropped`. A second answer is refused and counted.
// Cost      an answer to a borrowed request is written into the reply ring's slot: no copy, no allocation.
//           keep copies the message once; the answer to a kept request is copied once into its slot.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "core/base/body_buffer.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/ids.hpp"
#include "core/base/service_error.hpp"
#include "core/memory/message.hpp"

namespace prosa {

class Callee;
class KeptRequest;
class Responder;
struct Inbound;

// An answer being written: fill body(), commit. Aborted when it goes out of scope; the request then still
// waits for its answer. Not to be held across a return to the loop nor a suspension.
class Answer {
  public:
    ~Answer() {
        if (header_ != nullptr) abort();
    }
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    // False when the request was answered already.
    explicit operator bool() const noexcept { return header_ != nullptr; }

    BodyBuffer& body() noexcept { return body_; }

    // Sends the response, or an error with what body() holds. When memory for a large body ran out while it was
    // written, the answer is the error `overloaded`, which always fits.
    void commit() noexcept { commit_as(ServiceError::none); }
    void commit_error(ServiceError error) noexcept { commit_as(error); }
    PROSA_API void abort() noexcept;

  private:
    friend class Request;
    friend class KeptRequest;

    Answer(Responder& responder, Inbound& inbound, Callee& callee, const MessageHeader& request,
           MessageBlock* kept, std::uint32_t body_bytes_hint, MessageBlock** kept_owner,
           bool* is_answered) noexcept;
    Answer() = default;

    PROSA_API void commit_as(ServiceError error) noexcept;
    static MessageHeader* open_in_block(Responder& responder, MessageBlock& kept) noexcept;
    static MessageHeader* open_in_slot(Responder& responder, Inbound& inbound) noexcept;
    static bool grow(BodyBuffer& buffer, std::uint32_t needed_bytes) noexcept;

    MessageHeader* header_ = nullptr;  // in the reply slot, or in the kept block
    Responder* responder_ = nullptr;
    Inbound* inbound_ = nullptr;
    Callee* callee_ = nullptr;
    const MessageHeader* request_ = nullptr;
    MessageBlock* kept_ = nullptr;         // of a kept request
    MessageBlock** kept_owner_ = nullptr;  // the KeptRequest's pointer to it; cleared by the commit
    bool* is_answered_ = nullptr;          // of a borrowed request
    MessageBlock* body_block_ = nullptr;
    BodyBuffer body_;
    bool has_grow_failed_ = false;
};

// A borrowed request: readable until the handler returns.
class Request {
  public:
    Request(Responder& responder, Inbound& inbound, Callee& callee, const MessageHeader& header) noexcept
        : responder_(responder), inbound_(inbound), callee_(callee), header_(header) {}
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    RequestId id() const noexcept { return header_.id; }
    ServiceHandle service() const noexcept { return header_.service; }
    RequestId correlation() const noexcept { return correlation_of(header_); }
    Nanos deadline_ns() const noexcept { return header_.deadline_ns; }
    std::span<const std::byte> body() const noexcept { return body_of(header_); }

    // The hint is the size of a body that will not fit a slot, if that is known.
    PROSA_API Answer answer(std::uint32_t body_bytes_hint = 0) noexcept;

    // Answers with a copy of `body`. False when it was answered already or is too large (then: `overloaded`).
    PROSA_API bool reply(std::span<const std::byte> body) noexcept;
    PROSA_API bool fail(ServiceError error) noexcept;

    // Moves the request into a pooled block, to be answered later. Empty when the provider's kept limit or the
    // pool is used up, or when it was answered: the request is then still borrowed. Do it before any side effect.
    [[nodiscard]] PROSA_API KeptRequest keep() noexcept;

    bool is_kept() const noexcept { return is_kept_; }
    bool is_done() const noexcept { return is_answered_ || is_kept_; }

  private:
    Responder& responder_;
    Inbound& inbound_;
    Callee& callee_;
    const MessageHeader& header_;
    bool is_answered_ = false;
    bool is_kept_ = false;
};

// A request that waits for its answer in a pooled block. Movable; stays on its reactor.
class KeptRequest {
  public:
    KeptRequest() = default;
    KeptRequest(KeptRequest&& other) noexcept
        : responder_(other.responder_),
          inbound_(other.inbound_),
          callee_(other.callee_),
          block_(std::exchange(other.block_, nullptr)) {}
    KeptRequest& operator=(KeptRequest&& other) noexcept {
        if (this == &other) return *this;
        drop();
        responder_ = other.responder_;
        inbound_ = other.inbound_;
        callee_ = other.callee_;
        block_ = std::exchange(other.block_, nullptr);
        return *this;
    }
    ~KeptRequest() { drop(); }

    // False when empty, moved from or answered. What follows needs true, but for answer, reply and fail.
    explicit operator bool() const noexcept { return block_ != nullptr; }

    RequestId id() const noexcept { return header().id; }
    ServiceHandle service() const noexcept { return header().service; }
    RequestId correlation() const noexcept { return correlation_of(header()); }
    Nanos deadline_ns() const noexcept { return header().deadline_ns; }
    std::span<const std::byte> body() const noexcept {
        return body_of(header());
    }  // until the answer's commit

    PROSA_API Answer answer(std::uint32_t body_bytes_hint = 0) noexcept;
    PROSA_API bool reply(std::span<const std::byte> body) noexcept;
    PROSA_API bool fail(ServiceError error) noexcept;

    // Answers `dropped`.
    void drop() noexcept {
        if (block_ != nullptr) fail(ServiceError::dropped);
    }

  private:
    friend class Request;
    KeptRequest(Responder& responder, Inbound& inbound, Callee& callee, MessageBlock& block) noexcept
        : responder_(&responder), inbound_(&inbound), callee_(&callee), block_(&block) {}

    const MessageHeader& header() const noexcept { return header_at(block_->payload()); }

    Responder* responder_ = nullptr;
    Inbound* inbound_ = nullptr;
    Callee* callee_ = nullptr;
    MessageBlock* block_ = nullptr;
};

}  // namespace prosa
