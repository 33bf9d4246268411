// apps/prosa/instance_summary.hpp: what an instance did, for people, after it stopped.
#pragma once

#include <string>

#include "apps/prosa/instance_ledger.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"

namespace prosa {

// Who asked for how much and how it ended, who answered how much, and whether the two agree.
PROSA_API std::string ledger_text(const InstanceLedger& ledger);

// Sources, ledger, latencies, restarts.
PROSA_API std::string summary_text(const InstanceReport& report, const LoadBoard& board, Nanos duration_ns);

}  // namespace prosa
