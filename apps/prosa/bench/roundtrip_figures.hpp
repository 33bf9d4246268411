// apps/prosa/bench/roundtrip_figures.hpp: round trips and throughput of two spinning reactors (or a client
// and a reactor), over the bare ring's.
#pragma once

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

std::vector<FigureGroup> roundtrip_groups();

}  // namespace prosa::bench
