// core/bus/call.hpp: a request that a coroutine waits for.
//
// Threads   the coroutine's reactor only.
// Life      lives in the coroutine's frame. When the frame is destroyed while it waits, the request is abandoned.
#pragma once

#include <coroutine>

#include "core/base/export.hpp"
#include "core/bus/outcome.hpp"

namespace prosa {

class Caller;
class Requester;

class PROSA_API Call final : public OutcomeWaiter {
  public:
    // Sends a copy of `body` at once; a refusal is an outcome that is there already.
    Call(Requester& requester, Caller& caller, ServiceHandle service, std::span<const std::byte> body,
         Nanos timeout_ns) noexcept;
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    bool await_ready() const noexcept { return !is_waiting_; }
    void await_suspend(std::coroutine_handle<> awaiting) noexcept { awaiting_ = awaiting; }
    const Outcome& await_resume() const noexcept { return outcome_; }

    void on_outcome(const Outcome& outcome) noexcept override;

  private:
    Requester& requester_;
    Outcome outcome_;
    std::coroutine_handle<> awaiting_;
    std::uint32_t pending_index_ = 0;
    bool is_waiting_ = false;
};

}  // namespace prosa
