// test/simulation/inspection.hpp: what the instance says of itself, against the promises and the ledger.
//
// Forbids   at any time: a reply that nothing waited for; more kept, more credit or more outcomes than
//           there may be; a request to a reactor that is known to hang.
//           after a turn of Main: a provider that runs on a reactor that does not hang, and gets no requests though its
//           service is not withdrawn.
//           at rest: a block or a unit of credit that is not home.
//           at rest, and after a stop in order: a kept request; counters of requesters and providers that do not add up;
//           outcomes that processors and clients count otherwise than the ledger.
#pragma once

#include "core/bus/bus_main.hpp"
#include "test/simulation/visitor.hpp"
#include "test/simulation/world.hpp"

namespace prosa::simulation {

void inspect(World& world, const InstanceReport& report);

// After a turn of Main, which publishes what it knows.
void inspect_services(World& world, const InstanceReport& report);

// Everything that was lent is back.
// True when each processor runs and can be reached, or crashed: what failed came back, what hung or was withdrawn, too.
bool is_settled(const InstanceReport& report);

bool is_empty(const InstanceReport& report);

bool have_all_ended(const InstanceReport& report);

// Where requesters and providers count otherwise than each other; empty when they agree.
std::string disagreement(const InstanceReport& report, const CounterBlock<CallerCounter>::Values& visited);

// After is_empty, or have_all_ended; `visited` are the counters of the clients, those that have left
// included.
void inspect_sums(World& world, const InstanceReport& report,
                  const CounterBlock<CallerCounter>::Values& visited);

// Notes the branches that only the instance's counters show.
void note_branches(Reached& reached, const InstanceReport& report);
void note_branches(Reached& reached, const CounterBlock<CallerCounter>::Values& caller);

}  // namespace prosa::simulation
