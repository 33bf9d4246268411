// apps/prosa/list_command.hpp: `prosa list`: what a configuration can name.
#pragma once

#include <string>

#include "core/base/export.hpp"
#include "core/bus/processor_registry.hpp"

namespace prosa {

// Kinds of processors in the order of their registration, each with its adaptors.
PROSA_API std::string list_text(const ProcessorRegistry& registry);

PROSA_API int list_command(const ProcessorRegistry& registry);

}  // namespace prosa
