#include "tvf/tvf_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace prosa {
namespace {

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) noexcept {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_hex(std::string_view text) noexcept {
    for (const char c : text)
        if (hex_digit(c) < 0) return false;
    return text.size() % 2 == 0;
}

std::uint8_t hex_byte_at(std::string_view text, std::size_t offset) noexcept {
    return static_cast<std::uint8_t>(hex_digit(text[offset]) * 16 + hex_digit(text[offset + 1]));
}

// Takes the numbers of a date or time off the front of a text.
class TimeScanner {
  public:
    explicit TimeScanner(std::string_view text) noexcept : rest_(text) {}

    bool is_good() const noexcept { return is_good_; }
    bool is_at_end() const noexcept { return rest_.empty(); }
    bool starts_with(char c) const noexcept { return rest_.starts_with(c); }

    std::uint32_t number(std::size_t digits_min, std::size_t digits_max) noexcept {
        std::uint32_t value = 0;
        std::size_t digits = 0;
        while (digits < digits_max && digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9')
            value = value * 10 + static_cast<std::uint32_t>(rest_[digits++] - '0');
        is_good_ = is_good_ && digits >= digits_min;
        rest_.remove_prefix(digits);
        last_digits_ = digits;
        return value;
    }

    void separator(char c) noexcept {
        is_good_ = is_good_ && rest_.starts_with(c);
        if (!rest_.empty()) rest_.remove_prefix(1);
    }

    // A fraction of one to nine digits, in nanoseconds.
    std::uint32_t fraction() noexcept {
        std::uint32_t value = number(1, 9);
        for (std::size_t digits = last_digits_; digits < 9; ++digits) value *= 10;
        return value;
    }

    Date date() noexcept {
        const std::uint32_t year = number(4, 4);
        separator('-');
        const std::uint32_t month = number(1, 2);
        separator('-');
        const std::uint32_t day = number(1, 2);
        return {static_cast<std::uint16_t>(year), static_cast<std::uint8_t>(month),
                static_cast<std::uint8_t>(day)};
    }

  private:
    std::string_view rest_;
    std::size_t last_digits_ = 0;
    bool is_good_ = true;
};

void append_date(ValueText& text, Date value) noexcept {
    text.append_number(value.year, 4);
    text.append('-');
    text.append_number(value.month, 2);
    text.append('-');
    text.append_number(value.day, 2);
}

// Lays the shortest digits of a finite double out without an exponent.
void append_finite(ValueText& text, double value) noexcept {
    std::array<char, 32> scientific{};
    const auto [end, error] = std::to_chars(scientific.data(), scientific.data() + scientific.size(), value,
                                            std::chars_format::scientific);
    std::string_view rest(scientific.data(), static_cast<std::size_t>(end - scientific.data()));
    if (rest.starts_with('-')) {
        text.append('-');
        rest.remove_prefix(1);
    }
    const std::size_t mark = rest.find('e');
    const int exponent = std::atoi(rest.data() + mark + 1);
    ValueText digits;
    for (const char c : rest.substr(0, mark))
        if (c != '.') digits.append(c);
    const auto count = static_cast<int>(digits.view().size());
    if (exponent < 0) {
        text.append("0.");
        for (int i = -1; i > exponent; --i) text.append('0');
        text.append(digits.view());
        return;
    }
    for (int i = 0; i < std::max(count, exponent + 1); ++i) {
        if (i == exponent + 1) text.append('.');
        text.append(i < count ? digits.view()[static_cast<std::size_t>(i)] : '0');
    }
}

}  // namespace

void ValueText::append_number(std::uint64_t value, std::size_t width) noexcept {
    std::array<char, 20> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    const auto count = static_cast<std::size_t>(end - digits.data());
    for (std::size_t i = count; i < width; ++i) append('0');
    append({digits.data(), count});
}

ValueText text_of(std::uint64_t value) noexcept {
    ValueText text;
    text.append_number(value);
    return text;
}

ValueText text_of(std::int64_t value) noexcept {
    ValueText text;
    if (value < 0) text.append('-');
    text.append_number(value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                                 : static_cast<std::uint64_t>(value));
    return text;
}

ValueText text_of(double value) noexcept {
    ValueText text;
    if (std::isnan(value)) {
        text.append("NaN");
    } else if (std::isinf(value)) {
        text.append(value < 0 ? "-inf" : "inf");
    } else {
        append_finite(text, value);
    }
    return text;
}

ValueText text_of(Date value) noexcept {
    ValueText text;
    append_date(text, value);
    return text;
}

ValueText text_of(DateTime value, TimeForm form) noexcept {
    const CivilTime civil = value.civil();
    ValueText text;
    append_date(text, civil.date);
    text.append('T');
    text.append_number(civil.hour, 2);
    text.append(':');
    text.append_number(civil.minute, 2);
    text.append(':');
    text.append_number(civil.second, 2);
    if (form == TimeForm::seconds) return text;
    if (civil.nanosecond != 0) {
        text.append('.');
        text.append_number(civil.nanosecond, 9);
    }
    text.append('Z');
    return text;
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text) noexcept {
    return parse_whole<std::uint64_t>(text);
}

std::optional<std::int64_t> parse_signed(std::string_view text) noexcept {
    return parse_whole<std::int64_t>(text);
}

std::optional<double> parse_float(std::string_view text) noexcept {
    if (text.find('(') != std::string_view::npos) return std::nullopt;  // from_chars reads `nan(...)`
    return parse_whole<double>(text);
}

std::optional<Date> parse_date(std::string_view text) noexcept {
    TimeScanner scanner(text);
    const Date date = scanner.date();
    if (!scanner.is_good() || !scanner.is_at_end() || !date.is_valid()) return std::nullopt;
    return date;
}

std::optional<DateTime> parse_datetime(std::string_view text) noexcept {
    TimeScanner scanner(text);
    CivilTime civil{.date = scanner.date()};
    scanner.separator('T');
    civil.hour = static_cast<std::uint8_t>(scanner.number(1, 2));
    scanner.separator(':');
    civil.minute = static_cast<std::uint8_t>(scanner.number(1, 2));
    scanner.separator(':');
    civil.second = static_cast<std::uint8_t>(scanner.number(1, 2));
    if (scanner.starts_with('.')) {
        scanner.separator('.');
        civil.nanosecond = scanner.fraction();
    }
    if (scanner.starts_with('Z')) scanner.separator('Z');
    if (!scanner.is_good() || !scanner.is_at_end()) return std::nullopt;
    return DateTime::from_civil(civil);
}

void write_hex(char* to, std::span<const std::byte> bytes) noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const std::byte byte : bytes) {
        *to++ = digits[std::to_integer<std::size_t>(byte >> 4)];
        *to++ = digits[std::to_integer<std::size_t>(byte & std::byte{0xf})];
    }
}

std::optional<std::vector<std::byte>> parse_hex(std::string_view text) {
    if (!is_hex(text)) return std::nullopt;
    std::vector<std::byte> bytes(text.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte{hex_byte_at(text, 2 * i)};
    return bytes;
}

std::optional<std::uint8_t> parse_hex_byte(std::string_view text) noexcept {
    if (text.empty() || !is_hex(text)) return std::nullopt;
    return hex_byte_at(text, 0);
}

}  // namespace prosa
