// tvf/json_values.hpp: single values of a TVF in JSON; tvf_json.hpp says their forms.
//
// Errors    JsonReader's: line, column and byte, what was expected. Values are not repeated: they may be
//           sensitive.
// Threads   one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "tvf/json_reader.hpp"
#include "tvf/masking.hpp"
#include "tvf/tag_dictionary.hpp"
#include "tvf/tvf_text.hpp"

namespace prosa {

enum class Exposure : std::uint8_t { masked, clear };

// Whether a value whose type would be lost is written as `{"$date":"2023-06-05"}`.
enum class TypeMarks : std::uint8_t { none, where_needed };

}  // namespace prosa

namespace prosa::json {

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

// `$date`, as an object with a type in front of its value has it; nothing for another key.
PROSA_API std::optional<TvfType> marked_type(std::string_view key) noexcept;

// One step of a path to a value, in JSONPath's form: `.name`, or `['a name']`.
PROSA_API std::string path_step(std::string_view key);
// The error with the path behind it; unchanged when the path is empty.
PROSA_API absl::Status with_path(const absl::Status& status, std::string_view path);

// How a value of text that is quoted (or not) appears under an exposure.
PROSA_API void append_value(std::string& to, std::string_view text, bool is_quoted, TvfType type,
                            const TagEntry* entry, Exposure exposure);

}  // namespace prosa::json
