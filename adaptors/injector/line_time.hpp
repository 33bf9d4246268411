// adaptors/injector/line_time.hpp: the intended time that a line of a file of transactions carries.
//
// Form      the key `at_us` of the line's object: microseconds from the start, a JSON number without sign or exponent,
//           0 to 10^12 (11 days), with at most three decimals. So it is whole nanoseconds, taken from the text: no
//           double rounds it.
// Threads   any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

// Null when the line has no such key, or is no JSON up to it: whoever reads all of the line says what is wrong then.
PROSA_API absl::StatusOr<std::optional<Nanos>> read_line_time(std::string_view line);

// `12.345`, as a line has it.
PROSA_API std::string microseconds_text(Nanos ns);

}  // namespace prosa
