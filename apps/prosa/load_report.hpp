// apps/prosa/load_report.hpp: a load's result for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "apps/prosa/command_line.hpp"
#include "apps/prosa/load_run.hpp"
#include "apps/prosa/load_threshold.hpp"
#include "core/base/export.hpp"

namespace prosa {

// What is reported together; all outlive it.
struct LoadReport {
    const LoadArguments& arguments;
    const LoadMeasurement& measurement;
    const std::vector<LoadThreshold>& thresholds;
};

PROSA_API std::string load_text(const LoadReport& report);

// One object; its keys are in docs/configuration.md.
PROSA_API std::string load_json(const LoadReport& report);

}  // namespace prosa
