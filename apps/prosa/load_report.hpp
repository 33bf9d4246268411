// apps/prosa/load_report.hpp: a load's result for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "apps/prosa/command_line.hpp"
#include "apps/prosa/load_run.hpp"
#include "apps/prosa/load_threshold.hpp"
#include "apps/prosa/report/latency_report.hpp"
#include "core/base/export.hpp"

namespace prosa {

// What is reported together; all outlive it.
struct LoadReport {
    const LoadArguments& arguments;
    const LoadMeasurement& measurement;
    const std::vector<LoadThreshold>& thresholds;
};

PROSA_API std::string load_text(const LoadReport& report);

// How the percentiles differ from run to run; nothing for one run.
PROSA_API std::string variation_text(const std::vector<RunVariation>& variation);

// One object: `whole` as report_json() writes it, what was asked for, and what each run has beside; for
// several runs that is in `runs`. The keys are in docs/configuration.md. At least one run.
PROSA_API std::string load_json(const LatencyReport& whole, const std::vector<LoadReport>& runs);

}  // namespace prosa
