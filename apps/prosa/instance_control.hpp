// apps/prosa/instance_control.hpp: what an operator may ask of a running instance; the other end of `prosa
// ctl`.
//
// Threads   the control server's. It waits for Main, which executes no user code; `command` waits for the
// processor,
//           at most command_timeout_ns.
// Errors    an answer that says what is wrong and what was expected.
#pragma once

#include <string>
#include <string_view>

#include "apps/prosa/control_request.hpp"
#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/load_board.hpp"
#include "core/control/control_protocol.hpp"
#include "core/control/transaction_log.hpp"

namespace prosa {

class PROSA_API InstanceControl {
  public:
    static constexpr Nanos command_timeout_ns = 3 * ns_per_s;

    // All outlive it; `log` may be null.
    InstanceControl(BusMain& main, const LoadBoard& board, const TransactionLog* log) noexcept
        : main_(main), board_(board), log_(log), started_ns_(monotonic_now_ns()) {}

    // A line as control_request.hpp says.
    ControlAnswer handle(std::string_view request);

  private:
    ControlAnswer show(const ControlRequest& asked);
    ControlAnswer act(const ControlRequest& asked);
    ControlAnswer metrics(const ControlRequest& asked) const;
    ControlAnswer command(const ControlRequest& asked);

    BusMain& main_;
    const LoadBoard& board_;
    const TransactionLog* log_;
    const Nanos started_ns_;
};

}  // namespace prosa
