// core/bus/outcome.hpp: how one request ended, at its requester.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/clock.hpp"
#include "core/base/ids.hpp"
#include "core/base/service_error.hpp"

namespace prosa {

// Each accepted request gets exactly one. The body is borrowed: it is readable until the handler returns, or
// until the coroutine that received it suspends.
struct Outcome {
    RequestId id = 0;
    ServiceHandle service = no_service;
    ServiceError error = ServiceError::none;
    std::uint64_t token = 0;          // SendOptions::token of the request
    Nanos sent_ns = 0;                // monotonic time of the commit
    Nanos latency_ns = 0;             // commit to outcome
    std::span<const std::byte> body;  // empty when the provider sent none

    bool ok() const noexcept { return error == ServiceError::none; }
};

// Gets one outcome instead of the handlers of its processor: a suspended coroutine, a blocked thread.
class OutcomeWaiter {
  public:
    virtual void on_outcome(const Outcome& outcome) noexcept = 0;

  protected:
    ~OutcomeWaiter() = default;
};

// What a requester may say about one request; all of it is optional.
struct SendOptions {
    Nanos timeout_ns = 0;               // 0: the instance's call_timeout; no_deadline_ns: none
    std::uint64_t token = 0;            // comes back with the outcome
    std::uint64_t affinity = 0;         // for services with the policy `sticky`
    RequestId correlation = 0;          // the request that caused this one; 0: none
    std::uint32_t body_bytes_hint = 0;  // more than a slot holds: starts in a pooled block, or is refused
    OutcomeWaiter* waiter = nullptr;    // then `token` is not used; see Requester::forget
};

// What sending a copy says: the id of an accepted request, or why there is none.
struct SendResult {
    ServiceError refusal = ServiceError::none;
    RequestId id = 0;
    std::uint32_t pending_index = 0;  // for Requester::forget
    explicit operator bool() const noexcept { return refusal == ServiceError::none; }
};

}  // namespace prosa
