#include "core/stats/base64.hpp"

#include <array>
#include <cstdint>

namespace prosa {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> make_digits() {
    std::array<std::uint8_t, 256> digits{};
    for (auto& digit : digits) digit = no_digit;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return digits;
}
constexpr std::array<std::uint8_t, 256> digit_of = make_digits();

std::size_t padding_of(std::string_view text) noexcept {
    return text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::string_view group = bytes.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= group.size() ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
    }
    return text;
}

absl::StatusOr<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0)
        return invalid_argument("expected base64, a multiple of 4 characters, got {}", text.size());
    const std::size_t digit_count = text.size() - padding_of(text);
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    for (std::size_t at = 0; at < digit_count; ++at) {
        const std::uint8_t digit = digit_of[static_cast<unsigned char>(text[at])];
        if (digit == no_digit)
            return invalid_argument("expected base64, got the byte {:#04x} at its character {}",
                                    static_cast<unsigned char>(text[at]), at);
        bits = bits << 6 | digit;
        const std::size_t held_bits = (at % 4 + 1) * 6;
        if (held_bits >= 12) bytes += static_cast<char>(bits >> (held_bits % 8) & 0xff);
    }
    return bytes;
}

}  // namespace prosa
