#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <span>
#include <utility>

#include "core/settings/settings_errors.hpp"
#include "core/settings/settings_loader.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

using Kind = SettingsNode::Kind;
using Parts = std::span<const std::string_view>;

constexpr std::string_view prefix = "PROSA_";

std::vector<std::string_view> split_at_double_underscores(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t end = text.find("__"); end != std::string_view::npos; end = text.find("__")) {
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end + 2);
    }
    parts.push_back(text);
    return parts;
}

// One variable on its way down the tree.
class Override {
  public:
    Override(SettingsPlace place, SettingsErrors& errors) : place_(std::move(place)), errors_(errors) {}

    // The node that `parts` names below `from`; null after an error.
    SettingsNode* resolve(SettingsNode& from, Parts parts) {
        SettingsNode* node = &from;
        while (node != nullptr && !parts.empty()) {
            if (node->kind == Kind::list) {
                node = item_of(*node, parts.front());
                parts = parts.subspan(1);
            } else if (node->kind == Kind::scalar) {
                return fail(fmt::format("there is no key '{}' below '{}', which is a plain value",
                                        parts.front(), node->key));
            } else {
                node = entry_of(*node, parts);
            }
        }
        return node;
    }

  private:
    SettingsNode* fail(std::string message) {
        errors_.add(place_, std::move(message));
        return nullptr;
    }

    // Takes as many parts as the key has: a key may itself hold `__`.
    SettingsNode* entry_of(SettingsNode& map, Parts& parts) {
        map.kind = Kind::map;
        std::string name;
        for (std::size_t taken = 1; taken <= parts.size(); ++taken) {
            name.append(taken == 1 ? "" : "__").append(parts[taken - 1]);
            std::vector<SettingsNode*> matches;
            for (SettingsNode& child : map.children)
                if (keys_match_loosely(child.key, name)) matches.push_back(&child);
            if (matches.size() > 1)
                return fail(
                    fmt::format("'{}' means both '{}' and '{}'", name, matches[0]->key, matches[1]->key));
            if (matches.empty()) continue;
            parts = parts.subspan(taken);
            return matches.front();
        }
        SettingsNode& child = map.children.emplace_back();
        child.key = parts.front();
        child.is_key_from_environment = true;
        child.place = place_;
        parts = parts.subspan(1);
        return &child;
    }

    SettingsNode* item_of(SettingsNode& list, std::string_view part) {
        std::size_t index = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
        const bool is_index = error == std::errc{} && end == part.data() + part.size();
        if (!is_index || index > list.children.size())
            return fail(fmt::format("'{}' is no item of the list '{}', expected 0 to {}", part, list.key,
                                    list.children.size()));
        if (index == list.children.size()) return &list.children.emplace_back();
        return &*std::next(list.children.begin(), static_cast<std::ptrdiff_t>(index));
    }

    SettingsPlace place_;
    SettingsErrors& errors_;
};

// A name is any bytes. What is no text is not shown as it stands.
std::string printable_name(std::string_view name) {
    std::string printable(name);
    for (char& c : printable)
        if (c < ' ' || c > '~') c = '?';
    return printable;
}

void apply_variable(SettingsNode& root, std::string_view name, std::string_view value,
                    SettingsErrors& errors) {
    const std::string source = fmt::format("environment {}", printable_name(name));
    const SettingsPlace place{std::make_shared<const std::string>(source), 0};
    if (const absl::Status status = check_source_text(name, source); !status.ok())
        return errors.add_status(status);
    const auto parts = split_at_double_underscores(name.substr(prefix.size()));
    if (std::any_of(parts.begin(), parts.end(), [](std::string_view part) { return part.empty(); }))
        return errors.add(place, "an empty key, expected PROSA_ and keys joined by __");
    auto parsed = parse_settings_value(value, place);
    if (!parsed.ok()) return errors.add_status(parsed.status());
    SettingsNode* const target = Override(place, errors).resolve(root, parts);
    if (target == nullptr) return;
    // The value changes, the key and its spelling stay.
    parsed->key = target->key;
    parsed->is_key_from_environment = target->is_key_from_environment;
    merge_settings(*target, *std::move(parsed));
}

}  // namespace

absl::Status apply_environment(SettingsNode& root, std::vector<std::string_view> variables) {
    // Sorted, so that PROSA_BUS={...} comes before PROSA_BUS__CREDIT whatever the environment's order.
    std::sort(variables.begin(), variables.end());
    SettingsErrors errors;
    for (const std::string_view variable : variables) {
        const std::size_t end = variable.find('=');
        if (!variable.starts_with(prefix) || end == std::string_view::npos) continue;
        apply_variable(root, variable.substr(0, end), variable.substr(end + 1), errors);
    }
    return errors.status();
}

std::vector<std::string_view> environment_variables() {
    std::vector<std::string_view> variables;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
        variables.emplace_back(*variable);
    return variables;
}

}  // namespace prosa
