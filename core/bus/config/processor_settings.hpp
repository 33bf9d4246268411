// core/bus/config/processor_settings.hpp: the section of one processor: the keys that every kind has.
#pragma once

#include <string>
#include <vector>

#include "core/base/export.hpp"
#include "core/bus/config/instance_settings.hpp"

namespace prosa {

// Reads the common keys, then lets the kind read its own and make its factory. Errors go to the section's.
PROSA_API ConfiguredProcessor read_processor_settings(const std::string& name, SettingsReader& section,
                                                      const ProcessorKind& kind,
                                                      const InstanceSettingsInput& input,
                                                      const BusOptions& bus,
                                                      std::vector<std::string>& warnings);

}  // namespace prosa
