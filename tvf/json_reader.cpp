#include "tvf/json_reader.hpp"

#include <algorithm>

#include "tvf/ascii.hpp"
#include "tvf/utf8.hpp"

namespace prosa {
namespace {

bool is_letter(char c) noexcept {
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'z';
}

void append_utf8(std::string& to, std::uint32_t code_point) {
    const auto tail = [&](unsigned shift) { to += static_cast<char>(0x80 | (code_point >> shift & 0x3f)); };
    if (code_point < 0x80) {
        to += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
        to += static_cast<char>(0xc0 | code_point >> 6);
        tail(0);
    } else if (code_point < 0x10000) {
        to += static_cast<char>(0xe0 | code_point >> 12);
        tail(6);
        tail(0);
    } else {
        to += static_cast<char>(0xf0 | code_point >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

// Bytes of the longest prefix of text that is a JSON number; 0: none is.
std::size_t number_bytes(std::string_view text) noexcept {
    std::size_t i = 0;
    const auto digits = [&] {
        const std::size_t begin = i;
        while (i < text.size() && is_digit(text[i])) ++i;
        return i - begin;
    };
    const auto next_is = [&](std::string_view any) {
        return i < text.size() && any.find(text[i]) != std::string_view::npos;
    };
    if (next_is("-")) ++i;
    if (next_is("0")) {
        ++i;
    } else if (digits() == 0) {
        return 0;
    }
    if (next_is(".")) {
        ++i;
        if (digits() == 0) return 0;
    }
    if (next_is("eE")) {
        ++i;
        if (next_is("+-")) ++i;
        if (digits() == 0) return 0;
    }
    return i;
}

}  // namespace

char JsonReader::peek() noexcept {
    while (offset_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[offset_]) != std::string_view::npos)
        ++offset_;
    return offset_ < text_.size() ? text_[offset_] : '\0';
}

bool JsonReader::take(char c) noexcept {
    if (peek() != c || offset_ == text_.size()) return false;
    ++offset_;
    return true;
}

bool JsonReader::starts_with(std::string_view text) noexcept {
    peek();
    return text_.substr(offset_).starts_with(text);
}

absl::Status JsonReader::expect(char c, std::string_view expected) {
    return take(c) ? absl::OkStatus() : unexpected(expected);
}

bool JsonReader::take_word(std::string_view word) noexcept {
    peek();
    if (!text_.substr(offset_).starts_with(word)) return false;
    const std::size_t end = offset_ + word.size();
    if (end < text_.size() && (is_digit(text_[end]) || is_letter(text_[end]))) return false;
    offset_ = end;
    return true;
}

absl::Status JsonReader::expect_end() {
    return peek() == '\0' && offset_ == text_.size() ? absl::OkStatus() : unexpected("the end of the text");
}

absl::StatusOr<std::string_view> JsonReader::read_number(std::string_view expected) {
    peek();
    const std::size_t bytes = number_bytes(text_.substr(offset_));
    if (bytes == 0) return unexpected(expected);
    const std::string_view number = text_.substr(offset_, bytes);
    const std::size_t end = offset_ + bytes;
    if (end < text_.size() && (is_digit(text_[end]) || is_letter(text_[end]) || text_[end] == '.'))
        return error_at(end, "the number goes on in no form of JSON, expected `,`, `]` or `}`");
    offset_ = end;
    return number;
}

absl::StatusOr<std::string> JsonReader::read_string(std::string_view expected) {
    if (!take('"')) return unexpected(expected);
    const std::size_t begin = offset_;
    std::string value;
    while (offset_ < text_.size() && text_[offset_] != '"') {
        const char c = text_[offset_];
        if (static_cast<unsigned char>(c) < 0x20)
            return error_at(offset_, "control character in a string, expected an escape");
        if (c == '\\') {
            if (absl::Status status = read_escape(value); !status.ok()) return status;
            continue;
        }
        const std::size_t end = std::min(text_.find_first_of("\"\\", offset_), text_.size());
        std::size_t stop = offset_;
        while (stop < end && static_cast<unsigned char>(text_[stop]) >= 0x20) ++stop;
        const std::string_view plain = text_.substr(offset_, stop - offset_);
        if (const std::size_t fault = find_utf8_fault(plain); fault != no_fault)
            return error_at(offset_ + fault, "text is not UTF-8");
        value += plain;
        offset_ = stop;
    }
    if (offset_ == text_.size()) return error_at(begin - 1, "a string without end, expected `\"`");
    ++offset_;
    return value;
}

absl::Status JsonReader::read_escape(std::string& to) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const std::size_t at = offset_++;
    const char letter = offset_ < text_.size() ? text_[offset_++] : '\0';
    if (const std::size_t index = letters.find(letter); letter != '\0' && index != std::string_view::npos) {
        to += meanings[index];
        return absl::OkStatus();
    }
    if (letter != 'u')
        return error_at(at, "unknown escape, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
    auto unit = read_code_unit();
    if (!unit.ok()) return unit.status();
    std::uint32_t code_point = *unit;
    if (code_point >= 0xdc00 && code_point <= 0xdfff)
        return error_at(at, "lone low surrogate, expected a pair");
    if (code_point >= 0xd800 && code_point <= 0xdbff) {
        if (!text_.substr(offset_).starts_with("\\u"))
            return error_at(at, "lone high surrogate, expected a low one behind it");
        offset_ += 2;
        unit = read_code_unit();
        if (!unit.ok()) return unit.status();
        if (*unit < 0xdc00 || *unit > 0xdfff)
            return error_at(at, "lone high surrogate, expected a low one behind it");
        code_point = 0x10000 + ((code_point - 0xd800) << 10) + (*unit - 0xdc00);
    }
    append_utf8(to, code_point);
    return absl::OkStatus();
}

absl::StatusOr<std::uint32_t> JsonReader::read_code_unit() {
    std::uint32_t unit = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = offset_ < text_.size() ? text_[offset_] : '\0';
        const char lower = static_cast<char>(c | 0x20);
        if (!is_digit(c) && !(is_letter(c) && lower <= 'f'))
            return error_at(offset_, "bad \\u escape, expected four hex digits");
        unit = unit * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
        ++offset_;
    }
    return unit;
}

absl::Status JsonReader::error_at(std::size_t offset, std::string_view what) const {
    const std::string_view before = text_.substr(0, offset);
    const auto lines = static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    const std::uint64_t column_before = lines == 0 ? origin_.column : 1;
    return invalid_argument("JSON line {}, column {} (byte {}): {}", origin_.line + lines,
                            column_before + (offset - line_begin), origin_.byte + offset, what);
}

absl::Status JsonReader::unexpected(std::string_view expected) {
    peek();
    if (offset_ == text_.size())
        return error_at(offset_, fmt::format("the text ends, expected {}", expected));
    const auto byte = static_cast<unsigned char>(text_[offset_]);
    if (byte < 0x20 || byte > 0x7e)
        return error_at(offset_, fmt::format("found byte 0x{:02x}, expected {}", byte, expected));
    return error_at(offset_, fmt::format("found `{}`, expected {}", text_[offset_], expected));
}

}  // namespace prosa
