#include "adaptors/router/rules_router_adaptor.hpp"

#include "tvf/flat_tvf_view.hpp"

namespace prosa {
namespace {

// FNV-1a, 64 bits (Fowler, Noll, Vo). Never 0, which means none.
std::uint64_t hash_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash | 1;
}

}  // namespace

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
