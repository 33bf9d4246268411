// core/settings/settings_source.hpp: the text of one settings file -> a tree.
//
// Limits    4 MiB of UTF-8 text without control characters; 64 levels; 100 000 values, counted after YAML's
//           aliases are replaced by what they stand for.
// Refused   duplicate keys, tags other than !!str, merge keys (<<), a second document, an empty text, a root
//           that is no map. Each error starts with `name:line: `.
// Threads   any.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/settings/settings_node.hpp"

namespace prosa {

inline constexpr std::size_t settings_bytes_max = std::size_t{4} << 20;
inline constexpr std::size_t settings_depth_max = 64;
inline constexpr std::size_t settings_values_max = 100'000;

// `name` stands for the text in places: the path of the file.
PROSA_API absl::StatusOr<SettingsNode> parse_settings_yaml(std::string_view text, std::string_view name);
PROSA_API absl::StatusOr<SettingsNode> parse_settings_toml(std::string_view text, std::string_view name);

// One value as written in an environment variable: a flow list, a flow map or a quoted text in YAML; anything
// else is a plain scalar as it stands. `place` becomes the place of every part.
PROSA_API absl::StatusOr<SettingsNode> parse_settings_value(std::string_view text,
                                                            const SettingsPlace& place);

// Whether every byte belongs to a UTF-8 sequence.
PROSA_API bool holds_utf8(std::string_view text) noexcept;

// The size, the encoding and the control characters; `name:line: ...` otherwise.
PROSA_API absl::Status check_source_text(std::string_view text, std::string_view name);

}  // namespace prosa
