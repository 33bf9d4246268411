// apps/prosa/convert/dictionary_file.hpp: a tag dictionary from a file, YAML or TOML.
//
//     extends: iso8583            # or none, the default
//     fields:
//       100: {name: day, type: date}
//       101: {name: card, sensitivity: masked}        # clear (default), masked, secret
//       102:
//         name: sub
//         type: buffer
//         fields: {1: {name: inner, type: signed}}
//
// A field without a type (or `any`) has the type that its value looks like.
//
// Errors    every fault at once, each with file and line; keys are strict.
// Threads   one; at start-up.
#pragma once

#include <string>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/settings/settings_node.hpp"
#include "tvf/tag_dictionary.hpp"

namespace prosa::convert {

// `iso8583`, `none`, or the path of a file.
PROSA_API absl::StatusOr<TagDictionary> load_dictionary(const std::string& name);

// What such a file says.
PROSA_API absl::StatusOr<TagDictionary> read_dictionary(SettingsNode root);

}  // namespace prosa::convert
