// test/simulation/world.hpp: what all parts of one simulated instance share. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/clock.hpp"
#include "core/bus/bus_options.hpp"
#include "test/simulation/event_log.hpp"
#include "test/simulation/ledger.hpp"
#include "test/simulation/random.hpp"
#include "test/simulation/reached.hpp"
#include "test/simulation/temper.hpp"
#include "test/simulation/turns.hpp"

namespace prosa::simulation {

// What a failure says that shall end a processor for good.
inline constexpr const char* fatal_text = "fatally, at random";

struct World {
    World(Random& draws, EventLog& events, Reached& branches)
        : random(draws),
          log(events),
          reached(branches),
          ledger(events, branches, turns, bus),
          temper(draws) {}

    Random& random;
    EventLog& log;
    Reached& reached;
    Turns turns;
    BusOptions bus;
    Ledger ledger;
    Temper temper;
    Nanos now_ns = ns_per_s;  // of the last step
    bool is_calm = false;     // from here on nobody sends, and everybody answers
    bool is_probing = false;  // at rest: each source sends one request to each service that has a provider
    std::uint32_t probes_open = 0;  // sources that have not done so
    bool wants_stop = false;        // the next source that turns stops the instance
    bool is_stopping = false;
    bool is_leaving = false;        // the instance is destroyed
    std::vector<bool> told_to_end;  // incarnations that an operator restarts or removes, by number
    std::uint32_t shards_seen = 0;  // a bit for each shard that got requests
    std::uint32_t chaos_seen = 0;   // a bit for each provider of CHAOS that got requests
    Branch chaos_policy = Branch::policy_round_robin;

    // Whether the bus may end an incarnation that did not fail: an operator told it to, or the instance ends, in order
    // only after the outcomes.
    bool may_end(std::uint64_t incarnation, std::uint64_t in_flight) const noexcept {
        const bool was_told = incarnation < told_to_end.size() && told_to_end[incarnation];
        return was_told || is_leaving || (is_stopping && in_flight == 0);
    }

    // Whether something of this chance in ten thousand happens now.
    bool happens(std::uint32_t chance) noexcept { return !is_calm && random.has(chance); }
    bool happens(std::uint32_t chance, Branch branch) noexcept {
        if (!happens(chance)) return false;
        reached.add(branch);
        log.add(Event::fault, static_cast<std::uint64_t>(branch));
        return true;
    }

    // Of a request or an answer: mostly in a slot, sometimes in a block, seldom too large for that.
    std::uint32_t draw_body_bytes() noexcept {
        const std::uint32_t in_slot = bus.slot_bytes - 64;
        if (happens(temper.too_large)) return bus.block_bytes + random.below(256);
        if (happens(temper.large)) return random.between(in_slot, bus.block_bytes - 64);
        return random.between(body_bytes_min, in_slot);
    }
};

}  // namespace prosa::simulation
