// core/reactor/cgroup_quota.hpp: how much CPU time the control groups of this process allow.
//
// Source    cgroup v2 cpu.max: Documentation/admin-guide/cgroup-v2.rst; v1 cpu.cfs_quota_us and cpu.cfs_period_us:
//           Documentation/scheduler/sched-bwc.rst. Every ancestor's limit holds, so the smallest counts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/export.hpp"

namespace prosa {

// A file of v2: `max 100000` (no limit) or `150000 100000` (1.5 CPUs). Nothing for text of another form.
PROSA_API std::optional<double> parse_cpu_max(std::string_view text);

// CPUs' worth of time per second that this process may use; nothing when unlimited or unknown. `root` is put
// before /proc and /sys, for tests.
PROSA_API std::optional<double> read_cgroup_quota_cpus(const std::string& root = "");

}  // namespace prosa
