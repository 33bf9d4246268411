#include "apps/prosa/bench/json_numbers.hpp"

#include <charconv>

#include "core/settings/settings_source.hpp"

namespace prosa::bench {

absl::StatusOr<SettingsNode> parse_json(std::string_view text, std::string_view name) {
    return parse_settings_yaml(text, name);
}

absl::StatusOr<double> number_at(const SettingsNode& object, std::string_view key) {
    const SettingsNode* const node = object.find(key);
    if (node == nullptr) return not_found("there is no '{}'", key);
    double number = 0;
    const char* const end = node->text.data() + node->text.size();
    if (const auto read = std::from_chars(node->text.data(), end, number);
        read.ec != std::errc() || read.ptr != end)
        return invalid_argument("'{}' is {}, expected a number", key, node->describe());
    return number;
}

absl::StatusOr<double> number_at(const SettingsNode& object, std::string_view section, std::string_view key) {
    const SettingsNode* const node = object.find(section);
    if (node == nullptr) return not_found("there is no '{}'", section);
    return number_at(*node, key);
}

}  // namespace prosa::bench
