#include "tvf/utf8.hpp"

#include <cstring>

namespace prosa {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t offset) noexcept {
    return static_cast<std::uint8_t>(text[offset]);
}

std::size_t skip_ascii(std::string_view text, std::size_t offset) noexcept {
    while (text.size() - offset >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + offset, 8);
        if ((word & non_ascii_bits) != 0) break;
        offset += 8;
    }
    while (offset < text.size() && byte_at(text, offset) < 0x80) ++offset;
    return offset;
}

// Bytes of the multi-byte sequence at offset, 0 when it is none. The table is RFC 3629 section 4.
std::size_t sequence_bytes(std::string_view text, std::size_t offset) noexcept {
    const std::uint8_t lead = byte_at(text, offset);
    std::size_t length = 0;
    std::uint8_t second_min = 0x80;
    std::uint8_t second_max = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        if (lead == 0xe0) second_min = 0xa0;
        if (lead == 0xed) second_max = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        if (lead == 0xf0) second_min = 0x90;
        if (lead == 0xf4) second_max = 0x8f;
    }
    if (length == 0 || text.size() - offset < length) return 0;
    const std::uint8_t second = byte_at(text, offset + 1);
    if (second < second_min || second > second_max) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((byte_at(text, offset + i) & 0xc0) != 0x80) return 0;
    return length;
}

}  // namespace

std::size_t find_utf8_fault(std::string_view text) noexcept {
    std::size_t offset = 0;
    while ((offset = skip_ascii(text, offset)) < text.size()) {
        const std::size_t length = sequence_bytes(text, offset);
        if (length == 0) return offset;
        offset += length;
    }
    return no_fault;
}

}  // namespace prosa
