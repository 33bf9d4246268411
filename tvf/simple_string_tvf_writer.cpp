// SimpleStringTvfWriter: writing ProSA's text form in place.
#include <algorithm>
#include <cstring>

#include "core/base/assert.hpp"
#include "tvf/simple_string_field.hpp"
#include "tvf/simple_string_tvf.hpp"
#include "tvf/tvf_text.hpp"
#include "tvf/utf8.hpp"

namespace prosa {
namespace {

char* text_at(const BodyBuffer& body, std::size_t offset) noexcept {
    return reinterpret_cast<char*>(body.data) + offset;
}

ValueText head_of(Tag tag, std::size_t value_bytes) noexcept {
    ValueText head = text_of(std::uint64_t{tag});
    head.append(';');
    head.append_number(value_bytes);
    head.append(';');
    return head;
}

}  // namespace

SimpleStringTvfWriter SimpleStringTvfWriter::reopen(BodyBuffer& body) noexcept {
    const std::uint32_t size = body.size_bytes;
    SimpleStringTvfWriter writer(body);
    writer.size_ = size;
    const std::string_view text = writer.level_text();
    for (std::size_t offset = 0; offset < text.size(); ++writer.field_count_) {
        const SimpleField field = field_at(text, offset);
        PROSA_ASSERT(field.fault == FieldFault::none, "only a well-formed text is continued");
        writer.seen_.add(field.tag);
        offset = field.end;
    }
    return writer;
}

TvfError SimpleStringTvfWriter::fail(TvfError error) noexcept {
    if (error_ == TvfError::none) error_ = error;
    return error;
}

bool SimpleStringTvfWriter::make_room(std::size_t needed_bytes) noexcept {
    if (needed_bytes > tvf_message_bytes_max) {
        fail(TvfError::limit);
        return false;
    }
    if (needed_bytes <= body_->capacity_bytes) return true;
    body_->size_bytes = std::min(size_, body_->capacity_bytes);
    const bool has_room = body_->reserve(static_cast<std::uint32_t>(needed_bytes));
    body_->size_bytes = 0;
    if (!has_room) fail(TvfError::full);
    return has_room;
}

// Writes head and end of a field, in the place of an old one with this tag; the value's bytes are the
// caller's.
char* SimpleStringTvfWriter::claim(Tag tag, std::size_t value_bytes) noexcept {
    if (error_ != TvfError::none) return nullptr;
    const ValueText head = head_of(tag, value_bytes);
    const std::size_t field_bytes = head.view().size() + value_bytes + 1;
    std::size_t offset = size_;
    std::size_t old_bytes = 0;
    if (seen_.maybe_contains(tag)) {
        const std::string_view text = level_text();
        const std::size_t found = find_simple_field(text, 0, text.size(), tag);
        offset = begin_ + found;
        if (found < text.size()) old_bytes = field_at(text, found).end - found;
    }
    if (old_bytes == 0 && field_count_ == simple_string_fields_max) {
        fail(TvfError::limit);
        return nullptr;
    }
    const std::size_t new_size = size_ - old_bytes + field_bytes;
    if (!make_room(new_size)) return nullptr;
    char* const at = text_at(*body_, offset);
    std::memmove(at + field_bytes, at + old_bytes, size_ - offset - old_bytes);
    head.view().copy(at, head.view().size());
    at[field_bytes - 1] = ';';
    size_ = static_cast<std::uint32_t>(new_size);
    if (old_bytes == 0) ++field_count_;
    seen_.add(tag);
    return at + head.view().size();
}

TvfError SimpleStringTvfWriter::put_text(Tag tag, std::string_view value) noexcept {
    char* const to = claim(tag, value.size());
    if (to == nullptr) return error_;
    value.copy(to, value.size());
    return TvfError::none;
}

TvfError SimpleStringTvfWriter::put_unsigned(Tag tag, std::uint64_t value) noexcept {
    return put_text(tag, text_of(value).view());
}

TvfError SimpleStringTvfWriter::put_signed(Tag tag, std::int64_t value) noexcept {
    return put_text(tag, text_of(value).view());
}

TvfError SimpleStringTvfWriter::put_byte(Tag tag, std::uint8_t value) noexcept {
    const std::byte byte{value};
    return put_bytes(tag, {&byte, 1});
}

TvfError SimpleStringTvfWriter::put_float(Tag tag, double value) noexcept {
    return put_text(tag, text_of(value).view());
}

TvfError SimpleStringTvfWriter::put_string(Tag tag, std::string_view value) noexcept {
    if (error_ == TvfError::none && !is_utf8(value)) return fail(TvfError::conversion);
    return put_text(tag, value);
}

TvfError SimpleStringTvfWriter::put_bytes(Tag tag, std::span<const std::byte> value) noexcept {
    char* const to = claim(tag, value.size() * 2);
    if (to == nullptr) return error_;
    write_hex(to, value);
    return TvfError::none;
}

TvfError SimpleStringTvfWriter::put_date(Tag tag, Date value) noexcept {
    if (error_ == TvfError::none && !value.is_valid()) return fail(TvfError::conversion);
    return put_text(tag, text_of(value).view());
}

TvfError SimpleStringTvfWriter::put_datetime(Tag tag, DateTime value) noexcept {
    return put_text(tag, text_of(value, TimeForm::seconds).view());
}

TvfError SimpleStringTvfWriter::put_buffer(Tag tag, const SimpleStringTvfView& value) noexcept {
    return put_text(tag, value.text());
}

// The child's text is written behind `tag;`; its length goes between when it is known.
SimpleStringTvfWriter SimpleStringTvfWriter::begin_buffer(Tag tag) noexcept {
    remove(tag);
    SimpleStringTvfWriter child = *this;
    child.tag_ = tag;
    child.begin_ = size_ + static_cast<std::uint32_t>(text_of(std::uint64_t{tag}).view().size()) + 1;
    child.size_ = child.begin_;
    child.field_count_ = 0;
    child.seen_ = {};
    if (++child.depth_ > tvf_depth_max) child.fail(TvfError::limit);
    if (child.error_ == TvfError::none && child.make_room(child.size_)) {
        ValueText head = text_of(std::uint64_t{tag});
        head.append(';');
        head.view().copy(text_at(*body_, size_), head.view().size());
    }
    return child;
}

TvfError SimpleStringTvfWriter::end_buffer(SimpleStringTvfWriter& child) noexcept {
    PROSA_ASSERT(child.begin_ > size_ && child.depth_ == depth_ + 1, "end_buffer of another writer's child");
    if (child.error_ != TvfError::none) return fail(child.error_);
    if (field_count_ == simple_string_fields_max) return fail(TvfError::limit);
    const std::uint32_t value_bytes = child.size_ - child.begin_;
    ValueText length = text_of(std::uint64_t{value_bytes});
    length.append(';');
    const auto length_bytes = static_cast<std::uint32_t>(length.view().size());
    const std::uint32_t parent_size = size_;
    size_ = child.size_;  // what make_room has to keep
    const bool has_room = make_room(std::size_t{child.size_} + length_bytes + 1);
    size_ = parent_size;
    if (!has_room) return error_;
    char* const value = text_at(*body_, child.begin_);
    std::memmove(value + length_bytes, value, value_bytes);
    length.view().copy(value, length_bytes);
    value[length_bytes + value_bytes] = ';';
    size_ = child.size_ + length_bytes + 1;
    ++field_count_;
    seen_.add(child.tag_);
    return TvfError::none;
}

bool SimpleStringTvfWriter::contains(Tag tag) const noexcept {
    const std::string_view text = level_text();
    return seen_.maybe_contains(tag) && find_simple_field(text, 0, text.size(), tag) < text.size();
}

bool SimpleStringTvfWriter::remove(Tag tag) noexcept {
    if (error_ != TvfError::none || !contains(tag)) return false;
    const std::string_view text = level_text();
    const std::size_t found = find_simple_field(text, 0, text.size(), tag);
    const std::size_t end = field_at(text, found).end;
    char* const at = text_at(*body_, begin_ + found);
    std::memmove(at, at + (end - found), text.size() - end);
    size_ -= static_cast<std::uint32_t>(end - found);
    --field_count_;
    return true;
}

TvfError SimpleStringTvfWriter::finish() noexcept {
    PROSA_ASSERT(depth_ == 1, "a nested writer ends by its parent's end_buffer");
    if (error_ != TvfError::none) return error_;
    body_->size_bytes = size_;
    return TvfError::none;
}

}  // namespace prosa
