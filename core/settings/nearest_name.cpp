#include "core/settings/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace prosa {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Three rows of the matrix: the one being filled, the one before it, and the one before that for swaps.
    std::vector<std::size_t> row(b.size() + 1), above(b.size() + 1), above2(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        above2.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            const bool swapped =
                i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], above2[j - 2] + 1);
        }
    }
    return row[b.size()];
}

std::string_view nearest_name(std::string_view name, const std::vector<std::string_view>& candidates) {
    std::string_view nearest;
    std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        // So many letters have to be put in or left out at least.
        if (std::max(name.size(), candidate.size()) - std::min(name.size(), candidate.size()) >= least)
            continue;
        const std::size_t distance = edit_distance(name, candidate);
        // Something of the name must be left: 'x' is not meant by 'cpu'.
        if (distance >= least || distance >= std::max(name.size(), candidate.size())) continue;
        least = distance;
        nearest = candidate;
    }
    return nearest;
}

std::string join_names(const std::vector<std::string_view>& names) {
    std::string joined;
    for (const std::string_view name : names) joined.append(joined.empty() ? "" : ", ").append(name);
    return joined;
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& candidates) {
    const std::string_view nearest = nearest_name(name, candidates);
    if (!nearest.empty()) return fmt::format(", did you mean '{}'?", nearest);
    if (candidates.empty()) return {};
    return fmt::format(", expected one of: {}", join_names(candidates));
}

}  // namespace prosa
