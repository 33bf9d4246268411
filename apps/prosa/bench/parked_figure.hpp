// apps/prosa/bench/parked_figure.hpp: a transaction between two reactors that both sleep, over two threads
// that wake each other by eventfd.
#pragma once

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

FigureGroup parked_group();

}  // namespace prosa::bench
