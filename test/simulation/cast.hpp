// test/simulation/cast.hpp: who takes part under one seed: sizes, policies, processors and where they run,
// all drawn.
#pragma once

#include <string>
#include <vector>

#include "core/bus/bus_main.hpp"
#include "test/simulation/world.hpp"

namespace prosa::simulation {

struct Cast {
    InstanceOptions options;
    std::vector<ProcessorDefinition> processors;
    std::vector<std::string> names;     // of the processors, also of one that is added later
    std::vector<std::string> services;  // that somebody sends to
    ProcessorDefinition extra;          // removed and added again by the operator
};

// Writes the sizes into the world, too.
Cast draw_cast(World& world);

}  // namespace prosa::simulation
