// tvf/tvf_json.hpp: JSON to TVF and back, by a tag dictionary.
//
// Keys      a name of the dictionary, or a decimal tag. Two keys of one object that mean the same tag are an
//           error.
// Declared  a field whose type the dictionary declares is read as that type:
//             unsigned, signed, byte   an integer in the type's range (byte also true and false)
//             float                    a number, or "NaN", "inf", "-inf"
//             string                   a string
//             bytes                    a string of hex digits
//             date                     "YYYY-MM-DD"
//             datetime                 "YYYY-MM-DDTHH:MM:SS", optionally a fraction of up to 9 digits, and `Z`
//             buffer                   an object, or an array (tags 1 to n)
//           Written back the same way, so that TVF -> JSON -> TVF loses nothing of declared fields.
// Inferred  other fields: integers from 0 on -> unsigned, below 0 -> signed, numbers with point or exponent ->
//           float, strings -> string, true and false -> byte 1 and 0, objects and arrays -> buffer. null is
//           an error.
// Marked    an object whose only key is `$` and a type's name says the type of its value, whatever is declared:
//           {"$date":"2023-06-05"}. TypeMarks::where_needed writes it for each value that would come back as
//           another type, so that TVF -> JSON -> TVF loses nothing at all (but the payload of a NaN).
// Written   in the order of the body; a nested TVF without dictionary whose tags are 1 to n in order is an
//           array. Of an implementation without types (SimpleStringTvf) an undeclared field is written as a
//           string.
// Exposure  clear shows everything: for storage and peers only. masked hides as the dictionary's sensitivity
//           says and masks what looks like a PAN in undeclared fields and in all text: for people, logs and
//           pages.
// Limits    as tvf.hpp.  Errors: line, column and byte, what was expected, and the path of the value. Not for
//           the path of a transaction.
#pragma once

#include <string>
#include <string_view>

#include "tvf/json_of_tvf.hpp"
#include "tvf/tvf_of_json.hpp"

namespace prosa {

// Puts the fields of one JSON object into a writer; finish() is the caller's. Nothing may follow the object.
template <TvfWriter Writer>
absl::Status read_json(std::string_view text, const TagDictionary& dictionary, Writer& writer,
                       JsonOrigin origin = {}) {
    JsonReader reader(text, origin);
    json::TvfReaderOfJson<Writer> object(reader);
    if (absl::Status status = object.read_object(writer, dictionary); !status.ok())
        return json::with_path(status, object.path());
    return reader.expect_end();
}

// A TVF that owns what one JSON object says.
template <typename T>
absl::StatusOr<T> from_json(std::string_view text, const TagDictionary& dictionary, JsonOrigin origin = {}) {
    T tvf;
    absl::Status status;
    const TvfError error =
        tvf.edit([&](typename T::Writer& writer) { status = read_json(text, dictionary, writer, origin); });
    if (!status.ok()) return status;
    if (error != TvfError::none) return invalid_argument("JSON: {}", name_of(error));
    return tvf;
}

// One JSON object on one line.
template <TvfReader View>
std::string to_json(const View& view, const TagDictionary& dictionary, Exposure exposure,
                    TypeMarks marks = TypeMarks::none) {
    std::string text;
    json::JsonOfTvf<View>(text, exposure, marks).append_object(view, dictionary);
    return text;
}

// What people, logs and pages may see.
template <TvfReader View>
std::string masked_text(const View& view, const TagDictionary& dictionary) {
    return to_json(view, dictionary, Exposure::masked);
}

}  // namespace prosa
