// apps/prosa/doctor/doctor_checks.hpp: everything that spoils latency, one check each.
//
// Read-only, and without privileges. A check never fails: what the machine does not show is `unknown`.
// Threads   one; the placement check starts two for a tenth of a second.
#pragma once

#include <vector>

#include "apps/prosa/doctor/doctor_scope.hpp"
#include "apps/prosa/doctor/finding.hpp"

namespace prosa::doctor {

// How many CPUs, and which cores they are.
Finding check_cpus(const DoctorScope& scope);
Finding check_smt_siblings(const DoctorScope& scope);
Finding check_isolcpus(const DoctorScope& scope);
Finding check_nohz_full(const DoctorScope& scope);
Finding check_rcu_nocbs(const DoctorScope& scope);
Finding check_numa_balancing(const DoctorScope& scope);

Finding check_interrupts(const DoctorScope& scope);

// The CPUs' clock.
Finding check_governor(const DoctorScope& scope);
Finding check_turbo(const DoctorScope& scope);
Finding check_idle_states(const DoctorScope& scope);

Finding check_quota(const DoctorScope& scope);
Finding check_throttling(const DoctorScope& scope);

Finding check_transparent_huge_pages(const DoctorScope& scope);
Finding check_huge_pages(const DoctorScope& scope);
Finding check_swap(const DoctorScope& scope);

Finding check_locked_memory(const DoctorScope& scope);
Finding check_descriptors(const DoctorScope& scope);

Finding check_clock_source(const DoctorScope& scope);
Finding check_tsc(const DoctorScope& scope);

Finding check_virtual_machine(const DoctorScope& scope);
Finding check_stolen_time(const DoctorScope& scope);

Finding check_placement(const DoctorScope& scope, MeasureLine measure);

// All of the above, in this order.
std::vector<Finding> all_findings(const DoctorScope& scope, MeasureLine measure);

}  // namespace prosa::doctor
