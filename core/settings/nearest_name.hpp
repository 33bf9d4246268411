// core/settings/nearest_name.hpp: which known name did the user probably mean?
//
// Threads   any. Cost: product of the lengths per candidate; for error messages only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"

namespace prosa {

// Insertions, deletions, replacements and swaps of neighbours between the two, ignoring case
// (the "optimal string alignment" distance).
PROSA_API std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate with the smallest distance to `name` (the first of equals), or empty when none is near: more
// than a third of the name's length away, and more than 2.
PROSA_API std::string_view nearest_name(std::string_view name,
                                        const std::vector<std::string_view>& candidates);

// `a, b, c`.
PROSA_API std::string join_names(const std::vector<std::string_view>& names);

// `, did you mean 'x'?`, or `, expected one of: a, b` when none is near, or nothing without candidates.
PROSA_API std::string suggestion(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace prosa
