#include "core/base/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace prosa {
namespace {

struct Unit {
    std::string_view name;
    Nanos ns;
};

constexpr std::array duration_units = {
    Unit{"ns", 1},       Unit{"us", ns_per_us},    Unit{"ms", ns_per_ms},
    Unit{"s", ns_per_s}, Unit{"m", 60 * ns_per_s}, Unit{"h", 3600 * ns_per_s},
};

struct Number {
    double value;
    std::string_view rest;
};

absl::StatusOr<Number> parse_leading_number(std::string_view text, std::string_view expected) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(value) || std::signbit(value))
        return invalid_argument("'{}' is not {}", text, expected);
    return Number{value, text.substr(static_cast<std::size_t>(end - text.data()))};
}

std::string three_digits(double value) {
    const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

absl::StatusOr<Nanos> parse_duration(std::string_view text) {
    constexpr std::string_view expected = "a duration such as 250us, 50ms or 2s (units: ns us ms s m h)";
    const auto number = parse_leading_number(text, expected);
    if (!number.ok()) return number.status();
    for (const Unit& unit : duration_units) {
        if (number->rest != unit.name) continue;
        const double ns = std::round(number->value * static_cast<double>(unit.ns));
        if (ns >= static_cast<double>(std::numeric_limits<Nanos>::max()))
            return invalid_argument("'{}' is longer than the 292 years a duration can hold", text);
        return static_cast<Nanos>(ns);
    }
    return invalid_argument("'{}' is not {}", text, expected);
}

std::string format_duration(Nanos ns) {
    if (ns == 0) return "0s";
    for (std::size_t i = 4; i-- > 0;)
        if (ns % duration_units[i].ns == 0)
            return fmt::format("{}{}", ns / duration_units[i].ns, duration_units[i].name);
    return fmt::format("{}ns", ns);
}

absl::StatusOr<double> parse_rate(std::string_view text) {
    constexpr std::string_view expected = "a positive rate per second such as 250, 100k or 1.5M";
    const auto number = parse_leading_number(text, expected);
    if (!number.ok()) return number.status();
    double scale = 0;
    if (number->rest.empty()) scale = 1;
    if (number->rest == "k") scale = 1e3;
    if (number->rest == "M") scale = 1e6;
    if (number->rest == "G") scale = 1e9;
    if (scale == 0 || number->value == 0) return invalid_argument("'{}' is not {}", text, expected);
    return number->value * scale;
}

std::string human_duration(Nanos ns) {
    const auto value = static_cast<double>(ns);
    if (ns < ns_per_us) return fmt::format("{} ns", ns);
    if (ns < ns_per_ms) return three_digits(value / 1e3) + " us";
    if (ns < ns_per_s) return three_digits(value / 1e6) + " ms";
    return three_digits(value / 1e9) + " s";
}

std::string human_count(double count) {
    if (count < 1e3) return fmt::format("{:.0f}", count);
    if (count < 1e6) return three_digits(count / 1e3) + " k";
    if (count < 1e9) return three_digits(count / 1e6) + " M";
    return three_digits(count / 1e9) + " G";
}

}  // namespace prosa
