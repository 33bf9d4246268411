// CPU time that control groups, version 1 or 2, allow and take away.
#include <fmt/format.h>

#include <algorithm>

#include "apps/prosa/doctor/doctor_checks.hpp"
#include "core/reactor/cgroup_quota.hpp"

namespace prosa::doctor {
namespace {

struct Throttling {
    std::uint64_t periods = 0;  // in which the group stood still
    std::uint64_t us = 0;
};

// cpu.stat: `nr_throttled` and `throttled_usec` in version 2, `throttled_time` in nanoseconds in version 1.
std::optional<Throttling> parse_cpu_stat(const std::string& text) {
    std::optional<Throttling> read;
    for (const std::string& line : lines_of(text)) {
        const std::vector<std::string> words = words_of(line);
        if (words.size() != 2) continue;
        const std::uint64_t value = parse_count(words[1]).value_or(0);
        if (words[0] == "nr_throttled") (read ? *read : read.emplace()).periods = value;
        if (words[0] == "throttled_usec") (read ? *read : read.emplace()).us = value;
        if (words[0] == "throttled_time") (read ? *read : read.emplace()).us = value / 1'000;
    }
    return read;
}

// Folders of the process's group and of its ancestors; a container sees its own group as the mount itself.
std::vector<std::string> group_folders(const KernelFiles& files) {
    std::vector<std::string> folders;
    for (const std::string& line : lines_of(files.text("/proc/self/cgroup").value_or(""))) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        if (!controllers.empty() && ("," + controllers + ",").find(",cpu,") == std::string::npos) continue;
        std::string path = line.substr(second + 1);
        for (const std::string& mount :
             controllers.empty()
                 ? std::vector<std::string>{"/sys/fs/cgroup"}
                 : std::vector<std::string>{"/sys/fs/cgroup/" + controllers, "/sys/fs/cgroup/cpu"}) {
            for (std::string at = path; at.size() > 1; at.resize(at.find_last_of('/')))
                folders.push_back(mount + at);
            folders.push_back(mount);
        }
    }
    return folders;
}

}  // namespace

Finding check_quota(const DoctorScope& scope) {
    Finding finding{
        .check = "quota",
        .why = "spinning threads use it up and stand still for the rest of the period, up to 100 ms"};
    if (!scope.files.exists("/proc/self/cgroup")) {
        finding.found = "the control group is not visible";
        finding.remedy = "start without a CPU limit";
        return finding;
    }
    const auto quota = read_cgroup_quota_cpus(scope.files.root());
    const bool is_short = quota && *quota < static_cast<double>(scope.cpus.size() + 1);
    finding.verdict = is_short ? Verdict::warning : Verdict::ok;
    finding.found = quota ? fmt::format("{:.2f} CPUs, for {} reactors and one thread beside them", *quota,
                                        scope.cpus.size())
                          : "none";
    if (is_short)
        finding.remedy =
            "systemctl set-property UNIT CPUQuota= (docker update --cpus 0 CONTAINER), or idle: park";
    return finding;
}

Finding check_throttling(const DoctorScope& scope) {
    Finding finding{
        .check = "throttling",
        .why = "the control group was stopped because its quota was used up: each stop is milliseconds"};
    std::optional<Throttling> worst;
    for (const std::string& folder : group_folders(scope.files)) {
        const auto text = scope.files.text(folder + "/cpu.stat");
        const auto read = text ? parse_cpu_stat(*text) : std::nullopt;
        if (read && (!worst || read->periods > worst->periods)) worst = read;
    }
    if (!worst) {
        finding.found = "no counters are visible";
        finding.remedy = "cat /sys/fs/cgroup/cpu.stat, on the host";
        return finding;
    }
    finding.verdict = worst->periods == 0 ? Verdict::ok : Verdict::warning;
    finding.found = worst->periods == 0 ? "never"
                                        : fmt::format("{} times, {:.1f} ms in all", worst->periods,
                                                      static_cast<double>(worst->us) / 1e3);
    if (worst->periods != 0)
        finding.remedy =
            "systemctl set-property UNIT CPUQuota= (docker update --cpus 0 CONTAINER), or idle: park";
    return finding;
}

}  // namespace prosa::doctor
