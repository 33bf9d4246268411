#include <algorithm>

#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

// The length of the UTF-8 sequence at the start of `text`, 0 when it is none (RFC 3629, section 4).
std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    // Overlong forms, surrogates, and what lies beyond U+10FFFF.
    const bool is_outside = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) ||
                            (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f);
    return is_outside ? 0 : length;
}

bool is_control(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f;
}

}  // namespace

bool holds_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

absl::Status check_source_text(std::string_view text, std::string_view name) {
    if (text.size() > settings_bytes_max)
        return invalid_argument("{}: {} bytes, expected at most {}", name, text.size(), settings_bytes_max);
    std::size_t line = 1;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        const auto byte = static_cast<unsigned>(static_cast<unsigned char>(text[at]));
        if (length == 0)
            return invalid_argument("{}:{}: byte 0x{:02x} is not UTF-8, expected UTF-8 text", name, line,
                                    byte);
        if (is_control(text[at]))
            return invalid_argument("{}:{}: control character 0x{:02x}, expected text", name, line, byte);
        if (text[at] == '\n') ++line;
        at += length;
    }
    return absl::OkStatus();
}

}  // namespace prosa
