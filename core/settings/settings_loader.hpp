// core/settings/settings_loader.hpp: files, folders and the environment -> one tree.
//
// Threads   any; reads the file system.
// Errors    one line per fault, each starting with `file:line: ` or `environment NAME: `. Reading goes on
// with the
//           next file, so that one run shows the faults of all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/settings/settings_node.hpp"

namespace prosa {

// A file (.yml, .yaml, .json: YAML; .toml: TOML), or a folder: every .yml, .yaml and .toml file directly in
// it but the hidden ones, in the order of their names, deeply merged, later wins. NotFound: nothing is at
// `path`.
PROSA_API absl::StatusOr<SettingsNode> load_settings(const std::filesystem::path& path);

// An adaptor's own configuration: the files that match the glob `pattern` (relative to `base_folder`), in
// sorted order, merged as above. No match is an error that names the pattern.
PROSA_API absl::StatusOr<SettingsNode> load_adaptor_config(std::string_view pattern,
                                                           const std::filesystem::path& base_folder);

// The folder that paths in the configuration at `path` are relative to: itself, or the file's folder.
PROSA_API std::filesystem::path settings_folder(const std::filesystem::path& path);

// Overrides by environment variables, `variables` being `NAME=value` lines. Names that start with `PROSA_`
// are split at `__`: PROSA_BUS__CREDIT=5 is bus.credit. A part names an existing key when they are equal but
// for case and `-` or `_` (a number names an item of a list); else it makes a key, whose spelling the reader
// decides. Values are scalars as they stand, or YAML when they start with `[`, `{` or a quote.
PROSA_API absl::Status apply_environment(SettingsNode& root, std::vector<std::string_view> variables);

// The variables of this process.
PROSA_API std::vector<std::string_view> environment_variables();

// Writes the tree as YAML (or TOML when the path ends in .toml) to a new file. False when something exists at
// `path`, which then stays as it is.
PROSA_API absl::StatusOr<bool> write_default_if_absent(const std::filesystem::path& path,
                                                       const SettingsNode& root);

}  // namespace prosa
