// adaptors/register.hpp: the processor kinds that every ProSA program knows: injector, router, stub.
//
//     ProcessorRegistry registry;
//     BuiltinAdaptors adaptors;
//     adaptors.stub.add<Hello>("hello", "answers hello to everything");   // beside the built-in ones
//     absl::Status registered = register_builtin_processors(registry, adaptors);
//
// Threads   one, at start-up.
#pragma once

#include "adaptors/injector/injector_adaptors.hpp"
#include "adaptors/router/router_adaptors.hpp"
#include "adaptors/stub/stub_adaptors.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/bus/processor_registry.hpp"

namespace prosa {

struct BuiltinAdaptors {
    InjectorAdaptors injector = InjectorAdaptors::builtin();
    RouterAdaptors router = RouterAdaptors::builtin();
    StubAdaptors stub = StubAdaptors::builtin();
};

// Error: one of the names is taken.
PROSA_API absl::Status register_builtin_processors(ProcessorRegistry& registry,
                                                   const BuiltinAdaptors& adaptors = {});

}  // namespace prosa
