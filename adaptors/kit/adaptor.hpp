// adaptors/kit/adaptor.hpp: what every adaptor is, whatever its processor kind.
//
// An adaptor translates between a processor and the outside world. It is a plain class; the kind's concept
// (stub_adaptor.hpp, injector_adaptor.hpp, router_adaptor.hpp) adds what the kind calls. Each has
//
//     struct Options {...};                                       what its settings say; copied, never changed
//     static absl::StatusOr<Options> configure(ProcessorSetup&);  reads and checks keys and files, opens nothing
//     static absl::StatusOr<std::unique_ptr<A>> create(const Options&, AdaptorContext&);
//     void terminate() noexcept;
//
// Threads   configure: start-up. All others: the reactor of the shard that the adaptor belongs to.
// Life      one object per shard and incarnation. terminate comes exactly once for each object that create
//           returned, however the run ends, and before its destructor. When create fails there is no object,
//           and the run ends as ProcessorError::of(status) says.
#pragma once

#include <concepts>
#include <memory>
#include <string_view>

#include "core/base/status.hpp"
#include "core/bus/bus.hpp"
#include "core/bus/processor_registry.hpp"

namespace prosa {

// What an adaptor may use of its processor, from create to terminate.
struct AdaptorContext {
    Bus& bus;

    std::string_view processor_name() const noexcept { return bus.info().processor_name; }
};

template <typename A>
concept Adaptor = requires(A& adaptor, const typename A::Options& options, ProcessorSetup& setup,
                           AdaptorContext& context) {
    { A::configure(setup) } -> std::same_as<absl::StatusOr<typename A::Options>>;
    { A::create(options, context) } -> std::same_as<absl::StatusOr<std::unique_ptr<A>>>;
    { adaptor.terminate() }
    noexcept;
};

// For adaptors without settings.
struct NoOptions {};

}  // namespace prosa
