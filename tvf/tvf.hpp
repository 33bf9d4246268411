// tvf/tvf.hpp: what a TVF (tag, value, field) is: the words every implementation and its users share.
//
// A TVF maps 32-bit tags (0 included) to values of nine types. An implementation has a view that reads a
// body's bytes and a writer that fills a BodyBuffer; neither owns bytes. `OwnedTvf` (owned_tvf.hpp) owns
// them.
//
// Threads   a view or writer belongs to one thread (a view remembers where it read last); copy it for another.
// Errors    a getter or put returns a TvfError; decoding foreign bytes returns an absl::Status with the place.
// Limits    stated here, the same for every implementation unless it says otherwise.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "tvf/calendar.hpp"

namespace prosa {

using Tag = std::uint32_t;

inline constexpr std::uint32_t tvf_fields_max = 65'535;            // of one level
inline constexpr std::uint32_t tvf_depth_max = 32;                 // levels, the outermost included
inline constexpr std::uint32_t tvf_message_bytes_max = 0xff'fff8;  // 16 MiB - 8

enum class TvfType : std::uint8_t {
    buffer = 1,      // a nested TVF
    unsigned64 = 2,  // std::uint64_t
    signed64 = 3,    // std::int64_t
    byte = 4,        // std::uint8_t
    float64 = 5,     // double
    string = 6,      // UTF-8
    bytes = 7,
    date = 8,
    datetime = 9,  // UTC, nanoseconds
};

constexpr std::string_view name_of(TvfType type) noexcept {
    switch (type) {
        case TvfType::buffer:
            return "buffer";
        case TvfType::unsigned64:
            return "unsigned";
        case TvfType::signed64:
            return "signed";
        case TvfType::byte:
            return "byte";
        case TvfType::float64:
            return "float";
        case TvfType::string:
            return "string";
        case TvfType::bytes:
            return "bytes";
        case TvfType::date:
            return "date";
        case TvfType::datetime:
            return "datetime";
    }
    return "unknown";
}

// The first four failures are ProSA's.
enum class TvfError : std::uint8_t {
    none = 0,
    not_found,      // no field has this tag
    type_mismatch,  // the field holds another type
    conversion,     // the value is no such thing: text that is not UTF-8, a date that does not exist
    serialization,  // a nested TVF is malformed
    full,           // the buffer has no room and cannot grow
    limit,          // a stated limit is passed: fields, depth, bytes
};

constexpr std::string_view name_of(TvfError error) noexcept {
    switch (error) {
        case TvfError::none:
            return "none";
        case TvfError::not_found:
            return "field not found";
        case TvfError::type_mismatch:
            return "type mismatch";
        case TvfError::conversion:
            return "conversion error";
        case TvfError::serialization:
            return "serialization error";
        case TvfError::full:
            return "buffer full";
        case TvfError::limit:
            return "limit passed: 65535 fields of a level, 4096 in SimpleString; 32 levels; 16777208 bytes";
    }
    return "unknown";
}

// What a getter returns: the value, meaningful when the error is none.
template <typename T>
struct [[nodiscard]] TvfResult {
    T value{};
    TvfError error = TvfError::none;

    constexpr bool ok() const noexcept { return error == TvfError::none; }
    constexpr explicit operator bool() const noexcept { return ok(); }
    constexpr const T& operator*() const& noexcept { return value; }
    constexpr T operator*() && noexcept {
        return std::move(value);
    }  // a loop over a temporary keeps its value
    constexpr const T* operator->() const noexcept { return &value; }
    constexpr T value_or(T fallback) const { return ok() ? value : fallback; }
};

template <typename Result, typename T>
concept TvfResultOf = std::convertible_to<decltype(Result::value), T> && requires(const Result& result) {
    { result.error } -> std::convertible_to<TvfError>;
};

// Reading. bytes and string are borrowed from the body where the implementation stores them as they are, else
// owned. `tags()` is a range in the order of the body.
template <typename View>
concept TvfReader = requires(const View& view, Tag tag) {
    { view.is_empty() } -> std::same_as<bool>;
    { view.size() } -> std::convertible_to<std::size_t>;  // fields of this level
    { view.contains(tag) } -> std::same_as<bool>;
    { view.type_of(tag) } -> TvfResultOf<TvfType>;
    { view.get_unsigned(tag) } -> TvfResultOf<std::uint64_t>;
    { view.get_signed(tag) } -> TvfResultOf<std::int64_t>;
    { view.get_byte(tag) } -> TvfResultOf<std::uint8_t>;
    { view.get_float(tag) } -> TvfResultOf<double>;
    { view.get_string(tag) } -> TvfResultOf<std::string_view>;
    { view.get_bytes(tag) } -> TvfResultOf<std::span<const std::byte>>;
    { view.get_date(tag) } -> TvfResultOf<Date>;
    { view.get_datetime(tag) } -> TvfResultOf<DateTime>;
    view.get_buffer(tag).value.size();
    { *view.tags().begin() } -> std::convertible_to<Tag>;
};

// Writing. A put overwrites silently: an existing field keeps its place. A put's error may be ignored: the
// first one sticks, and finish() returns it.
template <typename Writer>
concept TvfWriter = requires(Writer& writer, Tag tag, std::string_view text,
                             std::span<const std::byte> bytes) {
    { writer.put_unsigned(tag, std::uint64_t{}) } -> std::same_as<TvfError>;
    { writer.put_signed(tag, std::int64_t{}) } -> std::same_as<TvfError>;
    { writer.put_byte(tag, std::uint8_t{}) } -> std::same_as<TvfError>;
    { writer.put_float(tag, double{}) } -> std::same_as<TvfError>;
    { writer.put_string(tag, text) } -> std::same_as<TvfError>;
    { writer.put_bytes(tag, bytes) } -> std::same_as<TvfError>;
    { writer.put_date(tag, Date{}) } -> std::same_as<TvfError>;
    { writer.put_datetime(tag, DateTime{}) } -> std::same_as<TvfError>;
    {
        writer.put_buffer(tag, [](Writer&) {})
        } -> std::same_as<TvfError>;
    { writer.contains(tag) } -> std::same_as<bool>;
    { writer.remove(tag) } -> std::same_as<bool>;  // false: there was none
    { writer.finish() } -> std::same_as<TvfError>;
};

}  // namespace prosa
