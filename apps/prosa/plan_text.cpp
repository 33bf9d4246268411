#include "apps/prosa/plan_text.hpp"

#include <fmt/format.h>

#include <map>

#include "apps/prosa/text_table.hpp"

namespace prosa {
namespace {

std::string mebibytes(std::size_t bytes) {
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1U << 20));
}

std::string processors_text(const InstanceSettings& settings) {
    TextTable table({"Processor", "kind", "adaptor", "threads", "queue", "role"});
    for (const ConfiguredProcessor& processor : settings.processors) {
        const ProcessorDefinition& definition = processor.definition;
        table.add_row(definition.name, definition.kind, definition.adaptor.empty() ? "-" : definition.adaptor,
                      definition.threads, definition.queue == QueueMode::shared ? "shared" : "own",
                      processor.is_source ? "source" : "-");
    }
    return table.text();
}

std::string join(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
    return text.empty() ? "-" : text;
}

struct NamedService {
    std::vector<std::string> providers;
    std::vector<std::string> users;
    std::vector<SettingsPlace> places;  // where each user names it first
};

void add_use(NamedService& service, const std::string& user, const SettingsPlace& place) {
    if (!service.users.empty() && service.users.back() == user) return;
    service.users.push_back(user);
    service.places.push_back(place);
}

// What a processor provides and uses is certain only once it runs; by convention `service_names` lists what it
// provides and `service_name` is what it uses, and a reader notes what its section uses besides.
std::map<std::string, NamedService> services_of(const SettingsNode& tree) {
    std::map<std::string, NamedService> services;
    for (const SettingsNode& section : tree.children) {
        if (const SettingsNode* const provided = section.find("service_names"))
            for (const SettingsNode& name : provided->children)
                services[name.text].providers.push_back(section.key);
        const SettingsNode* const used = section.find("service_name");
        if (used != nullptr && used->kind == SettingsNode::Kind::scalar)
            add_use(services[used->text], section.key, used->place);
        for (const SettingsUse& use : section.uses) add_use(services[use.name], section.key, use.place);
    }
    return services;
}

std::string services_text(const LoadedInstance& loaded) {
    auto services = services_of(loaded.tree);
    std::map<std::string, Policy> policies;
    for (const auto& [name, policy] : loaded.settings.instance.service_policies) {
        policies[name] = policy;
        services[name];
    }
    TextTable table({"Service", "policy", "provided by", "used by"});
    for (const auto& [name, service] : services) {
        const auto policy = policies.find(name);
        table.add_row(name, name_of(policy == policies.end() ? Policy::round_robin : policy->second),
                      join(service.providers), join(service.users));
    }
    return table.empty() ? "" : table.text() + "\n";
}

}  // namespace

std::string reactors_text(const ReactorPlan& plan) {
    TextTable table({"Reactor", "CPU", "why", "hosts"});
    for (const ReactorPlan::Entry& entry : plan.reactors)
        table.add_row(value_of(entry.id),
                      entry.cpu.has_value() ? fmt::format("{}", *entry.cpu) : std::string("any"),
                      entry.placement, join(entry.queues));
    std::string text = table.text();
    text += fmt::format("  Memory: at most {} for pools, rings and pending tables\n",
                        mebibytes(plan.memory_bytes));
    for (const std::string& warning : plan.warnings) text += fmt::format("  warning: {}\n", warning);
    return text;
}

std::vector<std::string> service_warnings(const SettingsNode& tree) {
    std::vector<std::string> warnings;
    for (const auto& [name, service] : services_of(tree)) {
        if (!service.providers.empty()) continue;
        for (const SettingsPlace& place : service.places)
            warnings.push_back(
                fmt::format("{}: service '{}' has no provider in this configuration", place.text(), name));
    }
    return warnings;
}

std::string plan_text(const LoadedInstance& loaded, const ReactorPlan& plan) {
    return processors_text(loaded.settings) + "\n" + services_text(loaded) + reactors_text(plan);
}

}  // namespace prosa
