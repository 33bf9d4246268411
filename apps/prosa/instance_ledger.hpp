// apps/prosa/instance_ledger.hpp: requesters and providers counted for themselves, and held against each
// other.
//
// Each queue counts what it sent and what came back; each queue counts what it received and what it answered.
// The two sides share no counter, so a lost or doubled outcome shows as a disagreement.
//
// Threads   any. The counts are exact once the instance has stopped; before, messages are under way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/load_board.hpp"

namespace prosa {

struct RequesterRow {
    std::string queue;  // `router-1`, or `router-1/2` for one shard of several
    CounterBlock<CallerCounter>::Values counts{};
    std::uint64_t outcomes() const noexcept;
};

struct ProviderRow {
    std::string queue;
    CounterBlock<CalleeCounter>::Values counts{};
    std::uint64_t answers() const noexcept;
};

struct SourceRow {
    std::string name;
    CounterBlock<LoadCounter>::Values counts{};
    std::uint64_t outcomes() const noexcept;
};

struct PROSA_API InstanceLedger {
    std::vector<RequesterRow> requesters;  // queues that sent something
    std::vector<ProviderRow> providers;    // queues that received something
    std::vector<SourceRow> sources;
    std::uint64_t unreachable = 0;  // requests that reactors ended, for their provider was gone
    std::uint64_t duplicate = 0;    // replies that nothing waited for
    std::uint64_t unread = 0;       // requests that nobody took
    std::uint64_t unsent = 0;       // answers that found no room before the end

    std::uint64_t total(CallerCounter counter) const noexcept;
    std::uint64_t total(CalleeCounter counter) const noexcept;

    // What does not add up, in words; empty when all does.
    std::vector<std::string> disagreements() const;
};

// `report` is of the stopped instance.
PROSA_API InstanceLedger make_ledger(const InstanceReport& report, const LoadBoard& board);

}  // namespace prosa
