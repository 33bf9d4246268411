// tvf/tvf_text.hpp: values as text, as SimpleStringTvf and JSON write them.
//
// Formatting appends; parsing takes the whole text or nothing. None of it depends on a locale.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"
#include "tvf/calendar.hpp"

namespace prosa {

// Room for any number, date or date-time: the smallest double has 324 digits after the point and a sign.
class ValueText {
  public:
    std::string_view view() const noexcept { return {text_.data(), length_}; }
    void append(char c) noexcept { text_[length_++] = c; }
    void append(std::string_view text) noexcept { length_ += text.copy(text_.data() + length_, text.size()); }
    // Decimal, with zeros in front up to `width`.
    PROSA_API void append_number(std::uint64_t value, std::size_t width = 1) noexcept;

  private:
    std::array<char, 400> text_{};
    std::size_t length_ = 0;
};

PROSA_API ValueText text_of(std::uint64_t value) noexcept;
PROSA_API ValueText text_of(std::int64_t value) noexcept;
// The shortest decimal that reads back as the same double, never with an exponent: `6.56`, `2`, `-0`, `inf`,
// `NaN`.
PROSA_API ValueText text_of(double value) noexcept;
// `YYYY-MM-DD`.
PROSA_API ValueText text_of(Date value) noexcept;
// `YYYY-MM-DDTHH:MM:SS`; exact adds the fraction when there is one (`.123456789`) and `Z`.
enum class TimeForm : std::uint8_t { seconds, exact };
PROSA_API ValueText text_of(DateTime value, TimeForm form) noexcept;

// Decimal; a sign `+` is accepted (and `-` for signed and float), spaces are not. A float may have an
// exponent or be `inf`, `infinity` or `nan` in any case; one that a double cannot hold is refused.
PROSA_API std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept;
PROSA_API std::optional<std::int64_t> parse_signed(std::string_view text) noexcept;
PROSA_API std::optional<double> parse_float(std::string_view text) noexcept;
// Four digits of year; month, day, hour, minute and second may be one digit. Seconds may have a fraction of
// up to nine digits and a `Z` behind.
PROSA_API std::optional<Date> parse_date(std::string_view text) noexcept;
PROSA_API std::optional<DateTime> parse_datetime(std::string_view text) noexcept;

// Two hex digits a byte, lowercase when written, either case when read. An odd number of digits is refused.
PROSA_API void write_hex(char* to, std::span<const std::byte> bytes) noexcept;
PROSA_API std::optional<std::vector<std::byte>> parse_hex(std::string_view text);
// The first byte of such text, all of which must be hex; nothing when it is empty.
PROSA_API std::optional<std::uint8_t> parse_hex_byte(std::string_view text) noexcept;

}  // namespace prosa
