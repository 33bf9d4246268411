#include "apps/prosa/convert/json_messages.hpp"

#include <algorithm>

#include "tvf/tvf_json.hpp"

namespace prosa::convert {
namespace {

constexpr std::uint32_t brackets_max = 64;  // each of 32 levels may name its type: {"$buffer":{
static_assert(brackets_max == 2 * tvf_depth_max, "deeper text cannot be a TVF");
constexpr std::size_t text_bytes_max = std::size_t{64} << 20;
static_assert(text_bytes_max >= 4 * std::size_t{tvf_message_bytes_max},
              "hex digits and escapes need more room");

}  // namespace

JsonFrame::State JsonFrame::scan(std::string_view text) noexcept {
    for (; at_ < text.size(); ++at_) {
        const State state = is_in_string_ ? take_in_string(text[at_]) : take(text[at_]);
        if (state == State::complete) ++at_;
        if (state != State::incomplete) return state;
    }
    return State::incomplete;
}

JsonFrame::State JsonFrame::take_in_string(char c) noexcept {
    if (static_cast<unsigned char>(c) < 0x20) return State::broken;
    if (is_escaped_) {
        is_escaped_ = false;
    } else if (c == '\\') {
        is_escaped_ = true;
    } else if (c == '"') {
        is_in_string_ = false;
    }
    return State::incomplete;
}

JsonFrame::State JsonFrame::take(char c) noexcept {
    if (depth_ == 0 && c != '{') return State::broken;
    switch (c) {
        case '"':
            is_in_string_ = true;
            return State::incomplete;
        case '{':
        case '[':
            return open(c == '[');
        case '}':
        case ']':
            return close(c == ']');
        default:
            return State::incomplete;
    }
}

JsonFrame::State JsonFrame::open(bool is_array) noexcept {
    if (depth_ == brackets_max) return State::broken;
    ++depth_;
    arrays_ = arrays_ << 1 | (is_array ? 1 : 0);
    return State::incomplete;
}

JsonFrame::State JsonFrame::close(bool is_array) noexcept {
    if (((arrays_ & 1) != 0) != is_array) return State::broken;
    arrays_ >>= 1;
    --depth_;
    return depth_ == 0 ? State::complete : State::incomplete;
}

absl::StatusOr<std::optional<FlatTvf>> JsonMessages::next() {
    const auto has_more = skip_white_space();
    if (!has_more.ok()) return has_more.status();
    if (!*has_more) return std::optional<FlatTvf>();
    begin_byte_ = input_.place().byte;
    JsonFrame frame;
    JsonFrame::State state = frame.scan(input_.unread());
    while (state == JsonFrame::State::incomplete) {
        if (input_.unread().size() > text_bytes_max)
            return invalid_argument("JSON line {}, column {} (byte {}): an object of more than {} bytes",
                                    input_.place().line, input_.place().column, input_.place().byte,
                                    text_bytes_max);
        const auto is_more = input_.read_more();
        if (!is_more.ok()) return is_more.status();
        if (!*is_more) break;
        state = frame.scan(input_.unread());
    }
    if (state != JsonFrame::State::complete) return decode(input_.unread()).status();
    auto message = decode(input_.unread().substr(0, frame.bytes()));
    if (!message.ok()) return message.status();
    input_.consume(frame.bytes());
    return std::optional<FlatTvf>(*std::move(message));
}

absl::StatusOr<bool> JsonMessages::skip_white_space() {
    for (;;) {
        const std::string_view unread = input_.unread();
        const std::size_t begin = std::min(unread.find_first_not_of(" \t\r\n"), unread.size());
        input_.consume(begin);
        if (begin < unread.size()) return true;
        const auto is_more = input_.read_more();
        if (!is_more.ok() || !*is_more) return is_more;
    }
}

absl::StatusOr<FlatTvf> JsonMessages::decode(std::string_view text) const {
    return from_json<FlatTvf>(text, dictionary_, input_.place());
}

}  // namespace prosa::convert
