// test/simulation/seed_run.hpp: one seed: as many instances, one after the other, as its size needs.
#pragma once

#include <cstdint>
#include <string>

#include "test/simulation/episode.hpp"

namespace prosa::simulation {

inline constexpr std::uint64_t requests_min = 1'000;
inline constexpr std::uint64_t steps_min = 10'000;

struct SeedResult {
    std::uint64_t requests = 0;
    std::uint64_t steps = 0;
    std::uint64_t hash = 0;
    std::string fault;  // empty when every promise was kept
};

// `text` may be null; else it gets every event.
inline SeedResult run_seed(std::uint64_t seed, Reached& reached, std::FILE* text = nullptr) {
    Random random(seed);
    EventLog log(text);
    SeedResult result;
    while (result.fault.empty() && (result.requests < requests_min || result.steps < steps_min)) {
        const EpisodeResult episode = run_episode(random, log, reached);
        result.requests += episode.requests;
        result.steps += episode.steps;
        result.fault = episode.fault;
    }
    result.hash = log.hash();
    return result;
}

}  // namespace prosa::simulation
