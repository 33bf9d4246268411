// test/fuzz/settings_support.hpp: what a tree of settings promises, whatever it was written in; and the parts
// of inputs.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings/settings_printer.hpp"
#include "core/settings/settings_source.hpp"
#include "test/fuzz/fuzz_input.hpp"

namespace prosa::fuzz {

// Takes what stands before the next line `%%`, or all.
inline std::string_view take_part(std::string_view& rest) noexcept {
    constexpr std::string_view mark = "%%\n";
    std::size_t at = 0;
    while (at < rest.size() && !rest.substr(at).starts_with(mark))
        at = std::min(rest.find('\n', at), rest.size() - 1) + 1;
    const std::string_view part = rest.substr(0, at);
    rest.remove_prefix(std::min(at + mark.size(), rest.size()));
    return part;
}

// Variables of the environment: each line is one, without its prefix.
inline std::vector<std::string> variables_of(std::string_view lines) {
    std::vector<std::string> variables;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        variables.push_back("PROSA_" + std::string(line));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    }
    return variables;
}

// What is refused is shown on a terminal and written to logs, whatever was in it.
inline void expect_lines_of_text(std::string_view message) {
    const bool has_control = std::any_of(message.begin(), message.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    });
    expect(!message.empty() && !has_control, "a fault is said in lines of text");
}

// What the form holds of the children: TOML has no null, and no order of tables and values.
inline std::vector<const SettingsNode*> children_of(const SettingsNode& node, bool is_toml) {
    std::vector<const SettingsNode*> children;
    for (const SettingsNode& child : node.children)
        if (!is_toml || child.kind != SettingsNode::Kind::null) children.push_back(&child);
    if (is_toml && node.kind == SettingsNode::Kind::map)
        std::ranges::sort(children, {},
                          [](const SettingsNode* child) { return std::string_view(child->key); });
    return children;
}

// Whether `read` is what was printed of `put`: the same keys, kinds and texts, with what is hidden as it is shown.
inline bool is_read_back(const SettingsNode& put, const SettingsNode& read, bool is_toml) {
    using Kind = SettingsNode::Kind;
    if (put.key != read.key) return false;
    const std::string shown = printable_text(put);
    if (put.kind == Kind::scalar || !shown.empty()) return read.kind == Kind::scalar && read.text == shown;
    return put.kind == read.kind &&
           std::ranges::equal(children_of(put, is_toml), children_of(read, is_toml),
                              [is_toml](const SettingsNode* a, const SettingsNode* b) {
                                  return is_read_back(*a, *b, is_toml);
                              });
}

inline void expect_yaml_reads_back(const SettingsNode& root) {
    if (root.children.empty()) return;  // not a file that is accepted
    const std::string printed = to_yaml(root);
    const auto read = parse_settings_yaml(printed, "printed.yml");
    expect(read.ok(), "printed YAML can be read");
    expect(is_read_back(root, *read, false), "printed YAML reads back as the same tree");
    expect(to_yaml(*read) == printed, "what was read back is printed as before");
}

inline void expect_toml_reads_back(const SettingsNode& root) {
    const std::string printed = to_toml(root);
    if (printed.empty()) return;
    const auto read = parse_settings_toml(printed, "printed.toml");
    expect(read.ok(), "printed TOML can be read");
    expect(is_read_back(root, *read, true), "printed TOML reads back as the same tree");
    expect(to_toml(*read) == printed, "what was read back is printed as before");
}

}  // namespace prosa::fuzz
