// The CPUs' clock: who sets it, and how deep they sleep.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "apps/prosa/doctor/doctor_checks.hpp"
#include "core/reactor/topology.hpp"

namespace prosa::doctor {
namespace {

constexpr std::uint64_t wake_us_max = 10;
constexpr int states_max = 16;

std::string cpu_file(int cpu, std::string_view file) {
    return fmt::format("/sys/devices/system/cpu/cpu{}/{}", cpu, file);
}

// The longest wake-up of a CPU's idle states that are not switched off; nothing when it shows none.
std::optional<std::uint64_t> wake_us(const KernelFiles& files, int cpu) {
    std::optional<std::uint64_t> longest;
    for (int state = 0; state < states_max; ++state) {
        const auto latency = files.number(cpu_file(cpu, fmt::format("cpuidle/state{}/latency", state)));
        if (!latency) break;
        const bool is_off = files.number(cpu_file(cpu, fmt::format("cpuidle/state{}/disable", state))) == 1;
        if (!is_off) longest = std::max(longest.value_or(0), *latency);
    }
    return longest;
}

struct TurboSwitch {
    bool is_on = false;
    std::string remedy;
};

constexpr const char* no_turbo_remedy = "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo";

// Intel's driver has one switch for all, others one for all or one for each CPU.
std::optional<TurboSwitch> turbo_switch(const DoctorScope& scope) {
    if (const auto is_off = scope.files.number("/sys/devices/system/cpu/intel_pstate/no_turbo"))
        return TurboSwitch{*is_off == 0, no_turbo_remedy};
    if (const auto is_on = scope.files.number("/sys/devices/system/cpu/cpufreq/boost"))
        return TurboSwitch{*is_on != 0, "echo 0 > /sys/devices/system/cpu/cpufreq/boost"};
    std::optional<TurboSwitch> own;
    for (const int cpu : scope.cpus) {
        const auto is_on = scope.files.number(cpu_file(cpu, "cpufreq/boost"));
        if (is_on && !(own && own->is_on))
            own = TurboSwitch{*is_on != 0, "echo 0 | tee /sys/devices/system/cpu/cpu*/cpufreq/boost"};
    }
    return own;
}

}  // namespace

Finding check_governor(const DoctorScope& scope) {
    Finding finding{.check = "governor",
                    .why = "the clock is low when work arrives: after a pause up to three times as slow"};
    std::map<std::string, std::vector<int>> cpus_of;
    for (const int cpu : scope.cpus)
        if (const auto governor = scope.files.text(cpu_file(cpu, "cpufreq/scaling_governor")))
            cpus_of[*governor].push_back(cpu);
    finding.remedy = "cpupower frequency-set -g performance";
    if (cpus_of.empty()) {
        finding.found = "the machine does not show it, as most virtual ones";
        finding.remedy += ", on the host";
        return finding;
    }
    for (const auto& [governor, cpus] : cpus_of)
        finding.found +=
            fmt::format("{}{} on {}", finding.found.empty() ? "" : ", ", governor, cpus_text(cpus));
    finding.verdict = cpus_of.size() == 1 && cpus_of.contains("performance") ? Verdict::ok : Verdict::warning;
    if (finding.verdict == Verdict::ok) finding.remedy.clear();
    return finding;
}

Finding check_turbo(const DoctorScope& scope) {
    Finding finding{
        .check = "turbo",
        .why = "the clock follows temperature and the neighbours' work: runs differ by 10 to 30 %"};
    const auto found = turbo_switch(scope);
    if (!found) {
        finding.found = "the machine does not show it, as most virtual ones";
        finding.remedy = fmt::format("{}, on the host", no_turbo_remedy);
        return finding;
    }
    finding.verdict = found->is_on ? Verdict::warning : Verdict::ok;
    finding.found = found->is_on ? "on" : "off";
    if (found->is_on) finding.remedy = found->remedy;
    return finding;
}

Finding check_idle_states(const DoctorScope& scope) {
    Finding finding{.check = "idle_states",
                    .why = "a CPU that sleeps deeply answers late: what parks pays it at each wake-up"};
    std::optional<std::uint64_t> longest;
    for (const int cpu : scope.cpus)
        if (const auto us = wake_us(scope.files, cpu)) longest = std::max(longest.value_or(0), *us);
    if (!longest) {
        finding.found = "the machine does not show them, as most virtual ones";
        finding.remedy = fmt::format("cpupower idle-set -D {}, on the host", wake_us_max);
        return finding;
    }
    finding.verdict = *longest <= wake_us_max ? Verdict::ok : Verdict::warning;
    finding.found = fmt::format("the deepest takes {} us to wake from", *longest);
    if (finding.verdict == Verdict::warning)
        finding.remedy =
            fmt::format("cpupower -c {} idle-set -D {}", format_cpu_list(scope.cpus), wake_us_max);
    return finding;
}

}  // namespace prosa::doctor
