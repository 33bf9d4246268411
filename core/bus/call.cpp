#include "core/bus/call.hpp"

#include "core/bus/requester.hpp"

namespace prosa {

Call::Call(Requester& requester, Caller& caller, ServiceHandle service, std::span<const std::byte> body,
           Nanos timeout_ns) noexcept
    : requester_(requester) {
    SendOptions options;
    options.timeout_ns = timeout_ns;
    options.waiter = this;
    const SendResult sent = requester.send(caller, service, body, options);
    outcome_.service = service;
    outcome_.error = sent.refusal;
    outcome_.id = sent.id;
    pending_index_ = sent.pending_index;
    is_waiting_ = static_cast<bool>(sent);
}

Call::~Call() {
    if (is_waiting_) requester_.forget(pending_index_, outcome_.id);
}

void Call::on_outcome(const Outcome& outcome) noexcept {
    outcome_ = outcome;
    is_waiting_ = false;
    // An outcome that comes before anyone awaits has no body to lend: it would be gone by then.
    if (awaiting_)
        awaiting_.resume();
    else
        outcome_.body = {};
}

}  // namespace prosa
