#include "apps/prosa/topology_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/instance_file.hpp"
#include "apps/prosa/plan_text.hpp"
#include "apps/prosa/text_table.hpp"
#include "core/base/clock.hpp"
#include "core/reactor/pin_plan.hpp"

namespace prosa {
namespace {

template <typename Pick>
std::string cpus_where(const Topology& topology, Pick pick) {
    std::vector<int> numbers;
    for (const Cpu& cpu : topology.cpus)
        if (pick(cpu)) numbers.push_back(cpu.cpu);
    return numbers.empty() ? std::string("none") : format_cpu_list(numbers);
}

std::string cpu_table(const Topology& topology) {
    TextTable table({"CPU", "core", "NUMA node", "allowed", "isolated", "governor"});
    for (const Cpu& cpu : topology.cpus)
        table.add_row(cpu.cpu, cpu.core, cpu.numa_node, cpu.is_allowed ? "yes" : "no",
                      cpu.is_isolated ? "yes" : "no", cpu.governor.empty() ? "-" : cpu.governor);
    return table.text();
}

std::string facts_text(const Topology& topology) {
    std::set<int> nodes;
    for (const Cpu& cpu : topology.cpus) nodes.insert(cpu.numa_node);
    const bool has_smt = topology.allowed_core_count() < topology.allowed_count();
    const TscScale& scale = tsc_scale();
    std::string text;
    text += fmt::format("  allowed CPUs       {} ({} physical cores{})\n",
                        cpus_where(topology, [](const Cpu& cpu) { return cpu.is_allowed; }),
                        topology.allowed_core_count(), has_smt ? ", with SMT siblings" : "");
    text += fmt::format("  can spin at once   {}\n", topology.available_count());
    text += fmt::format("  quota              {}\n", topology.quota_cpus.has_value()
                                                         ? fmt::format("{:.2f} CPUs", *topology.quota_cpus)
                                                         : std::string("none"));
    text += fmt::format("  isolated CPUs      {}\n",
                        cpus_where(topology, [](const Cpu& cpu) { return cpu.is_isolated; }));
    text += fmt::format("  NUMA nodes         {}\n", nodes.size());
    text +=
        fmt::format("  huge pages         {} free of 2 MiB; transparent: {}\n", topology.huge_pages_free,
                    topology.transparent_huge_pages.empty() ? "unknown" : topology.transparent_huge_pages);
    text += fmt::format("  clock              {}\n",
                        scale.source == ClockSource::tsc
                            ? fmt::format("invariant TSC, {:.3f} GHz", scale.ticks_per_second / 1e9)
                            : std::string("CLOCK_MONOTONIC (the TSC is not usable)"));
    text += fmt::format("  virtual machine    {}\n", topology.is_virtual_machine ? "yes" : "no");
    return text;
}

// As many reactors as can spin at once, without any wish.
std::string free_plan_text(const Topology& topology) {
    const std::vector<PinRequest> requests(topology.available_count());
    const PinPlan plan = plan_pinning(topology, requests);
    std::string text = "\n  Reactors without a configured CPU get, in this order:\n";
    for (std::size_t i = 0; i < plan.reactors.size(); ++i) {
        const PinDecision& decision = plan.reactors[i];
        text += fmt::format("  reactor {}: CPU {} ({})\n", i,
                            decision.cpu.has_value() ? fmt::format("{}", *decision.cpu) : std::string("any"),
                            decision.reason);
    }
    for (const std::string& warning : plan.warnings) text += fmt::format("  warning: {}\n", warning);
    return text;
}

}  // namespace

std::string topology_text(const Topology& topology) {
    std::string text = cpu_table(topology) + "\n" + facts_text(topology);
    for (const TopologyWarning& warning : warnings_of(topology))
        text += fmt::format("  warning: {}: {}. Remedy: {}\n", warning.what, warning.cost, warning.remedy);
    return text;
}

int topology_command(const TopologyArguments& options, const ProcessorRegistry& registry) {
    const Topology topology = read_topology();
    if (!options.config.has_value()) {
        fmt::print("{}{}", topology_text(topology), free_plan_text(topology));
        return exit_ok;
    }
    LoadBoard board;
    auto loaded = load_instance(
        {.path = *options.config, .name = std::nullopt, .registry = registry, .load_board = board});
    if (!loaded.ok()) {
        fmt::print(stderr, "{}\n", message_of(loaded.status()));
        return exit_usage;
    }
    BusMain main(loaded->settings.instance);
    if (const absl::Status added = add_processors(main, loaded->settings); !added.ok()) {
        fmt::print(stderr, "{}\n", message_of(added));
        return exit_usage;
    }
    fmt::print("{}\n{}", topology_text(topology), reactors_text(main.plan()));
    return exit_ok;
}

}  // namespace prosa
