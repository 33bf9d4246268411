// tvf/utf8.hpp: is this text UTF-8? (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF.)
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/export.hpp"

namespace prosa {

// A word of eight bytes that are all ASCII has none of these bits.
inline constexpr std::uint64_t non_ascii_bits = 0x8080'8080'8080'8080;

inline constexpr std::size_t no_fault = static_cast<std::size_t>(-1);

// The offset of the first byte that is no UTF-8, or no_fault. O(n).
PROSA_API std::size_t find_utf8_fault(std::string_view text) noexcept;

inline bool is_utf8(std::string_view text) noexcept { return find_utf8_fault(text) == no_fault; }

}  // namespace prosa
