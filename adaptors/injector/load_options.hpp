// adaptors/injector/load_options.hpp: how much load, when, and for how long.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "adaptors/injector/load_windows.hpp"
#include "core/base/clock.hpp"

namespace prosa {

enum class Arrivals : std::uint8_t {
    uniform,  // at equal distances
    poisson,  // independent of each other: exponential distances with the same mean
};

// The rate over time, after the warm-up.
enum class RateShape : std::uint8_t {
    constant,  // rate
    step,      // start_rate, and step_rate more each step_every, up to rate
    line,      // from start_rate to rate over the duration
};

// Intended send times as offsets from the start, in order; repeated when they end.
using Timeline = std::shared_ptr<const std::vector<Nanos>>;

struct LoadOptions {
    double rate_per_s = 1000;
    double start_rate_per_s = 0;  // step and line; above 0 there
    double step_rate_per_s = 0;
    Nanos step_every_ns = ns_per_s;
    RateShape shape = RateShape::constant;
    Arrivals arrivals = Arrivals::uniform;
    std::uint64_t seed = 1;
    Timeline timeline;  // when set, it decides instead of the rate

    Nanos warmup_ns = 0;      // sent at the first rate and counted, but not in the histograms
    Nanos duration_ns = 0;    // after the warm-up; 0: no end
    std::uint64_t count = 0;  // transactions, the warm-up's included; 0: no end

    Nanos timeout_ns = 0;             // of a request; 0: the instance's call_timeout
    Nanos late_after_ns = ns_per_ms;  // sent later than this after its intended time: late
    // A send that the bus refuses as overloaded is tried again until this long after its intended time, then it
    // counts as refused.
    Nanos give_up_after_ns = 100 * ns_per_ms;

    std::shared_ptr<LoadWindows> windows;  // when set, counts are kept per second, too
};

}  // namespace prosa
