// core/settings/settings_node.hpp: the settings as one ordered tree, whatever they were written in.
//
// YAML, TOML, environment and defaults all end up here. A scalar keeps its text; its type is decided by the
// reader that asks for it. Readers mark what they read and add the defaults they used, so that after reading
// the tree is the effective configuration.
//
// Threads   one. Start-up and control plane only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"

namespace prosa {

// Where a value was written.
struct SettingsPlace {
    std::shared_ptr<const std::string> source;  // a file, or `environment PROSA_X`; null for a default
    std::uint32_t line = 0;                     // 1-based; 0 when lines mean nothing

    // `file:line`, the source alone without a line, or `default`.
    PROSA_API std::string text() const;
};

// Something that a section uses and another one has to define, such as a service.
struct SettingsUse {
    std::string name;
    SettingsPlace place;  // where the name is written; perhaps in another file than the section
};

struct PROSA_API SettingsNode {
    enum class Kind : std::uint8_t { null, scalar, list, map };

    Kind kind = Kind::null;
    bool is_quoted = false;                // this scalar is text, even when it looks like a number
    bool is_key_from_environment = false;  // the key's case and its `_` are not the user's choice
    bool is_default = false;               // a reader added it
    bool is_secret = false;                // never print the value
    bool was_read = false;                 // a reader knows this key
    bool was_taken_whole = false;          // a reader answers for everything below
    std::string key;                       // in a map; else empty
    std::string text;                      // of a scalar
    std::list<SettingsNode> children;      // of a list or a map, in order; a list keeps addresses valid
    SettingsPlace place;                   // of the value (for a map's entry: of the key)
    std::vector<SettingsUse> uses;         // of a section: what its reader noted

    static SettingsNode make_scalar(std::string text, bool is_quoted);
    static SettingsNode make_map();

    // The child of a map with exactly this key, or null.
    SettingsNode* find(std::string_view key) noexcept;
    const SettingsNode* find(std::string_view key) const noexcept;

    // What was given, for an error: `'abc'`, `a list`, `a section`, `nothing`; a secret's text is hidden.
    std::string describe() const;
};

// Merges `overlay` into `base`: maps key by key at every depth, everything else is replaced.
PROSA_API void merge_settings(SettingsNode& base, SettingsNode overlay);

// Equal but for case, `-` and `_` (and any other character that a variable's name cannot hold).
PROSA_API bool keys_match_loosely(std::string_view a, std::string_view b) noexcept;

}  // namespace prosa
