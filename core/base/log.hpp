// core/base/log.hpp: the process's log, for the control plane only; nothing on the path of a transaction logs.
#pragma once

#include <spdlog/spdlog.h>

#include <optional>
#include <string_view>

#include "core/base/export.hpp"

namespace prosa {

// The logger of ProSA: stderr, level info at start. Any thread; the sink holds a lock.
PROSA_API spdlog::logger& log() noexcept;

// ProSA's levels, as they are written in configurations, options and commands: in any case, or as a number.
inline constexpr std::string_view log_levels_text = "off, error, warn, info, debug or trace (or 0 to 5)";

// The level's name in small letters; none when there is no such level.
PROSA_API std::optional<std::string_view> parse_log_level(std::string_view text) noexcept;

// Sets the level that parse_log_level finds. False when there is none.
[[nodiscard]] PROSA_API bool set_log_level(std::string_view text) noexcept;

}  // namespace prosa
