#include "apps/prosa/environment_facts.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <ctime>
#include <fstream>
#include <set>

#include "core/base/clock.hpp"
#include "core/reactor/topology.hpp"

namespace prosa {
namespace {

std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("model name")) continue;
        const std::size_t colon = line.find(": ");
        if (colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown";
}

std::string kernel() {
    utsname names{};
    if (uname(&names) != 0) return "unknown";
    return fmt::format("{} {} {}", names.sysname, names.release, names.machine);
}

std::string allowed_cpus(const Topology& topology) {
    std::vector<int> allowed;
    for (const Cpu& cpu : topology.cpus)
        if (cpu.is_allowed) allowed.push_back(cpu.cpu);
    return format_cpu_list(allowed);
}

std::string isolated_cpus(const Topology& topology) {
    std::vector<int> isolated;
    for (const Cpu& cpu : topology.cpus)
        if (cpu.is_isolated) isolated.push_back(cpu.cpu);
    return isolated.empty() ? std::string("none") : format_cpu_list(isolated);
}

// Of the allowed CPUs; each once.
std::string governors(const Topology& topology) {
    std::set<std::string> names;
    for (const Cpu& cpu : topology.cpus)
        if (cpu.is_allowed) names.insert(cpu.governor.empty() ? "not shown" : cpu.governor);
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> environment_facts() {
    const Topology topology = read_topology();
    const auto now = static_cast<std::time_t>(wall_now_ns() / ns_per_s);
    return {
        {"version", PROSA_VERSION},
        {"compiler", __VERSION__},
        {"date", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now))},
        {"kernel", kernel()},
        {"cpu", cpu_model()},
        {"allowed_cpus", allowed_cpus(topology)},
        {"isolated_cpus", isolated_cpus(topology)},
        {"governor", governors(topology)},
        {"quota_cpus",
         topology.quota_cpus.has_value() ? fmt::format("{:.2f}", *topology.quota_cpus) : "none"},
        {"virtual_machine", topology.is_virtual_machine ? "yes" : "no"},
        {"clock", tsc_scale().source == ClockSource::tsc ? "tsc" : "monotonic"},
    };
}

}  // namespace prosa
