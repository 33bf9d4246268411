#include "adaptors/router/rules_router_adaptor.hpp"

#include <algorithm>

#include "adaptors/kit/field_names.hpp"
#include "adaptors/kit/rules_reader.hpp"
#include "tvf/flat_tvf_view.hpp"

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

// A router that routes to itself would send for ever.
void check_service(const std::string& service, const std::vector<std::string>& own, SettingsReader& section,
                   std::string_view key) {
    if (std::find(own.begin(), own.end(), service) != own.end())
        section.add_error(
            key, "is '" + service + "', which this router itself provides; expected another service");
}

std::vector<std::string> own_services(ProcessorSetup& setup) {
    std::vector<std::string> names;
    setup.settings.read("service_names", names);
    return names;
}

void read_rules(SettingsReader& reader, const std::vector<std::string>& own,
                RulesRouterAdaptor::Options& options) {
    auto rules = std::make_shared<FieldRules>();
    reader.for_each_item("rules", [&](std::size_t, SettingsReader& rule) {
        read_conditions(rule, *rules);
        std::string& service = options.services.emplace_back();
        rule.read("service", service).required().not_empty();
        check_service(service, own, rule, "service");
    });
    std::string& fallback = options.services.emplace_back();
    reader.read("default", fallback).not_empty();
    check_service(fallback, own, reader, "default");
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

// FNV-1a, 64 bits (Fowler, Noll, Vo). Never 0, which means none.
std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash | 1;
}

}  // namespace

absl::StatusOr<RulesRouterAdaptor::Options> RulesRouterAdaptor::configure(ProcessorSetup& setup) {
    Options options;
    if (std::optional<SettingsNode> file = load_adaptor_file(setup)) {
        SettingsReader reader(*file, setup.settings.errors());
        read_rules(reader, own_services(setup), options);
        reader.finish();
    }
    return options;
}

absl::StatusOr<std::unique_ptr<RulesRouterAdaptor>> RulesRouterAdaptor::create(const Options& options,
                                                                               AdaptorContext& context) {
    std::vector<Route> routes;
    for (const std::string& service : options.services)
        routes.push_back(service.empty() ? Route::refuse(options.unroutable)
                                         : Route::to(context.bus.resolve(service)));
    return std::make_unique<RulesRouterAdaptor>(options, std::move(routes));
}

RulesRouterAdaptor::RulesRouterAdaptor(const Options& options, std::vector<Route> routes)
    : options_(options), routes_(std::move(routes)) {
    for (const Route& route : routes_)
        if (route.target != no_service) targets_.push_back(route.target);
}

Route RulesRouterAdaptor::choose(const RouterRequest& request) const {
    const absl::StatusOr<FlatTvfView> view = FlatTvfView::validate(request.body);
    if (!view.ok()) return Route::refuse(ServiceError::protocol);
    Route route = routes_[options_.rules->match(*view)];
    if (options_.affinity_tag.has_value()) {
        const auto field = view->get_string(*options_.affinity_tag);
        if (field.ok()) route.affinity = hash_of(*field);
    }
    return route;
}

}  // namespace prosa
