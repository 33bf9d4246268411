// apps/prosa/doctor/doctor_scope.hpp: what the checks look at: the kernel's files, and the CPUs of the
// reactors.
#pragma once

#include <absl/functional/function_ref.h>

#include <vector>

#include "apps/prosa/doctor/kernel_files.hpp"
#include "core/base/status.hpp"

namespace prosa::doctor {

struct DoctorScope {
    KernelFiles files;
    std::vector<int> cpus;            // those that reactors would use, ascending
    std::vector<int> allowed;         // the process's affinity mask, ascending
    bool has_hypervisor_bit = false;  // CPUID leaf 1, ECX bit 31

    bool uses(int cpu) const noexcept;
    // The CPUs of `list` that reactors would not use.
    std::vector<int> others(const std::vector<int>& list) const;
    // `CPU 2`, or `CPUs 2-3`.
    std::string cpus_text() const;
};

std::string cpus_text(const std::vector<int>& cpus);

// This machine. Without `cpus`: the isolated ones that the process may use, at least two CPUs, as an instance
// would choose them.
DoctorScope scope_of_this_machine(std::vector<int> cpus);

// The median round trip of a cache line between two CPUs, in nanoseconds.
using MeasureLine = absl::FunctionRef<absl::StatusOr<double>(int, int)>;

}  // namespace prosa::doctor
