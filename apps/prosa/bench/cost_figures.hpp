// apps/prosa/bench/cost_figures.hpp: memory allocations and system calls of a transaction.
#pragma once

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

// Both are counted in a program of its own, bench/costs/transaction_costs.cpp: it replaces the allocator's
// functions by counting ones, which the product must not have, and is traced for its system calls.
FigureGroup cost_group();

}  // namespace prosa::bench
