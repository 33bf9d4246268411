// Which CPUs there are, whom they share a core with, and what the kernel keeps away from them.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/prosa/doctor/doctor_checks.hpp"
#include "core/reactor/topology.hpp"

namespace prosa::doctor {
namespace {

const std::string cpu_folder = "/sys/devices/system/cpu";

// The reactors' CPUs that `list` does not hold.
std::vector<int> missing_in(const DoctorScope& scope, const std::vector<int>& list) {
    std::vector<int> missing;
    for (const int cpu : scope.cpus)
        if (std::find(list.begin(), list.end(), cpu) == list.end()) missing.push_back(cpu);
    return missing;
}

// The system needs a CPU, too.
std::string boot_remedy(const DoctorScope& scope, std::string_view option) {
    const std::vector<int> online = scope.files.cpu_list(cpu_folder + "/online").value_or(scope.allowed);
    const bool takes_all = scope.others(online).empty();
    if (takes_all && scope.cpus.size() < 2) return "give the machine more CPUs: the system needs one, too";
    const std::vector<int> cpus(scope.cpus.begin() + (takes_all ? 1 : 0), scope.cpus.end());
    return fmt::format("add {}={} to GRUB_CMDLINE_LINUX in /etc/default/grub, then: update-grub && reboot{}",
                       option, format_cpu_list(cpus),
                       takes_all ? fmt::format(" (CPU {} stays the system's)", scope.cpus[0]) : "");
}

// A list of CPUs that the kernel was booted with.
Finding boot_list_finding(const DoctorScope& scope, std::string_view check, std::string_view option,
                          std::string_view why, const std::optional<std::vector<int>>& list) {
    Finding finding{.check = check, .why = why};
    if (!list) {
        finding.found = "the kernel does not show it; it may be built without";
        finding.remedy = boot_remedy(scope, option);
        return finding;
    }
    const std::vector<int> missing = missing_in(scope, *list);
    finding.verdict = missing.empty() ? Verdict::ok : Verdict::warning;
    finding.found = missing.empty() ? fmt::format("holds {}", scope.cpus_text())
                                    : fmt::format("{} not in it", cpus_text(missing));
    if (!missing.empty()) finding.remedy = boot_remedy(scope, option);
    return finding;
}

// The list of an option of the kernel's command line; empty when it was not given.
std::optional<std::vector<int>> command_line_list(const DoctorScope& scope, std::string_view option) {
    const auto line = scope.files.text("/proc/cmdline");
    if (!line) return std::nullopt;
    const std::string prefix = fmt::format("{}=", option);
    for (const std::string& word : words_of(*line)) {
        if (!word.starts_with(prefix)) continue;
        const std::string_view list = std::string_view(word).substr(prefix.size());
        return list == "all" ? scope.cpus : parse_cpu_list(list);
    }
    return std::vector<int>();
}

}  // namespace

Finding check_cpus(const DoctorScope& scope) {
    Finding finding{
        .check = "cpus",
        .why = "with one CPU each hand-over is a context switch: microseconds instead of nanoseconds"};
    const bool is_enough = scope.allowed.size() >= 2 && scope.cpus.size() >= 2;
    finding.verdict = is_enough ? Verdict::ok : Verdict::warning;
    finding.found = fmt::format("{} allowed; reactors would use {}", cpus_text(scope.allowed),
                                scope.cpus.empty() ? "none of their own" : format_cpu_list(scope.cpus));
    if (!is_enough)
        finding.remedy = "allow two CPUs that run at once: taskset -c 0,1 prosa run, or a larger quota";
    return finding;
}

Finding check_smt_siblings(const DoctorScope& scope) {
    Finding finding{
        .check = "smt_siblings",
        .why = "two hardware threads share one core: each runs up to twice as slow while the other works"};
    std::set<int> siblings;
    bool is_known = !scope.cpus.empty();
    for (const int cpu : scope.cpus) {
        const auto list =
            scope.files.cpu_list(fmt::format("{}/cpu{}/topology/thread_siblings_list", cpu_folder, cpu));
        is_known = is_known && list.has_value();
        for (const int sibling : list.value_or(std::vector<int>()))
            if (sibling != cpu) siblings.insert(sibling);
    }
    finding.found = "the machine does not say";
    if (!is_known) {
        finding.remedy = "lscpu -e on the host";
        return finding;
    }
    finding.verdict = siblings.empty() ? Verdict::ok : Verdict::warning;
    finding.found =
        siblings.empty()
            ? fmt::format("none beside {}", scope.cpus_text())
            : fmt::format("{} beside {}", cpus_text({siblings.begin(), siblings.end()}), scope.cpus_text());
    if (!siblings.empty()) finding.remedy = "echo off > /sys/devices/system/cpu/smt/control";
    return finding;
}

Finding check_isolcpus(const DoctorScope& scope) {
    return boot_list_finding(
        scope, "isolcpus", "isolcpus",
        "other programs and kernel threads preempt reactors: single delays of 0.1 to 10 ms",
        scope.files.cpu_list(cpu_folder + "/isolated"));
}

Finding check_nohz_full(const DoctorScope& scope) {
    return boot_list_finding(scope, "nohz_full", "nohz_full",
                             "the timer tick stops each CPU 100 to 1000 times a second for 1 to 10 us",
                             scope.files.cpu_list(cpu_folder + "/nohz_full"));
}

// nohz_full implies it for its CPUs.
Finding check_rcu_nocbs(const DoctorScope& scope) {
    auto list = command_line_list(scope, "rcu_nocbs");
    const auto ticks = scope.files.cpu_list(cpu_folder + "/nohz_full");
    if (list && ticks) list->insert(list->end(), ticks->begin(), ticks->end());
    return boot_list_finding(scope, "rcu_nocbs", "rcu_nocbs",
                             "the kernel frees its memory on each CPU: bursts of 10 to 100 us", list);
}

Finding check_numa_balancing(const DoctorScope& scope) {
    Finding finding{
        .check = "numa_balancing",
        .why = "the kernel unmaps pages to see who uses them, and moves them: faults of 1 to 100 us"};
    const auto is_on = scope.files.number("/proc/sys/kernel/numa_balancing");
    const auto nodes = scope.files.cpu_list("/sys/devices/system/node/online");
    if (nodes && nodes->size() == 1) {
        finding.verdict = Verdict::ok;
        finding.found = "one NUMA node";
    } else if (is_on) {
        finding.verdict = *is_on == 0 ? Verdict::ok : Verdict::warning;
        finding.found = *is_on == 0 ? "off" : "on";
        if (*is_on != 0) finding.remedy = "sysctl kernel.numa_balancing=0";
    } else {
        finding.found = "this kernel does not say";
        finding.remedy = "sysctl kernel.numa_balancing=0, on the host";
    }
    return finding;
}

}  // namespace prosa::doctor
