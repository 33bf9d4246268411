// core/base/log.hpp: the process's log, for the control plane only; nothing on the path of a transaction logs.
#pragma once

#include <spdlog/spdlog.h>

#include <string_view>

#include "core/base/export.hpp"

namespace prosa {

// The logger of ProSA: stderr, level info at start. Any thread; the sink holds a lock.
PROSA_API spdlog::logger& log() noexcept;

// Sets the level by name (trace, debug, info, warn, error, off). False when the name is unknown.
[[nodiscard]] PROSA_API bool set_log_level(std::string_view name) noexcept;

}  // namespace prosa
