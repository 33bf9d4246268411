// test/fuzz/settings_support.hpp: what a tree of settings promises, whatever it was written in; and the parts
// of inputs.
#pragma once

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

// Hidden values stay hidden, so what was printed once is what comes back.
inline void expect_yaml_reads_back(const SettingsNode& root) {
    if (root.children.empty()) return;  // not a file that is accepted
    const std::string printed = to_yaml(root);
    const auto read = parse_settings_yaml(printed, "printed.yml");
    expect(read.ok(), "printed YAML can be read");
    expect(to_yaml(*read) == printed, "printed YAML reads back as the same tree");
}

// Null values are left out, for TOML has none: nothing may be left.
inline void expect_toml_reads_back(const SettingsNode& root) {
    const std::string printed = to_toml(root);
    if (printed.empty()) return;
    const auto read = parse_settings_toml(printed, "printed.toml");
    expect(read.ok(), "printed TOML can be read");
    expect(to_toml(*read) == printed, "printed TOML reads back as the same tree");
}

}  // namespace prosa::fuzz
