// adaptors/injector/injector_adaptors.hpp: the processor kind `injector` and its adaptors.
//
//     InjectorAdaptors adaptors = InjectorAdaptors::builtin();
//     adaptors.add<Ticks>("ticks", "sends one tick after the other");
//     registry.add(adaptors.kind());
//
// Settings  injector_settings.hpp; the adaptor's own keys beside them.
// Threads   one, at start-up.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "adaptors/injector/injector_processor.hpp"
#include "adaptors/injector/injector_settings.hpp"
#include "adaptors/kit/adaptor_list.hpp"
#include "core/base/export.hpp"
#include "core/base/log.hpp"

namespace prosa {

class InjectorAdaptors {
  public:
    // dummy, replay.
    PROSA_API static InjectorAdaptors builtin();

    // Asserted: the name is new. The first one added is the default.
    template <InjectorAdaptor A>
    void add(std::string name, std::string description) {
        list_.add(std::move(name), std::move(description), &configure<A>);
    }

    // To be added to a ProcessorRegistry; under another name it is a kind of its own.
    PROSA_API ProcessorKind kind(std::string name = "injector",
                                 std::string description = "sends transactions at a rate") const;

  private:
    template <InjectorAdaptor A>
    static absl::StatusOr<ProcessorFactory> configure(ProcessorSetup& setup,
                                                      const InjectorSettings& settings) {
        absl::StatusOr<typename A::Options> adaptor_options = A::configure(setup);
        if (!adaptor_options.ok()) return adaptor_options.status();
        InjectorOptions options = settings.options;
        Timeline timeline;
        if constexpr (TimedInjectorAdaptor<A>) timeline = A::timeline(*adaptor_options);
        if (settings.uses_file_times) {
            options.load.timeline = timeline;
            if (timeline == nullptr && setup.settings.errors().empty())
                setup.settings.add_error("rate", "is 'file', but the transactions have no times ('at_us')");
        } else if (timeline != nullptr) {
            log().warn("{}: the transactions have times ('at_us') that are not used: set 'rate: file'",
                       setup.name);
        }
        auto run = std::make_shared<InjectorRun>(setup.name, std::move(options), setup.load_board);
        return make_injector<A>(std::move(run), *std::move(adaptor_options));
    }

    AdaptorList<InjectorSettings> list_;
};

}  // namespace prosa
