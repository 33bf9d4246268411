// adaptors/stub/stub_adaptors.hpp: the processor kind `stub` and its adaptors.
//
//     StubAdaptors adaptors = StubAdaptors::builtin();
//     adaptors.add<Hello>("hello", "answers hello to everything");
//     registry.add(adaptors.kind());
//
// Settings  service_names: the services it provides (at least one); the adaptor's own keys beside it.
// Threads   one, at start-up.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "adaptors/kit/adaptor_list.hpp"
#include "adaptors/stub/stub_processor.hpp"
#include "core/base/export.hpp"

namespace prosa {

class StubAdaptors {
  public:
    // parrot, delayed_parrot, rules.
    PROSA_API static StubAdaptors builtin();

    // Asserted: the name is new. The first one added is the default.
    template <StubAdaptor A>
    void add(std::string name, std::string description) {
        list_.add(std::move(name), std::move(description), &configure<A>);
    }

    // To be added to a ProcessorRegistry; under another name it is a kind of its own.
    PROSA_API ProcessorKind kind(std::string name = "stub",
                                 std::string description = "answers requests for its services") const;

  private:
    template <StubAdaptor A>
    static absl::StatusOr<ProcessorFactory> configure(ProcessorSetup& setup, const StubOptions& options) {
        absl::StatusOr<typename A::Options> adaptor_options = A::configure(setup);
        if (!adaptor_options.ok()) return adaptor_options.status();
        return ProcessorFactory([options, own = *std::move(adaptor_options)](const ShardInfo&) {
            return std::make_unique<StubProcessor<A>>(options, own);
        });
    }

    AdaptorList<StubOptions> list_;
};

}  // namespace prosa
