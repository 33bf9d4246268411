// FlatTvfView::validate: one pass over foreign bytes. The pass itself carries only a cause and an offset; the
// text of an error is put together when there is one.
#include <algorithm>
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

// What every padded value has: its last word, and the bits of it that must be zero.
bool has_zero_padding(const std::byte* value, std::uint32_t value_bytes) noexcept {
    const std::uint32_t rest = value_bytes & 7U;
    return rest == 0 || flat::load_word(value + (value_bytes - rest)) >> (8 * rest) == 0;
}

bool is_string(const std::byte* value, std::uint32_t value_bytes) noexcept {
    std::uint64_t bits = 0;
    for (std::uint32_t offset = 0; offset < value_bytes; offset += 8) bits |= flat::load_word(value + offset);
    return (bits & non_ascii_bits) == 0 || is_utf8({reinterpret_cast<const char*>(value), value_bytes});
}

Cause check_date(const std::byte* value) noexcept {
    const std::uint64_t word = flat::load_word(value);
    if (word >> 32 != 0) return Cause::padding;
    return flat::date_of(word).is_valid() ? Cause::none : Cause::date;
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
        const std::uint32_t value_bytes = flat::value_bytes_of(field);
        const std::uint32_t room_bytes = end - offset - flat::field_header_bytes;
        const std::byte* const value = data + offset + flat::field_header_bytes;
        if (seen.maybe_contains(tag) && is_duplicate(data, first, offset, count, tag, must_sort)) [[unlikely]]
            return {Cause::duplicate, offset};
        seen.add(tag);
        switch (flat::type_of(field)) {
            case TvfType::unsigned64:
            case TvfType::signed64:
            case TvfType::float64:
            case TvfType::datetime:
                if (value_bytes != 8) [[unlikely]]
                    return {Cause::value_bytes, offset};
                if (room_bytes < 8) [[unlikely]]
                    return {Cause::value_overrun, offset};
                offset += flat::field_header_bytes + 8;
                break;
            case TvfType::byte:
                if (value_bytes != 1) [[unlikely]]
                    return {Cause::value_bytes, offset};
                if (room_bytes < 8) [[unlikely]]
                    return {Cause::value_overrun, offset};
                if (flat::load_word(value) > 0xff) [[unlikely]]
                    return {Cause::padding, offset};
                offset += flat::field_header_bytes + 8;
                break;
            case TvfType::date:
                if (value_bytes != 4) [[unlikely]]
                    return {Cause::value_bytes, offset};
                if (room_bytes < 8) [[unlikely]]
                    return {Cause::value_overrun, offset};
                if (const Cause cause = check_date(value); cause != Cause::none) [[unlikely]]
                    return {cause, offset};
                offset += flat::field_header_bytes + 8;
                break;
            case TvfType::string:
            case TvfType::bytes:
                if (flat::padded(value_bytes) > room_bytes) [[unlikely]]
                    return {Cause::value_overrun, offset};
                if (!has_zero_padding(value, value_bytes)) [[unlikely]]
                    return {Cause::padding, offset};
                if (flat::type_of(field) == TvfType::string && !is_string(value, value_bytes)) [[unlikely]]
                    return {Cause::utf8, offset};
                offset += flat::field_header_bytes + flat::padded(value_bytes);
                break;
            case TvfType::buffer: {
                if (flat::padded(value_bytes) > room_bytes) [[unlikely]]
                    return {Cause::value_overrun, offset};
                const std::uint32_t nested = offset + flat::field_header_bytes;
                const Fault fault = check_message(data, nested, nested + value_bytes, depth + 1);
                if (fault.cause != Cause::none) [[unlikely]]
                    return fault;
                offset += flat::field_header_bytes + flat::padded(value_bytes);
                break;
            }
            default:
                return {Cause::type, offset};
        }
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
