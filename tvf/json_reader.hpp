// tvf/json_reader.hpp: takes JSON (RFC 8259) apart, token by token, and forgives nothing.
//
// Own code because no library of Debian is as strict as a payment message needs: nlohmann-json and RapidJSON
// keep the last of two equal keys in silence and turn integers beyond 64 bits into doubles.
//
// Errors    line, column and byte, what was found, what was expected. Refused: bytes that are not UTF-8, lone
//           surrogates, control characters in strings, numbers in other forms than JSON's, anything behind
//           the end.
// Threads   one.  Allocates for strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

// Where a text begins in what it was cut from; errors count from there.
struct JsonOrigin {
    std::uint64_t line = 1;    // 1-based
    std::uint64_t column = 1;  // 1-based, in bytes
    std::uint64_t byte = 0;
};

class JsonReader {
  public:
    explicit JsonReader(std::string_view text, JsonOrigin origin = {}) noexcept
        : text_(text), origin_(origin) {}

    // The next character that is no white space, not taken; '\0' at the end.
    PROSA_API char peek() noexcept;
    // Takes the character if it is next.
    PROSA_API bool take(char c) noexcept;
    // True if this text is next; takes white space only.
    PROSA_API bool starts_with(std::string_view text) noexcept;
    // Takes the character, or error: what was expected, in words.
    PROSA_API absl::Status expect(char c, std::string_view expected);

    PROSA_API absl::StatusOr<std::string> read_string(std::string_view expected);
    // The number's text, as RFC 8259 section 6 has it.
    PROSA_API absl::StatusOr<std::string_view> read_number(std::string_view expected);
    // True if the word (`true`, `false`, `null`) is next; takes it.
    PROSA_API bool take_word(std::string_view word) noexcept;
    PROSA_API absl::Status expect_end();

    std::size_t offset() const noexcept { return offset_; }
    // An error at an offset: "JSON line L, column C (byte B): {what}".
    PROSA_API absl::Status error_at(std::size_t offset, std::string_view what) const;
    // An error at the next token: "found {token}, expected {expected}".
    PROSA_API absl::Status unexpected(std::string_view expected);

  private:
    absl::Status read_escape(std::string& to);
    absl::StatusOr<std::uint32_t> read_code_unit();

    std::string_view text_;
    JsonOrigin origin_;
    std::size_t offset_ = 0;
};

}  // namespace prosa
