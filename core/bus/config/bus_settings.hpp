// core/bus/config/bus_settings.hpp: the section `bus` of a configuration.
#pragma once

#include <cstdint>

#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"
#include "core/settings/settings_reader.hpp"

namespace prosa {

// As many as an instance starts with at most; the rest of its 256 peers are clients, or reactors added later.
inline constexpr std::uint32_t reactors_max = 128;

// Reads the keys of `bus`; `options` holds the defaults.
PROSA_API void read_bus_settings(SettingsReader& bus, InstanceOptions& options);

}  // namespace prosa
