#include "adaptors/injector/line_time.hpp"

#include <algorithm>

#include "tvf/json_reader.hpp"
#include "tvf/tvf.hpp"
#include "tvf/tvf_text.hpp"

namespace prosa {
namespace {

constexpr std::uint64_t at_us_max = 1'000'000'000'000;
constexpr std::size_t decimals_max = 3;
constexpr std::string_view expected_time =
    "microseconds from 0 to 10^12 with at most three decimals, such as 12.345";

bool skip_value(JsonReader& reader, std::uint32_t depth);

bool skip_nested(JsonReader& reader, char begin, char end, std::uint32_t depth) {
    if (depth > tvf_depth_max || !reader.take(begin)) return false;
    if (reader.take(end)) return true;
    do {
        if (begin == '{' && !(reader.read_string("a key").ok() && reader.take(':'))) return false;
        if (!skip_value(reader, depth)) return false;
    } while (reader.take(','));
    return reader.take(end);
}

// False when there is none, or it is nested deeper than any transaction.
bool skip_value(JsonReader& reader, std::uint32_t depth) {
    const char first = reader.peek();
    if (first == '{') return skip_nested(reader, '{', '}', depth + 1);
    if (first == '[') return skip_nested(reader, '[', ']', depth + 1);
    if (first == '"') return reader.read_string("a string").ok();
    return reader.take_word("true") || reader.take_word("false") || reader.take_word("null") ||
           reader.read_number("a value").ok();
}

// Null when the number is no such time.
std::optional<Nanos> parse_microseconds(std::string_view number) {
    const std::size_t point = std::min(number.find('.'), number.size());
    std::string decimals(number.substr(std::min(point + 1, number.size())));
    if (decimals.size() > decimals_max) return std::nullopt;
    decimals.resize(decimals_max, '0');
    const auto us = parse_unsigned(number.substr(0, point));
    const auto ns = parse_unsigned(decimals);
    if (!us || !ns || *us > at_us_max || (*us == at_us_max && *ns > 0)) return std::nullopt;
    return static_cast<Nanos>(*us) * ns_per_us + static_cast<Nanos>(*ns);
}

absl::StatusOr<std::optional<Nanos>> read_time(JsonReader& reader) {
    const auto number = reader.read_number(expected_time);
    if (!number.ok()) return invalid_argument("at_us is no number, expected {}", expected_time);
    const std::optional<Nanos> at_ns = parse_microseconds(*number);
    if (!at_ns) return invalid_argument("at_us is {}, expected {}", *number, expected_time);
    return at_ns;
}

}  // namespace

absl::StatusOr<std::optional<Nanos>> read_line_time(std::string_view line) {
    JsonReader reader(line);
    if (!reader.take('{')) return std::optional<Nanos>();
    do {
        const auto key = reader.read_string("a key");
        if (!key.ok() || !reader.take(':')) break;
        if (*key == "at_us") return read_time(reader);
        if (!skip_value(reader, 1)) break;
    } while (reader.take(','));
    return std::optional<Nanos>();
}

std::string microseconds_text(Nanos ns) {
    std::string text = fmt::format("{}.{:03}", ns / ns_per_us, ns % ns_per_us);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace prosa
