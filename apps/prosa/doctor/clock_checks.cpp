// The clock that latencies and deadlines are read from.
#include <fmt/format.h>

#include <algorithm>

#include "apps/prosa/doctor/doctor_checks.hpp"

namespace prosa::doctor {
namespace {

const std::string source_folder = "/sys/devices/system/clocksource/clocksource0";

}  // namespace

Finding check_clock_source(const DoctorScope& scope) {
    Finding finding{.check = "clock_source", .why = "other sources than tsc cost 30 ns to 1 us a reading"};
    const auto current = scope.files.text(source_folder + "/current_clocksource");
    if (!current || current->empty()) {
        finding.found = "the machine does not say";
        finding.remedy = fmt::format("cat {}/current_clocksource, on the host", source_folder);
        return finding;
    }
    const std::vector<std::string> available =
        words_of(scope.files.text(source_folder + "/available_clocksource").value_or(""));
    finding.verdict = *current == "tsc" ? Verdict::ok : Verdict::warning;
    finding.found = *current;
    if (finding.verdict == Verdict::ok) return finding;
    finding.remedy = std::find(available.begin(), available.end(), "tsc") != available.end()
                         ? fmt::format("echo tsc > {}/current_clocksource", source_folder)
                         : "boot with tsc=reliable, or have the host offer an invariant TSC";
    return finding;
}

Finding check_tsc(const DoctorScope& scope) {
    Finding finding{
        .check = "tsc",
        .why = "a counter that changes its rate or stops is no clock: a reading takes 23 ns instead of 10"};
    std::vector<std::string> flags;
    for (const std::string& line : lines_of(scope.files.text("/proc/cpuinfo").value_or("")))
        if (line.starts_with("flags")) {
            flags = words_of(line);
            break;
        }
    if (flags.empty()) {
        finding.found = "the CPU's flags are not visible";
        finding.remedy = "grep -m1 flags /proc/cpuinfo, on the host";
        return finding;
    }
    std::string missing;
    for (const char* flag : {"constant_tsc", "nonstop_tsc"})
        if (std::find(flags.begin(), flags.end(), flag) == flags.end())
            missing += fmt::format("{}{}", missing.empty() ? "" : " and ", flag);
    finding.verdict = missing.empty() ? Verdict::ok : Verdict::warning;
    finding.found = missing.empty() ? "constant and never stopping" : fmt::format("without {}", missing);
    if (!missing.empty())
        finding.remedy = "have the host pass it on (qemu: -cpu host,+invtsc), or use another machine";
    return finding;
}

}  // namespace prosa::doctor
