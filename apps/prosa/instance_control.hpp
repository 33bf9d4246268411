// apps/prosa/instance_control.hpp: what an operator may ask of a running instance; the other end of `prosa
// ctl`.
//
//     request:  [--json] VERB [ARGUMENTS]      (a line, see core/control/control_protocol.hpp)
//
// Threads   the control server's. It waits for Main, which executes no user code; `command` waits for the
// processor,
//           at most command_timeout_ns.
// Errors    an answer that says what is wrong and what was expected.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/load_board.hpp"
#include "core/control/control_protocol.hpp"
#include "core/control/transaction_log.hpp"

namespace prosa {

// One thing to ask for.
struct ControlVerb {
    std::string_view name;
    std::string_view arguments;  // for people: `PROCESSOR`; empty: it takes none
    std::string_view help;
};
PROSA_API std::span<const ControlVerb> control_verbs() noexcept;

class PROSA_API InstanceControl {
  public:
    static constexpr Nanos command_timeout_ns = 3 * ns_per_s;

    // All outlive it; `log` may be null.
    InstanceControl(BusMain& main, const LoadBoard& board, const TransactionLog* log) noexcept
        : main_(main), board_(board), log_(log), started_ns_(monotonic_now_ns()) {}

    // What is wrong with a request: no such verb, or not its arguments.
    static absl::Status check(std::string_view request);

    ControlAnswer handle(std::string_view request);

  private:
    struct Asked;

    ControlAnswer show(const Asked& asked);
    ControlAnswer act(const Asked& asked);
    ControlAnswer metrics(const Asked& asked) const;
    ControlAnswer command(const Asked& asked);

    BusMain& main_;
    const LoadBoard& board_;
    const TransactionLog* log_;
    const Nanos started_ns_;
};

}  // namespace prosa
