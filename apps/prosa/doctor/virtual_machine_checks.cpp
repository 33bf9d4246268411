// What a host takes away from its guests.
#include <fmt/format.h>

#include <algorithm>

#include "apps/prosa/doctor/doctor_checks.hpp"

namespace prosa::doctor {
namespace {

constexpr double stolen_share_max = 0.001;
constexpr std::size_t steal_column = 8;  // of /proc/stat; guest time, behind it, is part of user time

struct CpuTime {
    std::uint64_t stolen = 0;
    std::uint64_t all = 0;
};

// Ticks of the reactors' CPUs since boot.
CpuTime time_of(const DoctorScope& scope, const std::string& stat) {
    CpuTime time;
    for (const std::string& line : lines_of(stat)) {
        const std::vector<std::string> words = words_of(line);
        if (words.size() <= steal_column || !words[0].starts_with("cpu")) continue;
        const auto cpu = parse_count(std::string_view(words[0]).substr(3));
        if (!cpu || !scope.uses(static_cast<int>(*cpu))) continue;
        time.stolen += parse_count(words[steal_column]).value_or(0);
        for (std::size_t i = 1; i <= steal_column; ++i) time.all += parse_count(words[i]).value_or(0);
    }
    return time;
}

}  // namespace

Finding check_virtual_machine(const DoctorScope& scope) {
    Finding finding{
        .check = "virtual_machine",
        .why =
            "virtual CPUs move between physical ones and are stopped: latencies vary by a factor of "
            "ten"};
    const std::string info = scope.files.text("/proc/cpuinfo").value_or("");
    bool has_flag = scope.has_hypervisor_bit;
    for (const std::string& line : lines_of(info)) {
        if (!line.starts_with("flags")) continue;
        const std::vector<std::string> flags = words_of(line);
        has_flag = has_flag || std::find(flags.begin(), flags.end(), "hypervisor") != flags.end();
        break;
    }
    finding.verdict = has_flag ? Verdict::warning : Verdict::ok;
    finding.found = has_flag ? "yes: the CPU names a hypervisor" : "no";
    if (has_flag)
        finding.remedy =
            "run on bare metal, or have the host pin each virtual CPU (virsh vcpupin DOMAIN VCPU CPU)";
    return finding;
}

Finding check_stolen_time(const DoctorScope& scope) {
    Finding finding{.check = "stolen_time",
                    .why = "while the host runs others, reactors stand still: milliseconds"};
    const CpuTime time = time_of(scope, scope.files.text("/proc/stat").value_or(""));
    if (time.all == 0) {
        finding.found = "the machine does not show it";
        finding.remedy = "vmstat 1, column st";
        return finding;
    }
    const double share = static_cast<double>(time.stolen) / static_cast<double>(time.all);
    finding.verdict = share <= stolen_share_max ? Verdict::ok : Verdict::warning;
    finding.found = fmt::format("{:.2f} % of {} since boot", share * 100, scope.cpus_text());
    if (finding.verdict == Verdict::warning)
        finding.remedy = "have the host reserve physical CPUs for this machine (dedicated, not shared cores)";
    return finding;
}

}  // namespace prosa::doctor
