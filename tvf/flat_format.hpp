// tvf/flat_format.hpp: the bytes of a FlatTvf message, version 1. All numbers are little endian.
//
// Header, 8 bytes
//   0  u8   version, 1
//   1  u8   flags, 0
//   2  u16  number of fields of this level
//   4  u32  bytes of the message, this header included; a multiple of 8, at most 0xfffff8
// Then the fields one after the other, each
//   0  u32  tag, unique in its level
//   4  u8   type (TvfType)
//   5  u24  bytes of the value, without padding
//   8       value, padded with zero bytes to a multiple of 8
// Value     buffer: a whole message. unsigned: u64. signed: i64. byte: u8. float: IEEE 754 binary64.
//           string: UTF-8. bytes: as they are. datetime: i64 nanoseconds since 1970 UTC.
//           date: u16 year (0 to 9999), u8 month, u8 day.
//
// Why padded: every header, field and fixed value is one aligned word (stores forward to loads whole), and
// text is copied and checked in words without a tail loop. Padding is zero, so that no old memory leaves with
// a message. A message with one number is 24 bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tvf/tvf.hpp"

namespace prosa::flat {

static_assert(std::endian::native == std::endian::little, "words are stored as they are");

inline constexpr std::uint32_t header_bytes = 8;
inline constexpr std::uint32_t field_header_bytes = 8;
inline constexpr std::uint64_t version_and_flags = 1;
inline constexpr std::uint32_t value_bytes_max = tvf_message_bytes_max;
static_assert(value_bytes_max < 1U << 24, "a length has 24 bits");

inline std::uint64_t load_word(const std::byte* from) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, from, 8);
    return word;
}
inline void store_word(std::byte* to, std::uint64_t word) noexcept { std::memcpy(to, &word, 8); }

constexpr std::size_t padded_size(std::size_t value_bytes) noexcept {
    return (value_bytes + 7U) & ~std::size_t{7};
}
constexpr std::uint32_t padded(std::uint32_t value_bytes) noexcept { return (value_bytes + 7U) & ~7U; }

constexpr std::uint64_t header_word(std::uint32_t field_count, std::uint32_t message_bytes) noexcept {
    return version_and_flags | std::uint64_t{field_count} << 16 | std::uint64_t{message_bytes} << 32;
}
constexpr std::uint32_t field_count_of(std::uint64_t header) noexcept {
    return static_cast<std::uint16_t>(header >> 16);
}
constexpr std::uint32_t message_bytes_of(std::uint64_t header) noexcept {
    return static_cast<std::uint32_t>(header >> 32);
}

constexpr std::uint64_t field_word(Tag tag, TvfType type, std::uint32_t value_bytes) noexcept {
    return tag | std::uint64_t{static_cast<std::uint8_t>(type)} << 32 | std::uint64_t{value_bytes} << 40;
}
constexpr Tag tag_of(std::uint64_t field) noexcept { return static_cast<Tag>(field); }
constexpr TvfType type_of(std::uint64_t field) noexcept {
    return static_cast<TvfType>(static_cast<std::uint8_t>(field >> 32));
}
constexpr std::uint32_t value_bytes_of(std::uint64_t field) noexcept {
    return static_cast<std::uint32_t>(field >> 40);
}
constexpr std::uint32_t field_bytes_of(std::uint64_t field) noexcept {
    return field_header_bytes + padded(value_bytes_of(field));
}

constexpr std::uint64_t date_word(Date date) noexcept {
    return date.year | std::uint64_t{date.month} << 16 | std::uint64_t{date.day} << 24;
}
constexpr Date date_of(std::uint64_t word) noexcept {
    return {static_cast<std::uint16_t>(word), static_cast<std::uint8_t>(word >> 16),
            static_cast<std::uint8_t>(word >> 24)};
}

// The offset of the field with this tag in [begin, end), or end. O(fields).
inline std::uint32_t find_field(const std::byte* data, std::uint32_t begin, std::uint32_t end,
                                Tag tag) noexcept {
    while (begin < end) {
        const std::uint64_t field = load_word(data + begin);
        if (tag_of(field) == tag) break;
        begin += field_bytes_of(field);
    }
    return begin;
}

}  // namespace prosa::flat
