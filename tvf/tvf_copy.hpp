// tvf/tvf_copy.hpp: puts the fields of a TVF into the writer of another implementation.
//
// Types     a typed field keeps its type. Of an implementation without types (SimpleStringTvf) the dictionary
//           says it; a field that it does not declare is a string.
// Lost      the text form has no fractions of a second: how many date-times had one is counted.
// Errors    the field's path, what was wrong, what was expected. Values are not repeated.
// Threads   one. Not for the path of a transaction.
#pragma once

#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "tvf/json_values.hpp"
#include "tvf/tvf.hpp"

namespace prosa {

// What text of a type looks like, for an error.
PROSA_API std::string_view form_of(TvfType type) noexcept;

template <TvfReader View, TvfWriter Writer>
class TvfCopy {
  public:
    // finish() of the writer is the caller's.
    absl::Status copy(const View& view, Writer& writer, const TagDictionary& dictionary) {
        const absl::Status status = copy_level(view, writer, dictionary);
        return status.ok() ? status : json::with_path(status, path_);
    }

    std::uint64_t cut_times() const noexcept { return cut_times_; }

  private:
    absl::Status copy_level(const View& view, Writer& writer, const TagDictionary& dictionary) {
        for (const Tag tag : view.tags()) {
            absl::Status status = copy_field(view, writer, tag, dictionary);
            if (status.ok() && writer.error() != TvfError::none)
                status = invalid_argument("{}", name_of(writer.error()));
            if (status.ok()) continue;
            path_.insert(0, json::path_step(dictionary.name_of(tag)));
            return status;
        }
        return absl::OkStatus();
    }

    static TvfType type_of(const View& view, Tag tag, const TagDictionary& dictionary) {
        if constexpr (View::is_typed) return view.type_of(tag).value;
        const TagEntry* const entry = dictionary.find(tag);
        return entry != nullptr ? entry->type.value_or(TvfType::string) : TvfType::string;
    }

    absl::Status copy_field(const View& view, Writer& writer, Tag tag, const TagDictionary& dictionary) {
        const TvfType type = type_of(view, tag, dictionary);
        const auto put = [type](const auto& read, auto&& with) {
            if (!read.ok())
                return invalid_argument("the value is no {}, expected {}", name_of(type), form_of(type));
            with(read.value);
            return absl::OkStatus();
        };
        switch (type) {
            case TvfType::unsigned64:
                return put(view.get_unsigned(tag), [&](auto value) { writer.put_unsigned(tag, value); });
            case TvfType::signed64:
                return put(view.get_signed(tag), [&](auto value) { writer.put_signed(tag, value); });
            case TvfType::byte:
                return put(view.get_byte(tag), [&](auto value) { writer.put_byte(tag, value); });
            case TvfType::float64:
                return put(view.get_float(tag), [&](auto value) { writer.put_float(tag, value); });
            case TvfType::string:
                return put(view.get_string(tag), [&](auto value) { writer.put_string(tag, value); });
            case TvfType::bytes:
                return put(view.get_bytes(tag), [&](const auto& value) { writer.put_bytes(tag, value); });
            case TvfType::date:
                return put(view.get_date(tag), [&](auto value) { writer.put_date(tag, value); });
            case TvfType::datetime:
                return put(view.get_datetime(tag), [&](auto value) { put_datetime(writer, tag, value); });
            case TvfType::buffer:
                return copy_buffer(view, writer, tag, dictionary.nested_at(tag));
        }
        return absl::OkStatus();
    }

    void put_datetime(Writer& writer, Tag tag, DateTime value) {
        if (!Writer::View::is_typed && value.civil().nanosecond != 0) ++cut_times_;
        writer.put_datetime(tag, value);
    }

    absl::Status copy_buffer(const View& view, Writer& writer, Tag tag, const TagDictionary& dictionary) {
        const auto nested = view.get_buffer(tag);
        if (nested.error == TvfError::limit)
            return invalid_argument("nested deeper than {} levels", tvf_depth_max);
        if (!nested.ok())
            return invalid_argument("the value is no buffer, expected {}", form_of(TvfType::buffer));
        absl::Status status;
        writer.put_buffer(tag, [&](Writer& child) { status = copy_level(nested.value, child, dictionary); });
        return status;
    }

    std::string path_;
    std::uint64_t cut_times_ = 0;
};

}  // namespace prosa
