// tvf/tvf_json.hpp: JSON to TVF and back, by a tag dictionary.
//
// Keys      a name of the dictionary, or a decimal tag. Two keys of one object that mean the same tag are an
// error. Declared  a field whose type the dictionary declares is read as that type:
//             unsigned, signed, byte   an integer in the type's range (byte also true and false)
//             float                    a number, or "NaN", "inf", "-inf"
//             string                   a string
//             bytes                    a string of hex digits
//             date                     "YYYY-MM-DD"
//             datetime                 "YYYY-MM-DDTHH:MM:SS", optionally a fraction of up to 9 digits, and
//             `Z` buffer                   an object, or an array (tags 1 to n)
//           Written back the same way, so that TVF -> JSON -> TVF loses nothing of declared fields.
// Inferred  other fields: integers from 0 on -> unsigned, below 0 -> signed, numbers with point or exponent
// ->
//           float, strings -> string, true and false -> byte 1 and 0, objects and arrays -> buffer. null is
//           an error.
// Written   in the order of the body; a nested TVF without dictionary whose tags are 1 to n in order is an
// array.
//           Of an implementation without types (SimpleStringTvf) an undeclared field is written as a string.
// Exposure  clear shows everything: for storage and peers only. masked hides as the dictionary's sensitivity
// says
//           and masks what looks like a PAN in undeclared fields and in all text: for people, logs and pages.
// Limits    as tvf.hpp.  Errors: line, column and byte, what was expected. Not for the path of a transaction.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "tvf/json_reader.hpp"
#include "tvf/masking.hpp"
#include "tvf/tag_dictionary.hpp"
#include "tvf/tvf.hpp"
#include "tvf/tvf_text.hpp"

namespace prosa {

enum class Exposure : std::uint8_t { masked, clear };

namespace json {

// A number of a value, already checked to be whole and in range.
PROSA_API absl::StatusOr<std::uint64_t> read_unsigned(JsonReader& reader, std::uint64_t max);
PROSA_API absl::StatusOr<std::int64_t> read_signed(JsonReader& reader);
PROSA_API absl::StatusOr<double> read_float(JsonReader& reader);
PROSA_API absl::StatusOr<std::uint8_t> read_byte(JsonReader& reader);
PROSA_API absl::StatusOr<std::vector<std::byte>> read_bytes(JsonReader& reader);
PROSA_API absl::StatusOr<Date> read_date(JsonReader& reader);
PROSA_API absl::StatusOr<DateTime> read_datetime(JsonReader& reader);

// The type an undeclared value has by its looks. Error: null, or no value at all.
PROSA_API absl::StatusOr<TvfType> infer_type(JsonReader reader);

// How a value of text that is quoted (or not) appears under an exposure.
PROSA_API void append_value(std::string& to, std::string_view text, bool is_quoted, TvfType type,
                            const TagEntry* entry, Exposure exposure);

// Refuses a second key for one tag.
class KeySet {
  public:
    bool add(Tag tag) { return seen_.try_emplace(tag, true).second; }

  private:
    absl::flat_hash_map<Tag, bool> seen_;
};

template <TvfWriter Writer>
class TvfReaderOfJson {
  public:
    explicit TvfReaderOfJson(JsonReader& reader) noexcept : reader_(reader) {}

    absl::Status read_object(Writer& writer, const TagDictionary& dictionary, std::uint32_t depth = 1) {
        if (absl::Status status = open('{', "an object `{`", depth); !status.ok()) return status;
        if (reader_.take('}')) return absl::OkStatus();
        KeySet keys;
        do {
            reader_.peek();
            const std::size_t at = reader_.offset();
            const auto key = reader_.read_string("a key in quotes");
            if (!key.ok()) return key.status();
            const auto tag = dictionary.tag_of(*key);
            if (!tag.ok()) return reader_.error_at(at, message_of(tag.status()));
            if (!keys.add(*tag)) return reader_.error_at(at, fmt::format("field {} occurs twice", *key));
            if (absl::Status status = reader_.expect(':', "`:`"); !status.ok()) return status;
            if (absl::Status status = read_value(writer, *tag, dictionary, depth); !status.ok())
                return status;
        } while (reader_.take(','));
        return reader_.expect('}', "`,` or `}`");
    }

  private:
    absl::Status open(char bracket, std::string_view expected, std::uint32_t depth) {
        if (depth > tvf_depth_max)
            return reader_.error_at(reader_.offset(),
                                    fmt::format("nested deeper than {} levels", tvf_depth_max));
        return reader_.expect(bracket, expected);
    }

    absl::Status read_array(Writer& writer, const TagDictionary& dictionary, std::uint32_t depth) {
        if (absl::Status status = open('[', "an array `[`", depth); !status.ok()) return status;
        if (reader_.take(']')) return absl::OkStatus();
        Tag tag = 0;
        do {
            if (absl::Status status = read_value(writer, ++tag, dictionary, depth); !status.ok())
                return status;
        } while (reader_.take(','));
        return reader_.expect(']', "`,` or `]`");
    }

    absl::Status read_value(Writer& writer, Tag tag, const TagDictionary& dictionary, std::uint32_t depth) {
        reader_.peek();
        const std::size_t at = reader_.offset();
        const TagEntry* const entry = dictionary.find(tag);
        absl::StatusOr<TvfType> type = TvfType::buffer;
        type = entry != nullptr && entry->type.has_value() ? *entry->type : infer_type(reader_);
        if (!type.ok()) return type.status();
        if (absl::Status status = put_value(writer, tag, *type, dictionary, depth); !status.ok())
            return status;
        if (writer.error() == TvfError::none) return absl::OkStatus();
        return reader_.error_at(
            at, fmt::format("field {}: {}", dictionary.name_of(tag), name_of(writer.error())));
    }

    absl::Status put_value(Writer& writer, Tag tag, TvfType type, const TagDictionary& dictionary,
                           std::uint32_t depth) {
        const auto put = [&](const auto& read, auto&& with) {
            if (!read.ok()) return read.status();
            with(*read);
            return absl::OkStatus();
        };
        switch (type) {
            case TvfType::unsigned64:
                return put(read_unsigned(reader_, std::numeric_limits<std::uint64_t>::max()),
                           [&](std::uint64_t value) { writer.put_unsigned(tag, value); });
            case TvfType::signed64:
                return put(read_signed(reader_), [&](std::int64_t value) { writer.put_signed(tag, value); });
            case TvfType::byte:
                return put(read_byte(reader_), [&](std::uint8_t value) { writer.put_byte(tag, value); });
            case TvfType::float64:
                return put(read_float(reader_), [&](double value) { writer.put_float(tag, value); });
            case TvfType::string:
                return put(reader_.read_string("a string"),
                           [&](const std::string& value) { writer.put_string(tag, value); });
            case TvfType::bytes:
                return put(read_bytes(reader_),
                           [&](const std::vector<std::byte>& value) { writer.put_bytes(tag, value); });
            case TvfType::date:
                return put(read_date(reader_), [&](Date value) { writer.put_date(tag, value); });
            case TvfType::datetime:
                return put(read_datetime(reader_), [&](DateTime value) { writer.put_datetime(tag, value); });
            case TvfType::buffer:
                return put_buffer(writer, tag, dictionary.nested_at(tag), depth);
        }
        return absl::OkStatus();
    }

    absl::Status put_buffer(Writer& writer, Tag tag, const TagDictionary& dictionary, std::uint32_t depth) {
        absl::Status status;
        writer.put_buffer(tag, [&](Writer& child) {
            status = reader_.peek() == '[' ? read_array(child, dictionary, depth + 1)
                                           : read_object(child, dictionary, depth + 1);
        });
        return status;
    }

    JsonReader& reader_;
};

template <TvfReader View>
class JsonOfTvf {
  public:
    JsonOfTvf(std::string& to, Exposure exposure) noexcept : to_(to), exposure_(exposure) {}

    void append_object(const View& view, const TagDictionary& dictionary) {
        append_fields(view, dictionary, '{', '}', [&](Tag tag) {
            append_json_string(to_, dictionary.name_of(tag));
            to_ += ':';
        });
    }

  private:
    template <typename AppendKey>
    void append_fields(const View& view, const TagDictionary& dictionary, char open, char close,
                       AppendKey&& append_key) {
        to_ += open;
        bool is_first = true;
        for (const Tag tag : view.tags()) {
            if (!is_first) to_ += ',';
            is_first = false;
            append_key(tag);
            append_field(view, tag, dictionary);
        }
        to_ += close;
    }

    static bool is_list(const View& view, const TagDictionary& dictionary) {
        if (view.is_empty() || !dictionary.entries().empty()) return false;
        Tag expected = 0;
        for (const Tag tag : view.tags())
            if (tag != ++expected) return false;
        return true;
    }

    void append_field(const View& view, Tag tag, const TagDictionary& dictionary) {
        const TagEntry* const entry = dictionary.find(tag);
        TvfType type = view.type_of(tag).value;
        if (!View::is_typed && entry != nullptr) type = entry->type.value_or(TvfType::string);
        const auto append = [&](std::string_view text, bool is_quoted) {
            append_value(to_, text, is_quoted, type, entry, exposure_);
        };
        switch (type) {
            case TvfType::unsigned64:
                if (const auto read = view.get_unsigned(tag); read.ok())
                    return append(text_of(*read).view(), false);
                break;
            case TvfType::signed64:
                if (const auto read = view.get_signed(tag); read.ok())
                    return append(text_of(*read).view(), false);
                break;
            case TvfType::byte:
                if (const auto read = view.get_byte(tag); read.ok())
                    return append(text_of(std::uint64_t{*read}).view(), false);
                break;
            case TvfType::float64:
                if (const auto read = view.get_float(tag); read.ok()) return append_float(*read, append);
                break;
            case TvfType::bytes:
                if (const auto read = view.get_bytes(tag); read.ok()) return append_bytes(read.value, append);
                break;
            case TvfType::date:
                if (const auto read = view.get_date(tag); read.ok())
                    return append(text_of(*read).view(), true);
                break;
            case TvfType::datetime:
                if (const auto read = view.get_datetime(tag); read.ok())
                    return append(text_of(*read, TimeForm::exact).view(), true);
                break;
            case TvfType::buffer:
                if (const auto read = view.get_buffer(tag); read.ok())
                    return append_buffer(*read, dictionary.nested_at(tag), entry);
                break;
            case TvfType::string:
                break;
        }
        append(view.get_string(tag).value, true);
    }

    // JSON has no infinities; and `2` alone would come back as an integer.
    template <typename Append>
    void append_float(double value, Append&& append) {
        std::string text(text_of(value).view());
        const bool is_finite = text.find_first_not_of("-.0123456789") == std::string::npos;
        if (is_finite && text.find('.') == std::string::npos) text += ".0";
        append(text, !is_finite);
    }

    template <typename Append>
    void append_bytes(std::span<const std::byte> bytes, Append&& append) {
        std::string text(bytes.size() * 2, '\0');
        write_hex(text.data(), bytes);
        const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const bool hides_pan = exposure_ == Exposure::masked && mask_pans(raw) != raw;  // a PAN in ASCII
        append(hides_pan ? hidden_text : text, true);
    }

    void append_buffer(const View& view, const TagDictionary& dictionary, const TagEntry* entry) {
        if (exposure_ == Exposure::masked && entry != nullptr && entry->sensitivity != Sensitivity::clear) {
            append_json_string(to_, hidden_text);
        } else if (is_list(view, dictionary)) {
            append_fields(view, dictionary, '[', ']', [](Tag) {});
        } else {
            append_object(view, dictionary);
        }
    }

    std::string& to_;
    Exposure exposure_;
};

}  // namespace json

// Puts the fields of one JSON object into a writer; finish() is the caller's. Nothing may follow the object.
template <TvfWriter Writer>
absl::Status read_json(std::string_view text, const TagDictionary& dictionary, Writer& writer) {
    JsonReader reader(text);
    if (absl::Status status = json::TvfReaderOfJson<Writer>(reader).read_object(writer, dictionary);
        !status.ok())
        return status;
    return reader.expect_end();
}

// A TVF that owns what one JSON object says.
template <typename T>
absl::StatusOr<T> from_json(std::string_view text, const TagDictionary& dictionary) {
    T tvf;
    absl::Status status;
    const TvfError error =
        tvf.edit([&](typename T::Writer& writer) { status = read_json(text, dictionary, writer); });
    if (!status.ok()) return status;
    if (error != TvfError::none) return invalid_argument("JSON: {}", name_of(error));
    return tvf;
}

// One JSON object on one line.
template <TvfReader View>
std::string to_json(const View& view, const TagDictionary& dictionary, Exposure exposure) {
    std::string text;
    json::JsonOfTvf<View>(text, exposure).append_object(view, dictionary);
    return text;
}

// What people, logs and pages may see.
template <TvfReader View>
std::string masked_text(const View& view, const TagDictionary& dictionary) {
    return to_json(view, dictionary, Exposure::masked);
}

}  // namespace prosa
