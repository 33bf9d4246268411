// core/bus/restart_backoff.hpp: when a queue that failed runs again. Pure: time and randomness come from outside.
//
// Formula   W(n) = P * (3 * 2^n - 2) for the n-th failure in a row, 0-based (ProSA), capped at the maximum, less a
//           random share of at most `jitter`; plus the error's own recovery time, which is neither capped nor cut.
#pragma once

#include <deque>
#include <optional>

#include "core/base/export.hpp"
#include "core/bus/processor_definition.hpp"

namespace prosa {

class PROSA_API RestartBackoff {
  public:
    explicit RestartBackoff(const RestartPolicy& policy) : policy_(policy) {}

    void note_start(Nanos now_ns) noexcept { started_ns_ = now_ns; }

    // After a recoverable failure: how long to wait, or nothing when the restart intensity is exceeded. `random` is
    // uniform in [0, 1).
    std::optional<Nanos> next_wait(Nanos now_ns, Nanos recovery_ns, double random);

    // An operator's restart begins a new series.
    void reset() noexcept;

  private:
    RestartPolicy policy_;
    Nanos started_ns_ = 0;
    std::uint32_t failures_in_row_ = 0;
    std::deque<Nanos> recent_failures_;  // within the intensity's window
};

}  // namespace prosa
