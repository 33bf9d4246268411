// apps/prosa/doctor/doctor_report.hpp: findings for people, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "apps/prosa/doctor/doctor_scope.hpp"
#include "apps/prosa/doctor/finding.hpp"

namespace prosa::doctor {

// A line for each check; why and remedy below what is not ok; the counts at the end.
std::string report_text(const std::vector<Finding>& findings);

// The same as one document: the CPUs looked at, the counts, and all of each finding.
std::string report_json(const DoctorScope& scope, const std::vector<Finding>& findings);

}  // namespace prosa::doctor
