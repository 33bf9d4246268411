// FlatTvfView::validate: one pass over foreign bytes. The pass itself carries only a cause and an offset; the
// text of an error is put together when there is one.
#include <algorithm>
#include <array>
#include <vector>

#include "tvf/flat_tvf_view.hpp"
#include "tvf/seen_tags.hpp"
#include "tvf/utf8.hpp"

namespace prosa {
namespace {

enum class Cause : std::uint8_t {
    none,
    too_short,
    version,
    message_bytes,
    field_count,
    too_many_fields,
    type,
    value_bytes,
    value_overrun,
    padding,
    date,
    utf8,
    duplicate,
    depth,
};

struct Fault {
    Cause cause = Cause::none;
    std::uint32_t offset = 0;
};

// A level with this many fields or fewer is searched for duplicates field by field.
constexpr std::uint32_t scanned_fields_max = 64;

[[gnu::noinline]] bool has_duplicate_tags(const std::byte* data, std::uint32_t begin, std::uint32_t end) {
    std::vector<Tag> tags;
    for (std::uint32_t offset = begin; offset < end;
         offset += flat::field_bytes_of(flat::load_word(data + offset)))
        tags.push_back(flat::tag_of(flat::load_word(data + offset)));
    std::sort(tags.begin(), tags.end());
    return std::adjacent_find(tags.begin(), tags.end()) != tags.end();
}

// All words of a value of more than 32 bytes, or-ed together.
[[gnu::noinline]] std::uint64_t bits_of_long(const std::byte* value, std::uint32_t value_bytes) noexcept {
    std::uint64_t bits = 0;
    for (std::uint32_t offset = 0; offset < value_bytes; offset += 8) bits |= flat::load_word(value + offset);
    return bits;
}

// The same of any value that is not empty. Of a short one always four words are read, some of them twice:
// cheaper than a loop whose length must be guessed.
[[gnu::always_inline]] inline std::uint64_t bits_of(const std::byte* value,
                                                    std::uint32_t value_bytes) noexcept {
    if (value_bytes > 32) return bits_of_long(value, value_bytes);
    const std::uint32_t last = (value_bytes - 1) & ~7U;
    const auto word_at = [&](std::uint32_t offset) {
        return flat::load_word(value + std::min(offset, last));
    };
    return word_at(0) | word_at(8) | word_at(16) | word_at(last);
}

// Whether the bytes of the last word behind the value are zero. The value is not empty.
[[gnu::always_inline]] inline bool has_zero_padding(const std::byte* value,
                                                    std::uint32_t value_bytes) noexcept {
    const std::uint32_t padding_bytes = -value_bytes & 7U;
    const std::uint64_t last_word = flat::load_word(value + ((value_bytes - 1) & ~7U));
    return last_word >> 8 >> (56 - 8 * padding_bytes) == 0;  // in two steps: a shift by 64 is undefined
}

// What a fixed type allows: the bytes of its value, and the bits of its word that are not padding.
struct FixedRule {
    std::uint32_t value_bytes = 0;  // 0: not a fixed type
    std::uint64_t value_bits = 0;
};

constexpr std::array<FixedRule, 256> fixed_rules = [] {
    std::array<FixedRule, 256> rules{};
    for (const TvfType type : {TvfType::unsigned64, TvfType::signed64, TvfType::float64, TvfType::datetime})
        rules[static_cast<std::uint8_t>(type)] = {8, ~std::uint64_t{0}};
    rules[static_cast<std::uint8_t>(TvfType::byte)] = {1, 0xff};
    rules[static_cast<std::uint8_t>(TvfType::date)] = {4, 0xffff'ffff};
    return rules;
}();

[[gnu::always_inline]] inline Cause check_fixed(std::uint64_t field, const FixedRule& rule,
                                                const std::byte* value, std::uint32_t room_bytes) noexcept {
    if (flat::value_bytes_of(field) != rule.value_bytes) [[unlikely]]
        return Cause::value_bytes;
    if (room_bytes < 8) [[unlikely]]
        return Cause::value_overrun;
    const std::uint64_t word = flat::load_word(value);
    if ((word & ~rule.value_bits) != 0) [[unlikely]]
        return Cause::padding;
    const bool is_date = flat::type_of(field) == TvfType::date;
    return is_date && !flat::date_of(word).is_valid() ? Cause::date : Cause::none;
}

[[gnu::always_inline]] inline Cause check_text(std::uint64_t field, const std::byte* value) noexcept {
    const std::uint32_t value_bytes = flat::value_bytes_of(field);
    if (value_bytes == 0) return Cause::none;
    if (!has_zero_padding(value, value_bytes)) [[unlikely]]
        return Cause::padding;
    if (flat::type_of(field) != TvfType::string || (bits_of(value, value_bytes) & non_ascii_bits) == 0)
        return Cause::none;
    return is_utf8({reinterpret_cast<const char*>(value), value_bytes}) ? Cause::none : Cause::utf8;
}

Fault check_header(const std::byte* data, std::uint32_t begin, std::uint32_t end,
                   std::uint32_t depth) noexcept {
    if (depth > tvf_depth_max) return {Cause::depth, begin};
    if (end - begin < flat::header_bytes) return {Cause::too_short, begin};
    const std::uint64_t header = flat::load_word(data + begin);
    if ((header & 0xffff) != flat::version_and_flags) return {Cause::version, begin};
    if (flat::message_bytes_of(header) != end - begin || ((end - begin) & 7U) != 0)
        return {Cause::message_bytes, begin};
    return {};
}

// A tag that SeenTags cannot rule out. More than scanned_fields_max fields are sorted at the end instead.
[[gnu::noinline]] bool is_duplicate(const std::byte* data, std::uint32_t first, std::uint32_t offset,
                                    std::uint32_t count, Tag tag, bool& must_sort) noexcept {
    must_sort = must_sort || count >= scanned_fields_max;
    return !must_sort && flat::find_field(data, first, offset, tag) < offset;
}

Fault check_message(const std::byte* data, std::uint32_t begin, std::uint32_t end, std::uint32_t depth);

// The field at offset has a type of any length.
[[gnu::always_inline]] inline Fault check_variable(const std::byte* data, std::uint32_t offset,
                                                   std::uint32_t end, std::uint64_t field,
                                                   std::uint32_t depth) {
    const std::uint32_t at = offset + flat::field_header_bytes;
    const std::uint32_t value_bytes = flat::value_bytes_of(field);
    const TvfType type = flat::type_of(field);
    const bool is_buffer = type == TvfType::buffer;
    if (!is_buffer && type != TvfType::string && type != TvfType::bytes) [[unlikely]]
        return {Cause::type, offset};
    if (flat::padded(value_bytes) > end - at) [[unlikely]]
        return {Cause::value_overrun, offset};
    if (is_buffer) return check_message(data, at, at + value_bytes, depth + 1);
    return {check_text(field, data + at), offset};
}

// One level, [begin, end) of data; nested levels by recursion, at most tvf_depth_max deep. Fixed types
// advance by a constant, so that the branch predictor, not the loaded length, finds the next field.
Fault check_message(const std::byte* data, std::uint32_t begin, std::uint32_t end, std::uint32_t depth) {
    if (const Fault fault = check_header(data, begin, end, depth); fault.cause != Cause::none) return fault;
    const std::uint32_t first = begin + flat::header_bytes;
    SeenTags seen;
    bool must_sort = false;
    std::uint32_t count = 0;
    for (std::uint32_t offset = first; offset < end; ++count) {
        // Sizes are multiples of 8, so a field header is always whole.
        const std::uint64_t field = flat::load_word(data + offset);
        const Tag tag = flat::tag_of(field);
        const std::uint32_t at = offset + flat::field_header_bytes;
        if (seen.maybe_contains(tag) && is_duplicate(data, first, offset, count, tag, must_sort)) [[unlikely]]
            return {Cause::duplicate, offset};
        seen.add(tag);
        const FixedRule& rule = fixed_rules[static_cast<std::uint8_t>(flat::type_of(field))];
        if (rule.value_bytes != 0) {
            if (const Cause cause = check_fixed(field, rule, data + at, end - at); cause != Cause::none)
                [[unlikely]]
                return {cause, offset};
            offset = at + 8;
            continue;
        }
        const Fault fault = check_variable(data, offset, end, field, depth);
        if (fault.cause != Cause::none) [[unlikely]]
            return fault;
        offset = at + flat::padded(flat::value_bytes_of(field));
    }
    if (count > tvf_fields_max) return {Cause::too_many_fields, begin};
    if (count != flat::field_count_of(flat::load_word(data + begin))) return {Cause::field_count, begin};
    if (must_sort && has_duplicate_tags(data, first, end)) return {Cause::duplicate, begin};
    return {};
}

std::string text_of_field(const std::byte* data, std::uint32_t offset) {
    const std::uint64_t field = flat::load_word(data + offset);
    return fmt::format("field {} (type {}, {} bytes) at byte {}", flat::tag_of(field),
                       static_cast<int>(flat::type_of(field)), flat::value_bytes_of(field), offset);
}

absl::Status status_of(std::span<const std::byte> bytes, Fault fault) {
    const std::byte* const data = bytes.data();
    const std::uint32_t offset = fault.offset;
    switch (fault.cause) {
        case Cause::none:
            break;
        case Cause::too_short:
            return invalid_argument(
                "FlatTvf message at byte {}: shorter than its header, expected at least {} bytes", offset,
                flat::header_bytes);
        case Cause::version:
            return invalid_argument(
                "FlatTvf message at byte {}: version {} flags {}, expected version 1 flags 0", offset,
                std::to_integer<int>(data[offset]), std::to_integer<int>(data[offset + 1]));
        case Cause::message_bytes:
            return invalid_argument(
                "FlatTvf message at byte {}: says {} bytes, expected what there is, a multiple of 8", offset,
                flat::message_bytes_of(flat::load_word(data + offset)));
        case Cause::field_count:
            return invalid_argument("FlatTvf message at byte {}: says {} fields, but holds another number",
                                    offset, flat::field_count_of(flat::load_word(data + offset)));
        case Cause::too_many_fields:
            return invalid_argument("FlatTvf message at byte {}: more than {} fields", offset,
                                    tvf_fields_max);
        case Cause::depth:
            return invalid_argument("FlatTvf message at byte {}: nested deeper than the {} levels allowed",
                                    offset, tvf_depth_max);
        case Cause::duplicate:
            return invalid_argument(
                "FlatTvf: a tag occurs twice in the level seen at byte {}, expected unique tags", offset);
        case Cause::value_overrun:
            return invalid_argument("FlatTvf {}: runs over the end of its message",
                                    text_of_field(data, offset));
        case Cause::type:
            return invalid_argument("FlatTvf {}: unknown type, expected 1 to 9", text_of_field(data, offset));
        case Cause::value_bytes:
            return invalid_argument(
                "FlatTvf {}: wrong length, expected 1 for byte, 4 for date, 8 for a number",
                text_of_field(data, offset));
        case Cause::padding:
            return invalid_argument("FlatTvf {}: padding is not zero", text_of_field(data, offset));
        case Cause::date:
            return invalid_argument("FlatTvf {}: no such date, expected one of the years 0 to 9999",
                                    text_of_field(data, offset));
        case Cause::utf8:
            return invalid_argument("FlatTvf {}: text is not UTF-8", text_of_field(data, offset));
    }
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FlatTvfView> FlatTvfView::validate(std::span<const std::byte> bytes) {
    if (bytes.size() > tvf_message_bytes_max) [[unlikely]] {
        return invalid_argument("FlatTvf message of {} bytes: too large, expected at most {}", bytes.size(),
                                tvf_message_bytes_max);
    }
    const Fault fault = check_message(bytes.data(), 0, static_cast<std::uint32_t>(bytes.size()), 1);
    if (fault.cause != Cause::none) [[unlikely]]
        return status_of(bytes, fault);
    return trusted(bytes);
}

}  // namespace prosa
