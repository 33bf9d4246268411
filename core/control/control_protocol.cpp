#include "core/control/control_protocol.hpp"

#include <charconv>

namespace prosa {
namespace {

constexpr std::string_view ok_word = "ok ";
constexpr std::string_view error_word = "error ";
constexpr std::size_t header_bytes_max = 32;

unsigned char byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

// Bytes of the UTF-8 sequence that starts there (RFC 3629, table 3-7 of Unicode); 0: there is none.
std::size_t sequence_bytes(std::string_view text) {
    const unsigned lead = byte_at(text, 0);
    if (lead < 0x80) return 1;
    const std::size_t bytes = lead >= 0xC2 && lead < 0xE0   ? 2
                              : lead >= 0xE0 && lead < 0xF0 ? 3
                              : lead >= 0xF0 && lead < 0xF5 ? 4
                                                            : 0;
    if (bytes == 0 || text.size() < bytes) return 0;
    for (std::size_t i = 1; i < bytes; ++i)
        if ((byte_at(text, i) & 0xC0) != 0x80) return 0;
    const unsigned second = byte_at(text, 1);
    const bool is_wrong = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                          (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
    return is_wrong ? 0 : bytes;
}

}  // namespace

absl::Status check_request(std::string_view line) {
    if (line.empty()) return invalid_argument("the request is empty, expected a command");
    if (line.size() >= request_bytes_max)
        return invalid_argument("the request is longer than {} bytes", request_bytes_max - 1);
    for (std::size_t at = 0; at < line.size();) {
        const unsigned byte = byte_at(line, at);
        if (byte < 0x20 || byte == 0x7f)
            return invalid_argument("byte {} of the request is the control character {:#04x}, expected text",
                                    at, byte);
        const std::size_t bytes = sequence_bytes(line.substr(at));
        if (bytes == 0)
            return invalid_argument("byte {} of the request is {:#04x}, which is no UTF-8 text", at, byte);
        at += bytes;
    }
    return absl::OkStatus();
}

std::string encode_answer(const ControlAnswer& answer) {
    return fmt::format("{}{}\n{}", answer.is_ok ? ok_word : error_word, answer.text.size(), answer.text);
}

absl::StatusOr<std::optional<ControlAnswer>> decode_answer(std::string_view bytes) {
    const auto no_answer = [] {
        return make_error(absl::StatusCode::kDataLoss, "what came is no answer of an instance");
    };
    const std::size_t end = bytes.substr(0, header_bytes_max).find('\n');
    if (end == std::string_view::npos) {
        if (bytes.size() >= header_bytes_max) return no_answer();
        return std::nullopt;
    }
    const bool is_ok = bytes.starts_with(ok_word);
    if (!is_ok && !bytes.starts_with(error_word)) return no_answer();
    const std::string_view digits = bytes.substr(0, end).substr(is_ok ? ok_word.size() : error_word.size());
    std::size_t length = 0;
    const auto [rest, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (failure != std::errc() || rest != digits.data() + digits.size() || length > answer_bytes_max)
        return no_answer();
    const std::string_view text = bytes.substr(end + 1);
    if (text.size() > length) return no_answer();
    if (text.size() < length) return std::nullopt;
    return ControlAnswer{is_ok, std::string(text)};
}

}  // namespace prosa
