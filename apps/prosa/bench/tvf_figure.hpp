// apps/prosa/bench/tvf_figure.hpp: the binary TVF against protobuf.
#pragma once

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

// Measured by bench/tvf/flat_tvf_bench.cpp, for the product does not link protobuf.
FigureGroup tvf_group();

}  // namespace prosa::bench
