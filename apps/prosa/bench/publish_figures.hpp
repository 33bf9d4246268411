// apps/prosa/bench/publish_figures.hpp: what a new service costs when there are many, and whom it disturbs.
#pragma once

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

std::vector<FigureGroup> publish_groups();

}  // namespace prosa::bench
