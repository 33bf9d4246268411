#include "apps/prosa/convert/simple_messages.hpp"

#include <algorithm>

#include "tvf/simple_string_field.hpp"
#include "tvf/simple_string_tvf.hpp"
#include "tvf/tvf_copy.hpp"

namespace prosa::convert {
namespace {

constexpr std::size_t field_head_bytes_max = 64;  // of `tag;length;`, with zeros in front

absl::Status find_duplicate(std::string_view text) {
    for (std::size_t offset = 0; offset < text.size();) {
        const SimpleField field = field_at(text, offset);
        if (find_simple_field(text, 0, offset, field.tag) < offset)
            return invalid_argument(
                "SimpleStringTvf at byte {}: field {} a second time, expected each tag once", offset,
                field.tag);
        offset = field.end;
    }
    return absl::OkStatus();
}

// A getter takes the last field of a tag; the others would be lost without a word.
absl::Status check_tags(const SimpleStringTvfView& view, const TagDictionary& dictionary) {
    if (view.has_duplicates()) return find_duplicate(view.text());
    for (const Tag tag : view.tags()) {
        const TagEntry* const entry = dictionary.find(tag);
        if (entry == nullptr || entry->type != TvfType::buffer) continue;
        const auto nested = view.get_buffer(tag);
        if (!nested.ok()) continue;  // copying it says why
        if (absl::Status checked = check_tags(nested.value, dictionary.nested_at(tag)); !checked.ok())
            return invalid_argument("field {}: {}", tag, message_of(checked));
    }
    return absl::OkStatus();
}

}  // namespace

SimpleFrame::State SimpleFrame::scan(std::string_view text) noexcept {
    while (at_ < text.size()) {
        if (text[at_] == '\n') return State::complete;
        if (const State state = state_of_field(text); state != State::complete) return state;
    }
    return State::incomplete;
}

// Complete: at_ is behind the field.
SimpleFrame::State SimpleFrame::state_of_field(std::string_view text) noexcept {
    const std::string_view head = text.substr(at_, field_head_bytes_max);
    const std::size_t tag_end = std::min(head.find(';'), head.size());
    const std::size_t head_end = std::min(head.find(';', tag_end + 1), head.size());
    const bool is_whole_head = head_end < head.size();
    if (head.substr(0, head_end).find('\n') != std::string_view::npos) return State::broken;
    if (!is_whole_head) return head.size() < field_head_bytes_max ? State::incomplete : State::broken;
    const SimpleField field = field_at(text, at_);
    if (field.fault == FieldFault::overrun)
        return text.size() - at_ <= tvf_message_bytes_max ? State::incomplete : State::broken;
    if (field.fault != FieldFault::none) return State::broken;
    at_ = field.end;
    return State::complete;
}

absl::StatusOr<std::optional<FlatTvf>> SimpleMessages::next() {
    begin_byte_ = input_.place().byte;
    SimpleFrame frame;
    SimpleFrame::State state = frame.scan(input_.unread());
    bool has_ended = false;
    while (state == SimpleFrame::State::incomplete && !has_ended &&
           input_.unread().size() <= tvf_message_bytes_max) {
        const auto is_more = input_.read_more();
        if (!is_more.ok()) return is_more.status();
        has_ended = !*is_more;
        state = frame.scan(input_.unread());
    }
    if (has_ended && input_.unread().empty()) return std::optional<FlatTvf>();
    const bool is_complete = state == SimpleFrame::State::complete;
    auto message = decode(input_.unread().substr(0, is_complete ? frame.bytes() : std::string_view::npos));
    if (!message.ok()) return message.status();
    // Of what has arrived; the rest of the input would decide whether it can be decoded.
    if (state == SimpleFrame::State::broken)
        return invalid_argument("SimpleStringTvf at byte {}: a tag and a length of more than {} bytes",
                                frame.bytes(), field_head_bytes_max);
    input_.consume(is_complete ? frame.bytes() + 1 : input_.unread().size());
    return std::optional<FlatTvf>(*std::move(message));
}

absl::StatusOr<FlatTvf> SimpleMessages::decode(std::string_view text) const {
    const auto view = SimpleStringTvfView::parse(text);
    if (!view.ok()) return view.status();
    if (absl::Status checked = check_tags(*view, dictionary_); !checked.ok()) return checked;
    FlatTvf message;
    absl::Status copied;
    const TvfError error = message.edit([&](FlatTvfWriter& writer) {
        copied = TvfCopy<SimpleStringTvfView, FlatTvfWriter>().copy(*view, writer, dictionary_);
    });
    if (!copied.ok()) return copied;
    if (error != TvfError::none) return invalid_argument("SimpleStringTvf: {}", name_of(error));
    return message;
}

}  // namespace prosa::convert
