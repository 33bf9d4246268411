// apps/prosa/bench/idle_figure.hpp: what an instance without traffic takes of one CPU.
#pragma once

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

FigureGroup idle_group();

}  // namespace prosa::bench
