// Reads and checks what rules_router_adaptor.hpp describes.
#include <algorithm>
#include <optional>
#include <string>

#include "adaptors/kit/field_names.hpp"
#include "adaptors/kit/rules_reader.hpp"
#include "adaptors/router/rules_router_adaptor.hpp"

namespace prosa {
namespace {

void read_affinity_field(SettingsReader& reader, std::optional<Tag>& tag) {
    std::string name;
    reader.read("affinity_field", name);
    if (name.empty()) return;
    const std::optional<FieldSpec> field = find_field(name);
    if (!field.has_value()) {
        reader.add_error("affinity_field", "names an unknown field '" + name + "'" + suggest_field(name));
    } else if (field->type != TvfType::string) {
        reader.add_error("affinity_field", "expects a text field");
    } else {
        tag = field->tag;
    }
}

// A target of the router. One that routes to itself would send for ever.
void note_service(const std::string& service, const std::vector<std::string>& own, SettingsReader& section,
                  std::string_view key, SettingsReader& router) {
    if (std::find(own.begin(), own.end(), service) != own.end())
        section.add_error(
            key, "is '" + service + "', which this router itself provides; expected another service");
    if (!service.empty()) router.note_use(service, section.place_of(key));
}

std::vector<std::string> own_services(ProcessorSetup& setup) {
    std::vector<std::string> names;
    setup.settings.read("service_names", names);
    return names;
}

void read_rules(SettingsReader& reader, ProcessorSetup& setup, RulesRouterAdaptor::Options& options) {
    const std::vector<std::string> own = own_services(setup);
    auto rules = std::make_shared<FieldRules>();
    reader.for_each_item("rules", [&](std::size_t, SettingsReader& rule) {
        read_conditions(rule, *rules);
        std::string& service = options.services.emplace_back();
        rule.read("service", service).required().not_empty();
        note_service(service, own, rule, "service", setup.settings);
    });
    std::string& fallback = options.services.emplace_back();
    reader.read("default", fallback).not_empty();
    note_service(fallback, own, reader, "default", setup.settings);
    if (rules->size() == 0 && fallback.empty())
        reader.add_error("rules", "has no rule, and there is no 'default'");
    reader.read_choice("unroutable", options.unroutable,
                       {{"unreachable", ServiceError::unreachable},
                        {"protocol", ServiceError::protocol},
                        {"overloaded", ServiceError::overloaded},
                        {"dropped", ServiceError::dropped}});
    read_affinity_field(reader, options.affinity_tag);
    options.rules = std::move(rules);
}

}  // namespace

absl::StatusOr<RulesRouterAdaptor::Options> RulesRouterAdaptor::configure(ProcessorSetup& setup) {
    Options options;
    if (std::optional<SettingsNode> file = load_adaptor_file(setup)) {
        SettingsReader reader(*file, setup.settings.errors());
        read_rules(reader, setup, options);
        reader.finish();
    }
    return options;
}

}  // namespace prosa
