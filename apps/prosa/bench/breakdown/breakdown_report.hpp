// apps/prosa/bench/breakdown/breakdown_report.hpp: a breakdown as a table for people and lines for programs.
//
// Lines of JSON: one for each step {"breakdown", "step", "kind", "on_path", "ns", "over_raw_line", "what"},
// then one
// {"breakdown", "sum": true, "raw_line_ns", "explained_ns", "unexplained_ns", "measured_ns",
// "explained_percent", "over_bare", "rounds", "rounds_kind", ...}, then one {"breakdown", "lines": true, ...}
// with the cache lines.
#pragma once

#include <string>
#include <string_view>

#include "apps/prosa/bench/breakdown/breakdown.hpp"

namespace prosa::bench {

std::string_view name_of(BenchMessage message) noexcept;
std::string_view name_of(RoundKind kind) noexcept;
std::string table_text(const Breakdown& breakdown);
std::string json_lines(const Breakdown& breakdown);

}  // namespace prosa::bench
