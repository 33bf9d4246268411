// adaptors/kit/rules_reader.hpp: reads rules on fields from an adaptor's configuration.
//
//     when:
//       pan: { prefix: ["400000", "378282"], luhn: true }
//       amount: { range: [1, 29999] }
//
// A field is named as in the tag dictionary, or by its tag (then it is text). Its demands, all of which must hold:
//
//   equals   a value, or a list of which one fits; `in` is the same
//   prefix   text, or a list of texts: how the field starts
//   range    [low, high], both included. Numbers compare as numbers. Of text, the first characters are compared,
//            as many as low and high have (both the same, at most 16): a range of card numbers or of prefixes
//   exists   true or false
//   luhn     true: the last digit is the right check digit; false: it is not
//
// Errors    go to the reader, each with its place and what was expected.
// Threads   one, at start-up.
#pragma once

#include <optional>
#include <string_view>

#include "adaptors/kit/field_rules.hpp"
#include "core/base/export.hpp"
#include "core/bus/processor_registry.hpp"
#include "core/settings/settings_reader.hpp"

namespace prosa {

// Appends the conditions at `when` as the next rule. A rule needs at least one.
PROSA_API void read_conditions(SettingsReader& rule, FieldRules& rules);

// The file (or files) at the setup's adaptor_config_path. Nothing, and an error, when there is none.
PROSA_API std::optional<SettingsNode> load_adaptor_file(ProcessorSetup& setup);

}  // namespace prosa
