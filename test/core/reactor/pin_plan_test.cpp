#include "core/reactor/pin_plan.hpp"

#include <doctest/doctest.h>

#include <set>
#include <vector>

namespace prosa {
namespace {

// CPU i is a thread of core i % cores; the NUMA node changes in the middle of the cores.
Topology machine(int cores, int threads_per_core, int numa_nodes = 1) {
    Topology topology;
    for (int cpu = 0; cpu < cores * threads_per_core; ++cpu)
        topology.cpus.push_back(
            {.cpu = cpu, .core = cpu % cores, .numa_node = cpu % cores * numa_nodes / cores, .governor = {}});
    return topology;
}

std::vector<int> cpus_of(const PinPlan& plan) {
    std::vector<int> cpus;
    for (const PinDecision& decision : plan.reactors) {
        CHECK_FALSE(decision.reason.empty());
        cpus.push_back(decision.cpu.value_or(-1));
    }
    return cpus;
}

PinPlan plan_any(const Topology& topology, std::size_t count) {
    return plan_pinning(topology, std::vector<PinRequest>(count));
}

TEST_CASE("reactors get distinct cores first, then siblings with a warning") {
    const Topology topology = machine(2, 2);
    const PinPlan two = plan_any(topology, 2);
    CHECK(cpus_of(two) == std::vector{1, 2});
    CHECK(two.warnings.empty());
    const PinPlan four = plan_any(topology, 4);
    CHECK(cpus_of(four) == std::vector{1, 2, 3, 0});
    CHECK(four.warnings.size() == 2);
}

TEST_CASE("reactors stay on one NUMA node while it has cores") {
    const Topology topology = machine(4, 1, 2);
    const std::vector<PinRequest> requests = {{.cpu = 2}, {}, {}};
    const PinPlan plan = plan_pinning(topology, requests);
    CHECK(cpus_of(plan) == std::vector{2, 3, 1});
    REQUIRE(plan.warnings.size() == 1);
    CHECK(plan.warnings[0].find("NUMA") != std::string::npos);
}

TEST_CASE("isolated CPUs come first") {
    Topology topology = machine(4, 1);
    topology.cpus[3].is_isolated = true;
    CHECK(cpus_of(plan_any(topology, 2)) == std::vector{3, 1});
}

TEST_CASE("more reactors than CPUs: the rest float and one warning says so") {
    const PinPlan plan = plan_any(machine(2, 1), 8);
    CHECK(cpus_of(plan) == std::vector{1, 0, -1, -1, -1, -1, -1, -1});
    REQUIRE(plan.warnings.size() == 1);
    CHECK(plan.warnings[0].find("8 reactors for 2 CPUs") != std::string::npos);
}

TEST_CASE("a quota limits how many reactors are pinned") {
    Topology topology = machine(8, 1);
    topology.quota_cpus = 2.5;
    const PinPlan plan = plan_any(topology, 3);
    CHECK(cpus_of(plan) == std::vector{1, 2, -1});
}

TEST_CASE("a CPU that does not exist or is forbidden is replaced with a warning") {
    Topology topology = machine(4, 1);
    topology.cpus[2].is_allowed = false;
    const std::vector<PinRequest> requests = {{.cpu = 99}, {.cpu = 2}, {.cpu = 3}};
    const PinPlan plan = plan_pinning(topology, requests);
    CHECK(cpus_of(plan) == std::vector{1, 0, 3});
    REQUIRE(plan.warnings.size() == 2);
    CHECK(plan.warnings[0].find("CPU 99, which does not exist") != std::string::npos);
    CHECK(plan.warnings[1].find("CPU 2, which the process's affinity mask forbids") != std::string::npos);
    CHECK(plan.warnings[1].find("allowed: 0-1,3") != std::string::npos);
}

TEST_CASE("two reactors configured for one CPU share it with a warning") {
    const std::vector<PinRequest> requests = {{.cpu = 1}, {.cpu = 1}, {}};
    const PinPlan plan = plan_pinning(machine(4, 1), requests);
    CHECK(cpus_of(plan) == std::vector{1, 1, 2});
    REQUIRE(plan.warnings.size() == 1);
    CHECK(plan.warnings[0].find("both configured for CPU 1") != std::string::npos);
}

TEST_CASE("a machine of which nothing is known lets every reactor float") {
    const PinPlan plan = plan_any(Topology{}, 2);
    CHECK(cpus_of(plan) == std::vector{-1, -1});
    CHECK(plan_any(Topology{}, 0).reactors.empty());
}

}  // namespace
}  // namespace prosa
