// apps/prosa/report/report_json.hpp: the parts of report_json(), for a document that holds more than a
// report.
#pragma once

#include <string_view>
#include <vector>

#include "apps/prosa/json_writer.hpp"
#include "apps/prosa/report/latency_report.hpp"

namespace prosa {

// All of a report, as members of the object that is open.
void write_members(JsonWriter& json, const LatencyReport& report);

// Under the key `name`: count, out_of_range, min, mean and percentiles.
void write_latency(JsonWriter& json, std::string_view name, const LatencySeries& series,
                   const std::vector<double>& percentiles);

}  // namespace prosa
