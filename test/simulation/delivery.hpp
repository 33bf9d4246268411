// test/simulation/delivery.hpp: by when an answer has been taken, told from who turned.
//
// In place  the answer is in the requester's ring when its handler returns. Each turn of the requester takes a batch from
//           there, and looks at deadlines after that.
// Kept      an answer to a kept request may wait in the outbox first. When the requester has turned and then the
//           provider, the ring is full again or the outbox empty: so each such round brings on as many answers as a
//           turn takes. What waits has a pending entry there, and a block here.
// So a hang, a slow pace and a clock that jumps delay no more than they may: they are turns that do not come.
#pragma once

#include <optional>

#include "core/bus/bus_options.hpp"
#include "test/simulation/turns.hpp"

namespace prosa::simulation {

// An answer that was given.
struct Given {
    Thread by = 0;
    Moment at = 0;
    bool was_kept = false;  // the request
};

// The turn of `to` that takes it, or one before has; none: it has still to come.
std::optional<Moment> taken_at(const Turns& turns, const BusOptions& bus, const Given& answer, Thread to);

}  // namespace prosa::simulation
