// tvf/json_of_tvf.hpp: writes a TVF as JSON; tvf_json.hpp says the form.
//
// Threads   one.
#pragma once

#include <cmath>
#include <string>

#include "core/base/json_string.hpp"
#include "tvf/json_values.hpp"
#include "tvf/tvf.hpp"

namespace prosa::json {

template <TvfReader View>
class JsonOfTvf {
  public:
    JsonOfTvf(std::string& to, Exposure exposure, TypeMarks marks) noexcept
        : to_(to), exposure_(exposure), has_marks_(marks == TypeMarks::where_needed) {}

    void append_object(const View& view, const TagDictionary& dictionary) {
        append_fields(view, dictionary, '{', '}', [&](Tag tag) {
            append_json_string(to_, dictionary.name_of(tag));
            to_ += ':';
        });
    }

    // The value of one field.
    void append_field(const View& view, Tag tag, const TagDictionary& dictionary) {
        const TagEntry* const entry = dictionary.find(tag);
        TvfType type = view.type_of(tag).value;
        if (!View::is_typed && entry != nullptr) type = entry->type.value_or(TvfType::string);
        if (!has_marks_ || is_implied(view, tag, type, entry))
            return append_value_of(view, tag, type, entry, dictionary);
        to_ += fmt::format("{{\"${}\":", name_of(type));
        append_value_of(view, tag, type, entry, dictionary);
        to_ += '}';
    }

  private:
    // Whether a reader would give the value its type without being told.
    static bool is_implied(const View& view, Tag tag, TvfType type, const TagEntry* entry) {
        if (entry != nullptr && entry->type.has_value()) return *entry->type == type;
        switch (type) {
            case TvfType::signed64:
                return view.get_signed(tag).value < 0;
            case TvfType::byte:
                return view.get_byte(tag).value < 2;  // false and true
            case TvfType::float64:
                return std::isfinite(view.get_float(tag).value);
            case TvfType::bytes:
            case TvfType::date:
            case TvfType::datetime:
                return false;
            case TvfType::unsigned64:
            case TvfType::string:
            case TvfType::buffer:
                break;
        }
        return true;
    }

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

    void append_value_of(const View& view, Tag tag, TvfType type, const TagEntry* entry,
                         const TagDictionary& dictionary) {
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
                if (const auto read = view.get_byte(tag); read.ok()) return append_byte(*read, entry, append);
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

    // An undeclared byte comes back as one only when it looks like no number.
    template <typename Append>
    void append_byte(std::uint8_t value, const TagEntry* entry, Append&& append) {
        const bool is_declared = entry != nullptr && entry->type.has_value();
        if (has_marks_ && !is_declared && value < 2) return append(value == 0 ? "false" : "true", false);
        append(text_of(std::uint64_t{value}).view(), false);
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
    bool has_marks_;
};

}  // namespace prosa::json
