#include "core/reactor/topology.hpp"

#include <cpuid.h>
#include <hwloc.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <memory>
#include <new>
#include <set>

#include "core/base/clock.hpp"
#include "core/base/status.hpp"
#include "core/reactor/cgroup_quota.hpp"

namespace prosa {
namespace {

struct CpuSetFree {
    void operator()(cpu_set_t* set) const noexcept { CPU_FREE(set); }
};
using CpuSet = std::unique_ptr<cpu_set_t, CpuSetFree>;

constexpr int cpus_max = 8192;  // the kernel's own CONFIG_NR_CPUS limit on x86-64
const std::size_t cpu_set_bytes = CPU_ALLOC_SIZE(cpus_max);

CpuSet make_cpu_set() {
    CpuSet set(CPU_ALLOC(cpus_max));
    if (set == nullptr) throw std::bad_alloc();
    CPU_ZERO_S(cpu_set_bytes, set.get());
    return set;
}

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

// CPUID leaf 1, ECX bit 31: set by hypervisors only (Intel leaves it zero).
bool runs_under_hypervisor() noexcept {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & (1U << 31)) != 0;
}

// The chosen word of `always [madvise] never`.
std::string bracketed_word(const std::string& line) {
    const std::size_t open = line.find('[');
    const std::size_t close = line.find(']');
    if (open == std::string::npos || close == std::string::npos || close < open) return {};
    return line.substr(open + 1, close - open - 1);
}

std::vector<Cpu> read_hwloc_cpus() {
    std::vector<Cpu> cpus;
    hwloc_topology_t machine = nullptr;
    if (hwloc_topology_init(&machine) != 0) return cpus;
    const std::unique_ptr<hwloc_topology, decltype(&hwloc_topology_destroy)> owner(machine,
                                                                                   hwloc_topology_destroy);
    hwloc_topology_set_flags(machine, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    if (hwloc_topology_load(machine) != 0) return cpus;
    for (hwloc_obj_t unit = nullptr;
         (unit = hwloc_get_next_obj_by_type(machine, HWLOC_OBJ_PU, unit)) != nullptr;) {
        Cpu cpu;
        cpu.cpu = static_cast<int>(unit->os_index);
        const hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(machine, HWLOC_OBJ_CORE, unit);
        cpu.core = static_cast<int>(core != nullptr ? core->logical_index : unit->logical_index);
        cpu.numa_node = unit->nodeset != nullptr ? std::max(0, hwloc_bitmap_first(unit->nodeset)) : 0;
        cpus.push_back(std::move(cpu));
    }
    return cpus;
}

std::vector<Cpu> read_cpus(const std::string& root) {
    const std::vector<int> allowed = current_affinity();
    std::vector<Cpu> cpus = read_hwloc_cpus();
    if (cpus.empty())
        for (const int cpu : allowed) cpus.push_back({.cpu = cpu, .core = cpu, .governor = {}});
    const std::string folder = root + "/sys/devices/system/cpu";
    const std::vector<int> isolated = parse_cpu_list(first_line(folder + "/isolated"));
    for (Cpu& cpu : cpus) {
        cpu.is_allowed = std::binary_search(allowed.begin(), allowed.end(), cpu.cpu);
        cpu.is_isolated = std::find(isolated.begin(), isolated.end(), cpu.cpu) != isolated.end();
        cpu.governor = first_line(fmt::format("{}/cpu{}/cpufreq/scaling_governor", folder, cpu.cpu));
    }
    std::sort(cpus.begin(), cpus.end(), [](const Cpu& a, const Cpu& b) { return a.cpu < b.cpu; });
    return cpus;
}

void warn_about_cpus(const Topology& topology, std::vector<TopologyWarning>& warnings) {
    const std::size_t allowed = topology.allowed_count();
    if (topology.quota_cpus.has_value() && *topology.quota_cpus < static_cast<double>(allowed))
        warnings.push_back(
            {fmt::format("a control group limits the process to {:.2f} CPUs of {} allowed ones",
                         *topology.quota_cpus, allowed),
             "spinning threads use the quota up and then stand still for the rest of each period, "
             "up to 100 ms",
             "raise cpu.max (or the container's CPU limit), or use the idle strategy park"});
    if (allowed < 2)
        warnings.push_back({"the process may use one CPU only",
                            "two reactors never run at the same time: each hand-over is a context switch, "
                            "microseconds instead of nanoseconds",
                            "allow at least one CPU per reactor and one for everything else"});
    else if (topology.allowed_core_count() < allowed)
        warnings.push_back(
            {fmt::format("the {} allowed CPUs are hardware threads of {} cores", allowed,
                         topology.allowed_core_count()),
             "two busy reactors on one core share its pipelines: each runs up to twice as slow",
             "use at most one reactor per core, or switch SMT off in the firmware"});
    const auto is_isolated = [](const Cpu& cpu) { return cpu.is_allowed && cpu.is_isolated; };
    if (std::none_of(topology.cpus.begin(), topology.cpus.end(), is_isolated))
        warnings.push_back(
            {"none of the allowed CPUs is isolated",
             "other programs and kernel threads preempt reactors: single delays of 0.1 to 10 ms",
             "boot with isolcpus= and nohz_full= for the reactors' CPUs and start with taskset"});
}

void warn_about_machine(const Topology& topology, std::vector<TopologyWarning>& warnings) {
    for (const Cpu& cpu : topology.cpus) {
        if (!cpu.is_allowed || cpu.governor.empty() || cpu.governor == "performance") continue;
        warnings.push_back(
            {fmt::format("the frequency governor of CPU {} (and perhaps others) is '{}'", cpu.cpu,
                         cpu.governor),
             "the clock is low when work arrives: the first transactions after a pause run up to "
             "three times as slow",
             "cpupower frequency-set -g performance"});
        break;
    }
    if (topology.transparent_huge_pages != "always" && topology.transparent_huge_pages != "madvise")
        warnings.push_back({"no huge pages are available",
                            "pools of many MiB miss the TLB: 10 to 30 ns per access",
                            "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"});
    if (!topology.has_invariant_tsc)
        warnings.push_back({"the time stamp counter is not invariant or disagrees with the kernel's clock",
                            "a clock reading takes about 23 ns instead of 10",
                            "none, except another machine or hypervisor setting"});
    if (topology.is_virtual_machine)
        warnings.push_back(
            {"this is a virtual machine",
             "its CPUs move between physical ones and are stopped by the host: latencies between "
             "cores vary by a factor of ten",
             "measure on bare metal, or have the host pin the virtual CPUs"});
}

}  // namespace

const Cpu* Topology::find(int cpu) const noexcept {
    const auto found = std::find_if(cpus.begin(), cpus.end(), [cpu](const Cpu& c) { return c.cpu == cpu; });
    return found == cpus.end() ? nullptr : &*found;
}

std::size_t Topology::allowed_count() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(cpus.begin(), cpus.end(), [](const Cpu& cpu) { return cpu.is_allowed; }));
}

std::size_t Topology::allowed_core_count() const {
    std::set<int> cores;
    for (const Cpu& cpu : cpus)
        if (cpu.is_allowed) cores.insert(cpu.core);
    return cores.size();
}

std::size_t Topology::available_count() const noexcept {
    std::size_t count = allowed_count();
    if (quota_cpus.has_value() && *quota_cpus < static_cast<double>(count))
        count = static_cast<std::size_t>(std::floor(*quota_cpus));
    return std::max<std::size_t>(count, 1);
}

Topology read_topology(const std::string& root) {
    Topology topology;
    topology.cpus = read_cpus(root);
    topology.quota_cpus = read_cgroup_quota_cpus(root);
    const std::string free_pages =
        first_line(root + "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
    std::from_chars(free_pages.data(), free_pages.data() + free_pages.size(), topology.huge_pages_free);
    topology.transparent_huge_pages =
        bracketed_word(first_line(root + "/sys/kernel/mm/transparent_hugepage/enabled"));
    topology.has_invariant_tsc = tsc_scale().source == ClockSource::tsc;
    topology.is_virtual_machine = runs_under_hypervisor();
    return topology;
}

std::vector<TopologyWarning> warnings_of(const Topology& topology) {
    std::vector<TopologyWarning> warnings;
    warn_about_cpus(topology, warnings);
    warn_about_machine(topology, warnings);
    return warnings;
}

std::vector<int> parse_cpu_list(std::string_view text) {
    std::vector<int> cpus;
    const char* place = text.data();
    const char* const end = place + text.size();
    while (place != end) {
        int first = 0;
        auto parsed = std::from_chars(place, end, first);
        if (parsed.ec != std::errc{}) break;
        int last = first;
        if (parsed.ptr != end && *parsed.ptr == '-') parsed = std::from_chars(parsed.ptr + 1, end, last);
        if (parsed.ec != std::errc{} || first < 0 || last < first || last >= cpus_max) break;
        for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
        if (parsed.ptr == end || *parsed.ptr != ',') break;
        place = parsed.ptr + 1;
    }
    return cpus;
}

std::string format_cpu_list(std::span<const int> cpus) {
    std::string text;
    for (std::size_t first = 0; first < cpus.size();) {
        std::size_t last = first;
        while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
        if (!text.empty()) text += ',';
        text += std::to_string(cpus[first]);
        if (last > first) text += '-' + std::to_string(cpus[last]);
        first = last + 1;
    }
    return text;
}

std::vector<int> current_affinity() {
    const CpuSet set = make_cpu_set();
    std::vector<int> cpus;
    if (::sched_getaffinity(0, cpu_set_bytes, set.get()) != 0) return cpus;
    for (int cpu = 0; cpu < cpus_max; ++cpu)
        if (CPU_ISSET_S(static_cast<std::size_t>(cpu), cpu_set_bytes, set.get())) cpus.push_back(cpu);
    return cpus;
}

absl::Status pin_current_thread(int cpu) {
    if (cpu < 0 || cpu >= cpus_max)
        return invalid_argument("CPU {} does not exist; expected one of {}", cpu,
                                format_cpu_list(current_affinity()));
    const CpuSet set = make_cpu_set();
    CPU_SET_S(static_cast<std::size_t>(cpu), cpu_set_bytes, set.get());
    if (::sched_setaffinity(0, cpu_set_bytes, set.get()) == 0) return absl::OkStatus();
    const int error = errno;
    return make_error(absl::StatusCode::kFailedPrecondition,
                      "the thread cannot be bound to CPU {}: {}; its affinity mask holds {}", cpu,
                      std::strerror(error), format_cpu_list(current_affinity()));
}

}  // namespace prosa
