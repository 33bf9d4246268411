// adaptors/kit/field_names.hpp: what a configuration calls a field, by the tag dictionary.
//
// Threads   any; start-up.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adaptors/kit/field_rules.hpp"
#include "core/base/export.hpp"

namespace prosa {

// By its name, or by its tag in decimal. A tag without an entry, or of any type, counts as text.
PROSA_API std::optional<FieldSpec> find_field(std::string_view name);

// For an error: the nearest name of the dictionary.
PROSA_API std::string suggest_field(std::string_view name);

}  // namespace prosa
