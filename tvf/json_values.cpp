#include "tvf/json_values.hpp"

#include <limits>

#include "core/base/json_string.hpp"

namespace prosa::json {
namespace {

bool is_whole(std::string_view number) noexcept {
    return number.find_first_of(".eE") == std::string_view::npos;
}

// The text of a whole number, or an error at its place.
absl::StatusOr<std::string_view> read_whole(JsonReader& reader, std::string_view expected) {
    reader.peek();
    const std::size_t at = reader.offset();
    const auto number = reader.read_number(expected);
    if (number.ok() && !is_whole(*number))
        return reader.error_at(at, fmt::format("found a point or an exponent, expected {}", expected));
    return number;
}

// A string in a form of its own, or an error at its place. The value is not repeated: it may be sensitive.
template <typename Parse>
auto read_form(JsonReader& reader, std::string_view expected, Parse parse)
    -> absl::StatusOr<typename decltype(parse(std::string_view()))::value_type> {
    reader.peek();
    const std::size_t at = reader.offset();
    const auto text = reader.read_string(expected);
    if (!text.ok()) return text.status();
    auto value = parse(std::string_view(*text));
    if (!value) return reader.error_at(at, fmt::format("found other text, expected {}", expected));
    return *std::move(value);
}

}  // namespace

absl::StatusOr<std::uint64_t> read_unsigned(JsonReader& reader, std::uint64_t max) {
    // In words: twenty digits would be masked as a card number where the message is logged.
    const bool has_all_bits = max == std::numeric_limits<std::uint64_t>::max();
    const std::string expected =
        has_all_bits ? "a whole number from 0 to 2^64 - 1" : fmt::format("a whole number from 0 to {}", max);
    reader.peek();
    const std::size_t at = reader.offset();
    const auto number = read_whole(reader, expected);
    if (!number.ok()) return number.status();
    const auto value = parse_unsigned(*number);
    if (!value || *value > max)
        return reader.error_at(at, fmt::format("out of range, expected {}", expected));
    return *value;
}

absl::StatusOr<std::int64_t> read_signed(JsonReader& reader) {
    constexpr std::string_view expected = "a whole number of 64 bits with sign";
    reader.peek();
    const std::size_t at = reader.offset();
    const auto number = read_whole(reader, expected);
    if (!number.ok()) return number.status();
    const auto value = parse_signed(*number);
    if (!value) return reader.error_at(at, fmt::format("out of range, expected {}", expected));
    return *value;
}

absl::StatusOr<double> read_float(JsonReader& reader) {
    constexpr std::string_view expected = "a number, or \"NaN\", \"inf\" or \"-inf\"";
    if (reader.peek() == '"') {
        return read_form(reader, expected, [](std::string_view text) {
            return text == "NaN" || text == "inf" || text == "-inf" ? parse_float(text) : std::nullopt;
        });
    }
    const std::size_t at = reader.offset();
    const auto number = reader.read_number(expected);
    if (!number.ok()) return number.status();
    const auto value = parse_float(*number);
    if (!value)
        return reader.error_at(at,
                               "no double holds this number, expected less than 1.8e308 and not too small");
    return *value;
}

absl::StatusOr<std::uint8_t> read_byte(JsonReader& reader) {
    if (reader.take_word("true")) return std::uint8_t{1};
    if (reader.take_word("false")) return std::uint8_t{0};
    const char first = reader.peek();
    if (first == 't' || first == 'f') return reader.unexpected("true, false or a whole number from 0 to 255");
    const auto value = read_unsigned(reader, 255);
    if (!value.ok()) return value.status();
    return static_cast<std::uint8_t>(*value);
}

absl::StatusOr<std::vector<std::byte>> read_bytes(JsonReader& reader) {
    return read_form(reader, "an even number of hex digits in quotes", parse_hex);
}

absl::StatusOr<Date> read_date(JsonReader& reader) { return read_form(reader, "\"YYYY-MM-DD\"", parse_date); }

absl::StatusOr<DateTime> read_datetime(JsonReader& reader) {
    return read_form(reader, "\"YYYY-MM-DDTHH:MM:SS[.fraction][Z]\", years 1678 to 2261", parse_datetime);
}

absl::StatusOr<TvfType> infer_type(JsonReader reader) {
    constexpr std::string_view expected = "a value: string, number, true, false, object or array";
    switch (reader.peek()) {
        case '"':
            return TvfType::string;
        case '{':
        case '[':
            return TvfType::buffer;
        case 't':
        case 'f':
            return TvfType::byte;
        case 'n':
            return reader.unexpected("a value other than null: a TVF leaves the field out");
        default:
            break;
    }
    const auto number = reader.read_number(expected);
    if (!number.ok()) return number.status();
    if (!is_whole(*number)) return TvfType::float64;
    return number->starts_with('-') ? TvfType::signed64 : TvfType::unsigned64;
}

std::optional<TvfType> marked_type(std::string_view key) noexcept {
    return key.starts_with('$') ? tvf_type_of(key.substr(1)) : std::nullopt;
}

std::string path_step(std::string_view key) {
    for (const char c : key) {
        const char lower = static_cast<char>(c | 0x20);
        if (c != '_' && (c < '0' || c > '9') && (lower < 'a' || lower > 'z'))
            return fmt::format("['{}']", key);
    }
    return fmt::format(".{}", key);
}

absl::Status with_path(const absl::Status& status, std::string_view path) {
    if (path.empty()) return status;
    return invalid_argument("{} (at ${})", message_of(status), path);
}

void append_value(std::string& to, std::string_view text, bool is_quoted, TvfType type, const TagEntry* entry,
                  Exposure exposure) {
    const auto append = [&](std::string_view shown, bool is_string) {
        if (is_string) {
            append_json_string(to, shown);
        } else {
            to += shown;
        }
    };
    if (exposure == Exposure::clear) return append(text, is_quoted);
    const Sensitivity sensitivity = entry != nullptr ? entry->sensitivity : Sensitivity::clear;
    if (sensitivity == Sensitivity::secret) return append(hidden_text, true);
    if (sensitivity == Sensitivity::masked) return append(mask_middle(text), true);
    // A number or time whose meaning is declared is no PAN; everything else may be one.
    const bool is_declared_number =
        entry != nullptr && entry->type == type && type != TvfType::string && type != TvfType::bytes;
    if (is_declared_number) return append(text, is_quoted);
    const std::string masked = mask_pans(text);
    append(masked, is_quoted || masked != text);
}

}  // namespace prosa::json
