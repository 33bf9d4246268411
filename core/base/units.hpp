// core/base/units.hpp: durations, sizes and rates as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

// `250us`, `50ms`, `2s`, `1.5s`, `10m`, `1h`, `100ns`: a non-negative decimal number and a unit, no space.
// Error: what was given and which units exist.
PROSA_API absl::StatusOr<Nanos> parse_duration(std::string_view text);

// The shortest exact form of the above: 1500000 -> `1500us`, 2000000000 -> `2s`.
PROSA_API std::string format_duration(Nanos ns);

// `100k`, `1.5M`, `250`: a positive decimal number and an optional k (10^3), M (10^6) or G (10^9).
PROSA_API absl::StatusOr<double> parse_rate(std::string_view text);

// For people: three significant digits and the fitting unit, `1.23 us`, `45.6 ms`.
PROSA_API std::string human_duration(Nanos ns);

// For people: `19.9 k`, `1.25 M`.
PROSA_API std::string human_count(double count);

}  // namespace prosa
