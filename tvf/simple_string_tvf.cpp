// SimpleStringTvfView: reading ProSA's text form.
#include "tvf/simple_string_tvf.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "tvf/simple_string_field.hpp"
#include "tvf/tvf_text.hpp"
#include "tvf/utf8.hpp"

namespace prosa {

SimpleField field_at(std::string_view text, std::size_t offset) noexcept {
    SimpleField field;
    const auto refuse = [&](FieldFault fault, std::size_t at) {
        field.fault = fault;
        field.fault_offset = at;
        return field;
    };
    const std::size_t tag_end = text.find(';', offset);
    if (tag_end == std::string_view::npos) return refuse(FieldFault::no_tag_end, offset);
    const auto tag = parse_unsigned(text.substr(offset, tag_end - offset));
    if (!tag || *tag > std::numeric_limits<Tag>::max()) return refuse(FieldFault::tag, offset);
    field.tag = static_cast<Tag>(*tag);
    const std::size_t length_begin = tag_end + 1;
    const std::size_t length_end = text.find(';', length_begin);
    if (length_end == std::string_view::npos && length_begin == text.size())
        return refuse(FieldFault::no_length, length_begin);
    const auto length = parse_unsigned(text.substr(length_begin, length_end - length_begin));
    if (!length || length_end == std::string_view::npos) return refuse(FieldFault::length, length_begin);
    const std::size_t value_begin = length_end + 1;
    if (*length >= text.size() - value_begin) return refuse(FieldFault::overrun, value_begin);
    field.value = text.substr(value_begin, *length);
    field.end = value_begin + *length + 1;
    if (text[field.end - 1] != ';') return refuse(FieldFault::no_terminator, field.end - 1);
    return field;
}

std::size_t find_simple_field(std::string_view text, std::size_t begin, std::size_t end, Tag tag) noexcept {
    while (begin < end) {
        const SimpleField field = field_at(text, begin);
        if (field.fault != FieldFault::none) return end;
        if (field.tag == tag) return begin;
        begin = field.end;
    }
    return end;
}

namespace {

absl::Status status_of(const SimpleField& field) {
    const std::size_t at = field.fault_offset;
    switch (field.fault) {
        case FieldFault::none:
            break;
        case FieldFault::no_tag_end:
            return invalid_argument(
                "SimpleStringTvf at byte {}: no complete field, expected `tag;length;value;`", at);
        case FieldFault::tag:
            return invalid_argument(
                "SimpleStringTvf at byte {}: no tag, expected a decimal number below 2^32", at);
        case FieldFault::no_length:
            return invalid_argument("SimpleStringTvf at byte {}: no length after tag {}, expected `length;`",
                                    at, field.tag);
        case FieldFault::length:
            return invalid_argument(
                "SimpleStringTvf at byte {}: bad length of field {}, expected a decimal number "
                "of bytes and `;`",
                at, field.tag);
        case FieldFault::overrun:
            return invalid_argument(
                "SimpleStringTvf at byte {}: field {} and its `;` run over the end of the text", at,
                field.tag);
        case FieldFault::no_terminator:
            return invalid_argument("SimpleStringTvf at byte {}: bad termination of field {}, expected `;`",
                                    at, field.tag);
    }
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SimpleStringTvfView> SimpleStringTvfView::parse(std::string_view text) {
    if (text.size() > tvf_message_bytes_max)
        return invalid_argument("SimpleStringTvf of {} bytes: too large, expected at most {}", text.size(),
                                tvf_message_bytes_max);
    SimpleStringTvfView view(text);
    SeenTags seen;
    std::uint32_t count = 0;
    for (std::size_t offset = 0; offset < text.size();) {
        const SimpleField field = field_at(text, offset);
        if (field.fault != FieldFault::none) return status_of(field);
        if (!is_utf8(field.value))
            return invalid_argument("SimpleStringTvf at byte {}: the value of field {} is not UTF-8", offset,
                                    field.tag);
        if (++count > simple_string_fields_max)
            return invalid_argument("SimpleStringTvf at byte {}: more than {} fields", offset,
                                    simple_string_fields_max);
        view.has_duplicates_ =
            view.has_duplicates_ ||
            (seen.maybe_contains(field.tag) && find_simple_field(text, 0, offset, field.tag) < offset);
        seen.add(field.tag);
        offset = field.end;
    }
    return view;
}

std::size_t SimpleStringTvfView::size() const noexcept {
    std::size_t count = 0;
    for (auto it = tags().begin(); it != tags().end(); ++it) ++count;
    return count;
}

TvfResult<std::string_view> SimpleStringTvfView::get_string(Tag tag) const noexcept {
    std::size_t offset = find_simple_field(text_, cursor_, text_.size(), tag);
    if (offset == text_.size() && cursor_ != 0) {
        const std::size_t wrapped = find_simple_field(text_, 0, cursor_, tag);
        offset = wrapped < cursor_ ? wrapped : offset;
    }
    if (offset == text_.size()) return {.error = TvfError::not_found};
    SimpleField found = field_at(text_, offset);
    if (has_duplicates_) {
        while ((offset = find_simple_field(text_, found.end, text_.size(), tag)) < text_.size())
            found = field_at(text_, offset);
    }
    cursor_ = found.end;
    return {.value = found.value};
}

namespace {

// What a getter returns of text that may have been found and may have been parsed.
template <typename T>
TvfResult<T> result_of(TvfError lookup, std::optional<T> parsed, TvfError otherwise) {
    if (lookup != TvfError::none) return {.error = lookup};
    if (!parsed) return {.error = otherwise};
    return {.value = *std::move(parsed)};
}

}  // namespace

TvfResult<std::uint64_t> SimpleStringTvfView::get_unsigned(Tag tag) const noexcept {
    const auto text = get_string(tag);
    return result_of(text.error, parse_unsigned(*text), TvfError::type_mismatch);
}

TvfResult<std::int64_t> SimpleStringTvfView::get_signed(Tag tag) const noexcept {
    const auto text = get_string(tag);
    return result_of(text.error, parse_signed(*text), TvfError::type_mismatch);
}

TvfResult<std::uint8_t> SimpleStringTvfView::get_byte(Tag tag) const noexcept {
    const auto text = get_string(tag);
    return result_of(text.error, parse_hex_byte(*text), TvfError::type_mismatch);
}

TvfResult<double> SimpleStringTvfView::get_float(Tag tag) const noexcept {
    const auto text = get_string(tag);
    return result_of(text.error, parse_float(*text), TvfError::type_mismatch);
}

TvfResult<std::vector<std::byte>> SimpleStringTvfView::get_bytes(Tag tag) const {
    const auto text = get_string(tag);
    return result_of(text.error, parse_hex(*text), TvfError::type_mismatch);
}

TvfResult<Date> SimpleStringTvfView::get_date(Tag tag) const noexcept {
    const auto text = get_string(tag);
    return result_of(text.error, parse_date(*text), TvfError::conversion);
}

TvfResult<DateTime> SimpleStringTvfView::get_datetime(Tag tag) const noexcept {
    const auto text = get_string(tag);
    return result_of(text.error, parse_datetime(*text), TvfError::conversion);
}

TvfResult<SimpleStringTvfView> SimpleStringTvfView::get_buffer(Tag tag) const {
    const auto text = get_string(tag);
    if (!text) return {.error = text.error};
    if (depth_ == tvf_depth_max) return {.error = TvfError::limit};
    auto nested = parse(*text);
    if (!nested.ok()) return {.error = TvfError::serialization};
    nested->depth_ = depth_ + 1;
    return {.value = *nested};
}

SimpleStringTvfView::Tags::Iterator::Iterator(std::string_view text, std::size_t offset,
                                              bool has_duplicates) noexcept
    : text_(text), offset_(offset), has_duplicates_(has_duplicates) {
    skip_overwritten();
}

Tag SimpleStringTvfView::Tags::Iterator::operator*() const noexcept { return field_at(text_, offset_).tag; }

SimpleStringTvfView::Tags::Iterator& SimpleStringTvfView::Tags::Iterator::operator++() noexcept {
    const SimpleField field = field_at(text_, offset_);
    offset_ = field.fault == FieldFault::none ? field.end : text_.size();
    skip_overwritten();
    return *this;
}

// Of a tag that occurs twice only the last field counts.
void SimpleStringTvfView::Tags::Iterator::skip_overwritten() noexcept {
    while (has_duplicates_ && offset_ < text_.size()) {
        const SimpleField field = field_at(text_, offset_);
        if (find_simple_field(text_, field.end, text_.size(), field.tag) == text_.size()) return;
        offset_ = field.end;
    }
}

}  // namespace prosa
