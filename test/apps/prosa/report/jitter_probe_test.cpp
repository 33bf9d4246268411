#include "apps/prosa/jitter_probe.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace prosa {
namespace {

// CPUs 2n and 2n+1 share core n.
Topology machine(int cpu_count) {
    Topology topology;
    for (int i = 0; i < cpu_count; ++i) topology.cpus.push_back({.cpu = i, .core = i / 2, .governor = ""});
    return topology;
}

using Reactors = std::vector<std::optional<int>>;

}  // namespace

TEST_CASE("gaps from the threshold on are recorded, shorter ones are not") {
    JitterWatch watch(1'000, 100);
    for (const Nanos now_ns : {1'010, 1'109, 1'209, 6'209, 6'210}) watch.look(now_ns);
    CHECK(watch.gaps().total_count() == 2);
    CHECK(watch.gaps().min() == 100);
    CHECK(watch.gaps().value_at_percentile(100) == watch.gaps().layout().highest_equivalent(5'000));
    CHECK(watch.watched_ns() == 5'210);
}

TEST_CASE("the probe takes a core of its own, else a reactor's sibling") {
    CHECK(choose_jitter_cpu(machine(4), Reactors{0}).cpu == 2);
    const JitterPlace shared = choose_jitter_cpu(machine(4), Reactors{0, 2});
    CHECK(shared.cpu == 1);
    CHECK(shared.reason.find("shared its core") != std::string::npos);
}

TEST_CASE("the probe stays off when the reactors need every CPU, and says so") {
    const JitterPlace place = choose_jitter_cpu(machine(2), Reactors{0, 1});
    CHECK_FALSE(place.cpu.has_value());
    CHECK(place.reason == "Not watched: no CPU is free (2 for 2 reactors and Main).");
    Topology limited = machine(4);
    limited.quota_cpus = 1.5;
    CHECK_FALSE(choose_jitter_cpu(limited, Reactors{0}).cpu.has_value());
    const JitterReport report = JitterProbe(place).stop();
    CHECK(report.watched_ns == 0);
    CHECK(report.note == place.reason);
}

TEST_CASE("the probe leaves a CPU to Main") {
    CHECK_FALSE(choose_jitter_cpu(machine(2), Reactors{0}).cpu.has_value());
    CHECK(choose_jitter_cpu(machine(3), Reactors{0}).cpu == 2);
}

TEST_CASE("a reactor that is pinned nowhere needs a CPU, too") {
    CHECK_FALSE(choose_jitter_cpu(machine(3), Reactors{std::nullopt, std::nullopt}).cpu.has_value());
}

TEST_CASE("a probe that runs has watched for as long as it ran") {
    const Topology topology = read_topology();
    const JitterPlace place = choose_jitter_cpu(topology, Reactors{});
    if (!place.cpu) {
        MESSAGE("skipped: this machine has one CPU");
        return;
    }
    JitterProbe probe(place);
    const Nanos from_ns = monotonic_now_ns();
    while (monotonic_now_ns() - from_ns < 20 * ns_per_ms) {
    }
    const JitterReport report = probe.stop();
    CHECK(report.watched_ns > 0);
    CHECK(report.gaps.total.total_count() <=
          static_cast<std::uint64_t>(report.watched_ns / JitterProbe::threshold_ns));
}

}  // namespace prosa
