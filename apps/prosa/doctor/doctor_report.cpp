#include "apps/prosa/doctor/doctor_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "apps/prosa/json_writer.hpp"

namespace prosa::doctor {
namespace {

std::size_t count_of(const std::vector<Finding>& findings, Verdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(),
                      [verdict](const Finding& each) { return each.verdict == verdict; }));
}

}  // namespace

std::string report_text(const std::vector<Finding>& findings) {
    std::size_t width = 0;
    for (const Finding& finding : findings) width = std::max(width, finding.check.size());
    std::string text;
    for (const Finding& finding : findings) {
        text += fmt::format("  {:<7}  {:<{}}  {}\n", name_of(finding.verdict), finding.check, width,
                            finding.found);
        if (finding.verdict == Verdict::ok) continue;
        text += fmt::format("           why: {}\n", finding.why);
        text += fmt::format("           remedy: {}\n", finding.remedy);
    }
    const std::size_t warnings = count_of(findings, Verdict::warning);
    text += fmt::format("\n  {} ok, {} warning{}, {} unknown\n", count_of(findings, Verdict::ok), warnings,
                        warnings == 1 ? "" : "s", count_of(findings, Verdict::unknown));
    return text;
}

std::string report_json(const DoctorScope& scope, const std::vector<Finding>& findings) {
    JsonWriter json;
    json.begin_object().key("cpus").begin_array();
    for (const int cpu : scope.cpus) json.value(cpu);
    json.end_array();
    for (const auto& [name, verdict] : {std::pair("ok", Verdict::ok), std::pair("warnings", Verdict::warning),
                                        std::pair("unknown", Verdict::unknown)})
        json.field(name, count_of(findings, verdict));
    json.key("checks").begin_array();
    for (const Finding& finding : findings) {
        json.begin_object()
            .field("check", finding.check)
            .field("verdict", name_of(finding.verdict))
            .field("found", finding.found)
            .field("why", finding.why)
            .key("remedy");
        finding.remedy.empty() ? json.null() : json.value(finding.remedy);
        json.end_object();
    }
    json.end_array().end_object();
    return json.text();
}

}  // namespace prosa::doctor
