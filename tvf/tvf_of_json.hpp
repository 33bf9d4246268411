// tvf/tvf_of_json.hpp: puts what a JSON object says into a TVF writer; tvf_json.hpp says the form.
//
// Errors    JsonReader's; path() then says which value.
// Threads   one; one object for one text.
#pragma once

#include <limits>
#include <string>

#include "tvf/json_values.hpp"
#include "tvf/tvf.hpp"

namespace prosa::json {

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
        const bool was_empty = is_empty(writer);
        KeySet keys;
        do {
            reader_.peek();
            const std::size_t at = reader_.offset();
            const auto key = reader_.read_string("a key in quotes");
            if (!key.ok()) return key.status();
            const auto tag = dictionary.tag_of(*key);
            if (!tag.ok()) return reader_.error_at(at, mask_pans(message_of(tag.status())));
            if (!keys.add(*tag)) return reader_.error_at(at, fmt::format("field {} occurs twice", *key));
            if (absl::Status status = reader_.expect(':', "`:`"); !status.ok()) return status;
            absl::Status status = read_member(writer, *tag, dictionary, depth, was_empty);
            if (!status.ok()) {
                path_.insert(0, path_step(*key));
                return status;
            }
        } while (reader_.take(','));
        return reader_.expect('}', "`,` or `}`");
    }

    // Where the value lies that an error is about, from the outermost object on: `.sub[2].flag`.
    const std::string& path() const noexcept { return path_; }

  private:
    static constexpr bool can_put_new = requires(Writer & writer) {
        writer.put_new(Tag(), [] {});
    };

    static bool is_empty(const Writer& writer) noexcept {
        if constexpr (can_put_new) return writer.is_empty();
        return false;
    }

    // A new tag, which the keys have shown to be one, needs no look into the writer: 65535 of them in any
    // order are cheap.
    absl::Status read_member(Writer& writer, Tag tag, const TagDictionary& dictionary, std::uint32_t depth,
                             bool is_new) {
        absl::Status status;
        const auto read = [&] { status = read_value(writer, tag, dictionary, depth); };
        if constexpr (can_put_new) {
            is_new ? writer.put_new(tag, read) : read();
        } else {
            read();
        }
        return status;
    }

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
            if (absl::Status status = read_value(writer, ++tag, dictionary, depth); !status.ok()) {
                path_.insert(0, fmt::format("[{}]", tag - 1));
                return status;
            }
        } while (reader_.take(','));
        return reader_.expect(']', "`,` or `]`");
    }

    absl::Status read_value(Writer& writer, Tag tag, const TagDictionary& dictionary, std::uint32_t depth) {
        reader_.peek();
        const std::size_t at = reader_.offset();
        const TagEntry* const entry = dictionary.find(tag);
        const bool is_marked = reader_.starts_with("{") && is_mark_next();
        const auto type = is_marked                                     ? take_mark()
                          : entry != nullptr && entry->type.has_value() ? *entry->type
                                                                        : infer_type(reader_);
        if (!type.ok()) return type.status();
        if (absl::Status status = put_value(writer, tag, *type, dictionary, depth); !status.ok())
            return status;
        if (is_marked && !reader_.take('}')) return reader_.unexpected("`}` behind the value of a type");
        if (writer.error() == TvfError::none) return absl::OkStatus();
        return reader_.error_at(
            at, fmt::format("field {}: {}", dictionary.name_of(tag), name_of(writer.error())));
    }

    bool is_mark_next() const noexcept {
        JsonReader ahead = reader_;
        return ahead.take('{') && ahead.starts_with("\"$");
    }

    // `{"$date":`, up to the value.
    absl::StatusOr<TvfType> take_mark() {
        reader_.take('{');
        reader_.peek();
        const std::size_t at = reader_.offset();
        const auto key = reader_.read_string("a type");
        if (!key.ok()) return key.status();
        const auto type = marked_type(*key);
        if (!type)
            return reader_.error_at(at,
                                    "unknown type, expected one of $unsigned, $signed, $byte, $float, "
                                    "$string, $bytes, $date, $datetime, $buffer");
        if (absl::Status status = reader_.expect(':', "`:`"); !status.ok()) return status;
        return *type;
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
    std::string path_;
};

}  // namespace prosa::json
