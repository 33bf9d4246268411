// apps/prosa/bench/timer_figure.hpp: the timer wheel with few and with many timers pending.
#pragma once

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

FigureGroup timer_group();

}  // namespace prosa::bench
