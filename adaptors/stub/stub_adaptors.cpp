#include "adaptors/stub/stub_adaptors.hpp"

#include "adaptors/stub/parrot_adaptor.hpp"
#include "adaptors/stub/rules_stub_adaptor.hpp"

namespace prosa {

StubAdaptors StubAdaptors::builtin() {
    StubAdaptors adaptors;
    adaptors.add<ParrotAdaptor>("parrot", "answers with the request itself");
    adaptors.add<DelayedParrotAdaptor>("delayed_parrot", "answers with the request itself after a delay");
    adaptors.add<RulesStubAdaptor>("rules", "approves, declines, delays and fails by rules on fields");
    return adaptors;
}

ProcessorKind StubAdaptors::kind(std::string name, std::string description) const {
    return list_.kind(std::move(name), std::move(description), false, [](ProcessorSetup& setup) {
        StubOptions options;
        setup.settings.read("service_names", options.service_names).required().not_empty();
        return options;
    });
}

}  // namespace prosa
