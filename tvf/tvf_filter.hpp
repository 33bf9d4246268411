// tvf/tvf_filter.hpp: filters take a TVF and give one back, with fields masked, changed or removed.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "tvf/tvf.hpp"

namespace prosa {

template <typename Filter, typename T>
concept TvfFilter = requires(const Filter& filter, T tvf) {
    { filter.filter(std::move(tvf)) } -> std::same_as<T>;
};

// ProSA's helper. A field that reads as a string becomes `fill`, repeated once for each of its bytes (so text
// that is not ASCII gets a longer mask); a field that does not is removed; an absent one changes nothing.
template <typename T>
TvfError mask_string_field(T& tvf, Tag tag, std::string_view fill) {
    const auto text = tvf.get_string(tag);
    if (text.error == TvfError::not_found) return TvfError::none;
    if (!text.ok()) {
        tvf.remove(tag);
        return TvfError::none;
    }
    std::string mask;
    for (std::size_t i = 0; i < text.value.size(); ++i) mask += fill;
    return tvf.put_string(tag, mask);
}

}  // namespace prosa
