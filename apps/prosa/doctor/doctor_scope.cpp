#include "apps/prosa/doctor/doctor_scope.hpp"

#include <cpuid.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/reactor/pin_plan.hpp"

namespace prosa::doctor {
namespace {

constexpr std::size_t cpus_min = 2;  // a requester and a provider

bool runs_under_hypervisor() noexcept {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & (1U << 31)) != 0;
}

std::vector<int> planned_cpus(const Topology& topology) {
    const auto isolated = static_cast<std::size_t>(
        std::count_if(topology.cpus.begin(), topology.cpus.end(),
                      [](const Cpu& cpu) { return cpu.is_allowed && cpu.is_isolated; }));
    const std::vector<PinRequest> requests(std::max(isolated, cpus_min));
    std::vector<int> cpus;
    for (const PinDecision& decision : plan_pinning(topology, requests).reactors)
        if (decision.cpu) cpus.push_back(*decision.cpu);
    return cpus;
}

}  // namespace

bool DoctorScope::uses(int cpu) const noexcept { return std::binary_search(cpus.begin(), cpus.end(), cpu); }

std::vector<int> DoctorScope::others(const std::vector<int>& list) const {
    std::vector<int> rest;
    for (const int cpu : list)
        if (!uses(cpu)) rest.push_back(cpu);
    return rest;
}

std::string DoctorScope::cpus_text() const { return doctor::cpus_text(cpus); }

std::string cpus_text(const std::vector<int>& cpus) {
    return fmt::format("CPU{} {}", cpus.size() == 1 ? "" : "s", format_cpu_list(cpus));
}

DoctorScope scope_of_this_machine(std::vector<int> cpus) {
    DoctorScope scope;
    scope.cpus = cpus.empty() ? planned_cpus(read_topology()) : std::move(cpus);
    std::sort(scope.cpus.begin(), scope.cpus.end());
    scope.allowed = current_affinity();
    scope.has_hypervisor_bit = runs_under_hypervisor();
    return scope;
}

}  // namespace prosa::doctor
