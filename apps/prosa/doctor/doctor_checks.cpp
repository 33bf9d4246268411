#include "apps/prosa/doctor/doctor_checks.hpp"

namespace prosa::doctor {

std::vector<Finding> all_findings(const DoctorScope& scope, MeasureLine measure) {
    std::vector<Finding> findings;
    for (const auto check : {check_cpus,
                             check_smt_siblings,
                             check_isolcpus,
                             check_nohz_full,
                             check_rcu_nocbs,
                             check_numa_balancing,
                             check_interrupts,
                             check_governor,
                             check_turbo,
                             check_idle_states,
                             check_quota,
                             check_throttling,
                             check_transparent_huge_pages,
                             check_huge_pages,
                             check_swap,
                             check_locked_memory,
                             check_descriptors,
                             check_clock_source,
                             check_tsc,
                             check_virtual_machine,
                             check_stolen_time})
        findings.push_back(check(scope));
    findings.push_back(check_placement(scope, measure));
    return findings;
}

}  // namespace prosa::doctor
