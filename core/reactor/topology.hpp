// core/reactor/topology.hpp: which CPUs the process really has, and what around them costs latency.
//
// Threads   any; for start-up and `prosa topology`, never on a hot path (reads files, asks the kernel).
// Source    hwloc for cores, siblings and NUMA nodes; sched_getaffinity for what is allowed; control groups for
//           the quota; /sys/devices/system/cpu for isolation and governors; /sys/kernel/mm for huge pages.
#pragma once

#include <absl/status/status.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"

namespace prosa {

// One hardware thread as the kernel numbers it.
struct Cpu {
    int cpu = 0;
    int core = 0;  // CPUs with the same core are SMT siblings; unique over the machine
    int numa_node = 0;
    bool is_allowed = true;  // the process's affinity mask holds it
    bool is_isolated = false;
    std::string governor;  // empty when the machine shows none (most virtual machines)
};

struct PROSA_API Topology {
    std::vector<Cpu> cpus;               // online ones, by number
    std::optional<double> quota_cpus;    // of the control groups; nothing: no limit
    std::size_t huge_pages_free = 0;     // of 2 MiB
    std::string transparent_huge_pages;  // always, madvise, never; empty when unknown
    bool has_invariant_tsc = false;
    bool is_virtual_machine = false;

    const Cpu* find(int cpu) const noexcept;
    std::size_t allowed_count() const noexcept;
    std::size_t allowed_core_count() const;

    // How many threads can spin at once: allowed CPUs, cut to the whole CPUs of the quota; at least 1.
    std::size_t available_count() const noexcept;
};

// For people: what is missing, what that costs, what helps.
struct TopologyWarning {
    std::string what;
    std::string cost;
    std::string remedy;
};

// Never fails: what cannot be read is left at its default, and CPUs fall back to the affinity mask. `root` is put
// before /proc and /sys, for tests.
PROSA_API Topology read_topology(const std::string& root = "");

PROSA_API std::vector<TopologyWarning> warnings_of(const Topology& topology);

// A list such as `0-3,8` of the kernel's files. Text that is none gives what was read before the fault.
PROSA_API std::vector<int> parse_cpu_list(std::string_view text);

// The inverse, for ascending numbers.
PROSA_API std::string format_cpu_list(std::span<const int> cpus);

// The calling thread's affinity mask, ascending.
PROSA_API std::vector<int> current_affinity();

// Binds the calling thread to one CPU. Error: which CPU, why, and which are allowed.
PROSA_API absl::Status pin_current_thread(int cpu);

}  // namespace prosa
