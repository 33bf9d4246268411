// tvf/builder.hpp: TVF literals, for configuration, tests and examples.
//
//   const auto tvf = tvf::build<FlatTvf>(tvf::object({
//       {1, 2u}, {2, "text"}, {5, tvf::list({1u, 2.0, "three"})}, {6, tvf::date(1995, 1, 10)},
//       {7, tvf::hex("0001_0203")}, {8, tvf::object({{1, "nested"}})}}));
//
// Types     unsigned integers -> unsigned, signed -> signed, bool, char, std::uint8_t and std::byte -> byte
// (true is
//           1, false 0), floating -> float, text -> string, Bytes and hex -> bytes, Date, DateTime, object
//           and list -> buffer. A list has the tags 1 to n.
// Checked   date, datetime and hex at compile time: a date that does not exist does not compile.
// Cost      allocates; not for the path of a transaction.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/status.hpp"
#include "tvf/tvf.hpp"

namespace prosa::tvf {

using Bytes = std::vector<std::byte>;

class Value;
struct Entry;

// Fields in the order given; of a tag given twice the last one wins.
class Object {
  public:
    Object(std::initializer_list<Entry> entries);
    explicit Object(std::vector<Entry> entries);
    // Defined below, where Entry is complete.
    Object(const Object&);
    Object(Object&&) noexcept;
    Object& operator=(const Object&);
    Object& operator=(Object&&) noexcept;
    ~Object();

    template <typename Writer>
    TvfError write(Writer& writer) const;

  private:
    std::vector<Entry> entries_;
};

class Value {
  public:
    template <std::integral Integer>
    Value(Integer value) : value_(storage_of(value)) {}
    template <std::floating_point Float>
    Value(Float value) : value_(static_cast<double>(value)) {}
    Value(std::byte value) : value_(std::to_integer<std::uint8_t>(value)) {}
    Value(const char* value) : value_(std::string(value)) {}
    Value(std::string_view value) : value_(std::string(value)) {}
    Value(std::string value) : value_(std::move(value)) {}
    Value(Bytes value) : value_(std::move(value)) {}
    Value(Date value) : value_(value) {}
    Value(DateTime value) : value_(value) {}
    Value(Object value) : value_(std::move(value)) {}

    template <typename Writer>
    TvfError write(Writer& writer, Tag tag) const {
        return std::visit([&](const auto& value) { return put(writer, tag, value); }, value_);
    }

  private:
    using Storage = std::variant<std::uint64_t, std::int64_t, std::uint8_t, double, std::string, Bytes, Date,
                                 DateTime, Object>;

    template <typename Integer>
    static Storage storage_of(Integer value) {
        if constexpr (sizeof(Integer) == 1 && !std::is_same_v<Integer, signed char>) {
            return static_cast<std::uint8_t>(value);
        } else if constexpr (std::is_signed_v<Integer>) {
            return static_cast<std::int64_t>(value);
        } else {
            return static_cast<std::uint64_t>(value);
        }
    }

    template <typename Writer>
    static TvfError put(Writer& writer, Tag tag, std::uint64_t value) {
        return writer.put_unsigned(tag, value);
    }
    template <typename Writer>
    static TvfError put(Writer& writer, Tag tag, std::int64_t value) {
        return writer.put_signed(tag, value);
    }
    template <typename Writer>
    static TvfError put(Writer& writer, Tag tag, std::uint8_t value) {
        return writer.put_byte(tag, value);
    }
    template <typename Writer>
    static TvfError put(Writer& writer, Tag tag, double value) {
        return writer.put_float(tag, value);
    }
    template <typename Writer>
    static TvfError put(Writer& writer, Tag tag, const std::string& value) {
        return writer.put_string(tag, value);
    }
    template <typename Writer>
    static TvfError put(Writer& writer, Tag tag, const Bytes& value) {
        return writer.put_bytes(tag, value);
    }
    template <typename Writer>
    static TvfError put(Writer& writer, Tag tag, Date value) {
        return writer.put_date(tag, value);
    }
    template <typename Writer>
    static TvfError put(Writer& writer, Tag tag, DateTime value) {
        return writer.put_datetime(tag, value);
    }
    template <typename Writer>
    static TvfError put(Writer& writer, Tag tag, const Object& value) {
        return writer.put_buffer(tag, [&](Writer& child) { value.write(child); });
    }

    Storage value_;
};

struct Entry {
    Tag tag;
    Value value;
};

inline Object::Object(std::initializer_list<Entry> entries) : entries_(entries) {}
inline Object::Object(std::vector<Entry> entries) : entries_(std::move(entries)) {}
inline Object::Object(const Object&) = default;
inline Object::Object(Object&&) noexcept = default;
inline Object& Object::operator=(const Object&) = default;
inline Object& Object::operator=(Object&&) noexcept = default;
inline Object::~Object() = default;

template <typename Writer>
TvfError Object::write(Writer& writer) const {
    for (const Entry& entry : entries_) entry.value.write(writer, entry.tag);
    return writer.error();
}

inline Object object(std::initializer_list<Entry> entries) { return Object(entries); }

inline Object list(std::initializer_list<Value> values) {
    std::vector<Entry> entries;
    entries.reserve(values.size());
    Tag tag = 0;
    for (const Value& value : values) entries.push_back({++tag, value});
    return Object(std::move(entries));
}

consteval Date date(std::uint16_t year, std::uint8_t month, std::uint8_t day) {
    const Date date{year, month, day};
    if (!date.is_valid()) throw "no such date";
    return date;
}

consteval DateTime datetime(Date date, std::uint8_t hour, std::uint8_t minute, std::uint8_t second,
                            std::uint32_t nanosecond = 0) {
    return DateTime::from_civil({date, hour, minute, second, nanosecond}).value();
}

// Hex digits, an even number of them; `_` between them is ignored, and so is a leading `0x`.
class HexLiteral {
  public:
    consteval HexLiteral(const char* text) : text_(text) {
        if (text_.starts_with("0x")) text_.remove_prefix(2);
        std::size_t digits = 0;
        for (const char c : text_) {
            if (c == '_') continue;
            if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F'))
                throw "no hex digit";
            ++digits;
        }
        if (digits % 2 != 0) throw "an odd number of hex digits";
    }
    std::string_view text() const noexcept { return text_; }

  private:
    std::string_view text_;
};

inline Bytes hex(HexLiteral literal) {
    Bytes bytes;
    unsigned digits = 0;
    unsigned value = 0;
    for (const char c : literal.text()) {
        if (c == '_') continue;
        const auto digit = static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        value = value * 16 + digit;
        if (++digits % 2 == 0) {
            bytes.push_back(static_cast<std::byte>(value));
            value = 0;
        }
    }
    return bytes;
}

// Error: a string that is not UTF-8, a date given at run time that does not exist, or a limit passed.
template <typename T>
absl::StatusOr<T> build(const Object& object) {
    T tvf;
    const TvfError error = tvf.edit([&](typename T::Writer& writer) { object.write(writer); });
    if (error != TvfError::none) return invalid_argument("TVF literal: {}", name_of(error));
    return tvf;
}

}  // namespace prosa::tvf
