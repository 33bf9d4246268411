// apps/prosa/bench/switch_figures.hpp: the payment switch under `prosa load`, at 200 000 transactions per
// second.
#pragma once

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

FigureGroup switch_group();

}  // namespace prosa::bench
