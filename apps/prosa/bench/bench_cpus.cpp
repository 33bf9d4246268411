#include "apps/prosa/bench/bench_cpus.hpp"

#include <array>
#include <barrier>

#include "core/reactor/pin_plan.hpp"
#include "core/reactor/topology.hpp"

namespace prosa::bench {

absl::StatusOr<BenchCpus> choose_bench_cpus() {
    const std::array<PinRequest, 2> requests{};
    const PinPlan plan = plan_pinning(read_topology(), requests);
    const auto& first = plan.reactors[0].cpu;
    const auto& second = plan.reactors[1].cpu;
    if (!first || !second || *first == *second)
        return make_error(
            absl::StatusCode::kFailedPrecondition,
            "two CPUs are needed that can run at the same time; found: requester {}, provider {}",
            first ? "one" : "none", second ? "one" : "none");
    return BenchCpus{*first, *second};
}

absl::Status run_on_two_cpus(const BenchCpus& cpus, absl::FunctionRef<void()> requester,
                             absl::FunctionRef<void()> provider) {
    std::array<absl::Status, 2> pinned;
    std::barrier both_pinned(2);
    const auto run = [&](std::size_t own, int cpu, absl::FunctionRef<void()> work) {
        pinned[own] = pin_current_thread(cpu);
        both_pinned.arrive_and_wait();
        if (pinned[0].ok() && pinned[1].ok()) work();
    };
    {
        const std::jthread other([&] { run(1, cpus.provider, provider); });
        const std::jthread one([&] { run(0, cpus.requester, requester); });
    }
    return pinned[0].ok() ? pinned[1] : pinned[0];
}

}  // namespace prosa::bench
