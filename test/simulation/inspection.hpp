// test/simulation/inspection.hpp: what the instance says of itself, against the promises and the ledger.
//
// Forbids   at any time: a reply that nothing waited for; more kept, more credit or more outcomes than
//           there may be; a request to a reactor that is known to hang.
//           at rest: a block, a kept request, an answer or a unit of credit that is not home; counters of one
//           side that do not add up; outcomes that processors and clients count otherwise than the ledger.
#pragma once

#include "core/bus/bus_main.hpp"
#include "test/simulation/visitor.hpp"
#include "test/simulation/world.hpp"

namespace prosa::simulation {

void inspect(World& world, const InstanceReport& report);

// Everything that was lent is back.
// True when each processor runs and can be reached, or crashed: what failed came back, what hung or was withdrawn, too.
bool is_settled(const InstanceReport& report);

bool is_empty(const InstanceReport& report);

// After is_empty; `visited` are the counters of the clients, those that have left included.
void inspect_rest(World& world, const InstanceReport& report,
                  const CounterBlock<CallerCounter>::Values& visited);

// Notes the branches that only the instance's counters show.
void note_branches(Reached& reached, const InstanceReport& report);
void note_branches(Reached& reached, const CounterBlock<CallerCounter>::Values& caller);

}  // namespace prosa::simulation
