#include "adaptors/router/router_adaptors.hpp"

#include "adaptors/router/rules_router_adaptor.hpp"

namespace prosa {

RouterAdaptors RouterAdaptors::builtin() {
    RouterAdaptors adaptors;
    adaptors.add<RulesRouterAdaptor>("rules", "chooses the service by rules on fields");
    return adaptors;
}

ProcessorKind RouterAdaptors::kind(std::string name, std::string description) const {
    return list_.kind(std::move(name), std::move(description), false, [](ProcessorSetup& setup) {
        RouterOptions options;
        setup.settings.read("service_names", options.service_names).required().not_empty();
        setup.settings.read_duration("announce_after", options.announce_after_ns).range(0, 3600 * ns_per_s);
        return options;
    });
}

}  // namespace prosa
