#include "apps/prosa/plan_text.hpp"

#include <fmt/format.h>

#include "apps/prosa/text_table.hpp"

namespace prosa {
namespace {

std::string mebibytes(std::size_t bytes) { return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1U << 20)); }

std::string processors_text(const InstanceSettings& settings) {
    TextTable table({"Processor", "kind", "adaptor", "threads", "queue", "role"});
    for (const ConfiguredProcessor& processor : settings.processors) {
        const ProcessorDefinition& definition = processor.definition;
        table.add({definition.name, definition.kind, definition.adaptor.empty() ? "-" : definition.adaptor,
                   fmt::format("{}", definition.threads),
                   definition.queue == QueueMode::shared ? "shared" : "own",
                   processor.is_source ? "source" : "-"});
    }
    return table.text();
}

std::string services_text(const InstanceSettings& settings) {
    const auto& policies = settings.instance.service_policies;
    if (policies.empty()) return "  Services: all round_robin\n";
    TextTable table({"Service", "policy"});
    for (const auto& [name, policy] : policies) table.add({name, std::string(name_of(policy))});
    return table.text() + "  Other services: round_robin\n";
}

std::string join(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text.empty() ? "-" : text;
}

}  // namespace

std::string reactors_text(const ReactorPlan& plan) {
    TextTable table({"Reactor", "CPU", "why", "hosts"});
    for (const ReactorPlan::Entry& entry : plan.reactors)
        table.add({fmt::format("{}", value_of(entry.id)),
                   entry.cpu.has_value() ? fmt::format("{}", *entry.cpu) : std::string("any"), entry.placement,
                   join(entry.queues)});
    std::string text = table.text();
    text += fmt::format("  Memory: at most {} for pools, rings and pending tables\n", mebibytes(plan.memory_bytes));
    for (const std::string& warning : plan.warnings) text += fmt::format("  warning: {}\n", warning);
    return text;
}

std::string plan_text(const InstanceSettings& settings, const ReactorPlan& plan) {
    return processors_text(settings) + "\n" + services_text(settings) + "\n" + reactors_text(plan);
}

}  // namespace prosa
