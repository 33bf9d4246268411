// test/fuzz/settings_support.hpp: what a tree of settings promises, whatever it was written in.
#pragma once

#include "core/settings/settings_printer.hpp"
#include "core/settings/settings_source.hpp"
#include "test/fuzz/fuzz_input.hpp"

namespace prosa::fuzz {

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
