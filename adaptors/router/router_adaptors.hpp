// adaptors/router/router_adaptors.hpp: the processor kind `router` and its adaptors.
//
//     RouterAdaptors adaptors = RouterAdaptors::builtin();
//     adaptors.add<ByCountry>("by_country", "routes by the card's country");
//     registry.add(adaptors.kind());
//
// Settings  service_names: the services it provides (at least one).  announce_after: how long it waits for its
//           targets before it announces them anyway (1s).  The adaptor's own keys beside them.
// Threads   one, at start-up.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "adaptors/kit/adaptor_list.hpp"
#include "adaptors/router/router_processor.hpp"
#include "core/base/export.hpp"

namespace prosa {

class RouterAdaptors {
  public:
    // rules.
    PROSA_API static RouterAdaptors builtin();

    // Asserted: the name is new. The first one added is the default.
    template <RouterAdaptor A>
    void add(std::string name, std::string description) {
        list_.add(std::move(name), std::move(description), &configure<A>);
    }

    // To be added to a ProcessorRegistry; under another name it is a kind of its own.
    PROSA_API ProcessorKind
    kind(std::string name = "router",
         std::string description = "passes requests on to the services they are for") const;

  private:
    template <RouterAdaptor A>
    static absl::StatusOr<ProcessorFactory> configure(ProcessorSetup& setup, const RouterOptions& options) {
        absl::StatusOr<typename A::Options> adaptor_options = A::configure(setup);
        if (!adaptor_options.ok()) return adaptor_options.status();
        return ProcessorFactory([options, own = *std::move(adaptor_options)](const ShardInfo&) {
            return std::make_unique<RouterProcessor<A>>(options, own);
        });
    }

    AdaptorList<RouterOptions> list_;
};

}  // namespace prosa
