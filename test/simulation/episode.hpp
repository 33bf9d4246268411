// test/simulation/episode.hpp: the life of one simulated instance, from its start under faults to its end.
#pragma once

#include <cstdint>
#include <string>

#include "test/simulation/world.hpp"

namespace prosa::simulation {

struct EpisodeResult {
    std::uint64_t requests = 0;  // accepted
    std::uint64_t steps = 0;     // drawn, without the rounds in lock-step
    std::string fault;           // the first; empty when every promise was kept
};

EpisodeResult run_episode(Random& random, EventLog& log, Reached& reached);

}  // namespace prosa::simulation
