// apps/prosa/bench/json_numbers.hpp: single numbers out of the JSON that programs print.
#pragma once

#include <string_view>

#include "core/base/status.hpp"
#include "core/settings/settings_node.hpp"

namespace prosa::bench {

// JSON is read as the YAML it is. `name` stands for it in errors.
absl::StatusOr<SettingsNode> parse_json(std::string_view text, std::string_view name);

// The number at `key` of an object, or at `key` of its member `section`. Error: it is missing, or no
// number.
absl::StatusOr<double> number_at(const SettingsNode& object, std::string_view key);
absl::StatusOr<double> number_at(const SettingsNode& object, std::string_view section, std::string_view key);

}  // namespace prosa::bench
