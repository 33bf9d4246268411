// core/settings/settings_printer.hpp: prints settings without their secrets.
//
// Threads   any, on a tree that nobody changes.
#pragma once

#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/settings/settings_node.hpp"

namespace prosa {

// The tree as block YAML that reads back as the same tree, except for what is hidden: values read as secrets,
// values of keys that are called like one (password, passphrase, secret, token), credentials in URLs.
PROSA_API std::string to_yaml(const SettingsNode& root);

// The same as TOML; null values are left out, for TOML has none.
PROSA_API std::string to_toml(const SettingsNode& root);

// A scalar's text as it may be shown.
PROSA_API std::string printable_text(const SettingsNode& scalar);

// `scheme://user:password@host` -> `scheme://***@host`, for every URL in the text.
PROSA_API std::string mask_url_credentials(std::string_view text);

}  // namespace prosa
