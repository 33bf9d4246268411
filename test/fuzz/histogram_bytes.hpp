// test/fuzz/histogram_bytes.hpp: what the header of an encoded histogram says of its size.
#pragma once

#include <string_view>

namespace prosa::fuzz {

// Counters by the hundred thousand take longer to clear than anything else: few are at most 3 digits, values of 16
// bits.
inline bool has_many_counters(std::string_view bytes) noexcept {
    constexpr std::size_t digits_end = 16;
    constexpr std::size_t highest_begin = 24;
    if (bytes.size() < highest_begin + 8) return false;
    const std::string_view high_bytes = bytes.substr(highest_begin, 6);
    return (bytes[digits_end - 1] & 4) != 0 || high_bytes.find_first_not_of('\0') != std::string_view::npos;
}

}  // namespace prosa::fuzz
