#include "adaptors/injector/injector_adaptors.hpp"

#include "adaptors/injector/dummy_adaptor.hpp"
#include "adaptors/injector/replay_adaptor.hpp"

namespace prosa {

InjectorAdaptors InjectorAdaptors::builtin() {
    InjectorAdaptors adaptors;
    adaptors.add<DummyAdaptor>("dummy", "sends field 1 = DUMMY");
    adaptors.add<ReplayAdaptor>("replay", "sends the transactions of a file, again and again");
    return adaptors;
}

ProcessorKind InjectorAdaptors::kind(std::string name, std::string description) const {
    return list_.kind(std::move(name), std::move(description), true, [](ProcessorSetup& setup) {
        return read_injector_settings(setup.settings, setup.call_timeout_ns);
    });
}

}  // namespace prosa
