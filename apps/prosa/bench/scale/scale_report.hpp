// apps/prosa/bench/scale/scale_report.hpp: rows of a scale as a table.
#pragma once

#include <span>
#include <string>

#include "apps/prosa/bench/scale/scale_row.hpp"

namespace prosa::bench {

std::string table_text(std::span<const ScaleRow> rows);

}  // namespace prosa::bench
