// apps/prosa/bench/breakdown/batch_cost.hpp: what one step costs on one core.
//
// Calls are timed in batches, so that the clock's cost and its resolution are spread over many; the median
// batch leaves interrupts out. Calls overlap inside a core, so this is what a step adds to a stream of
// others.
#pragma once

#include <cstdint>
#include <vector>

#include "apps/prosa/bench/rounds.hpp"
#include "core/base/clock.hpp"

namespace prosa::bench {

struct BatchPlan {
    std::uint32_t batch_count = 400;
    std::uint32_t batch_calls = 256;
};

// The compiler must not move or drop what lies on either side.
inline void keep_in_order() noexcept { asm volatile("" : : : "memory"); }

// Nanoseconds of one call of step(i), i from 0 in each batch.
template <typename Step>
double batch_cost_ns(const BatchPlan& plan, Step&& step) {
    const Clock clock;
    std::vector<double> batches_ns;
    for (std::uint32_t batch = 0; batch < plan.batch_count; ++batch) {
        const Nanos begin_ns = clock.now_ns();
        for (std::uint32_t i = 0; i < plan.batch_calls; ++i) {
            step(i);
            keep_in_order();
        }
        batches_ns.push_back(static_cast<double>(clock.now_ns() - begin_ns) / plan.batch_calls);
    }
    return median_of(std::move(batches_ns));
}

}  // namespace prosa::bench
