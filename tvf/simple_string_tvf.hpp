// tvf/simple_string_tvf.hpp: ProSA's text form of a TVF, read and written in place.
//
// Format    `<tag>;<length>;<value>;` repeated, nothing around. tag and length decimal, length in bytes of the
//           UTF-8 value, which may contain `;`. unsigned, signed: decimal. byte: two hex digits. bytes: hex.
//           float: shortest decimal without exponent. date: YYYY-MM-DD. datetime: YYYY-MM-DDTHH:MM:SS, so
//           fractions of a second are dropped. buffer: the text of the nested TVF.
// Aliasing  everything is text: a value reads as any type its text fits (byte 32 is unsigned 20). That is the
//           format. FlatTvf does not do it.
// Errors    text that is no complete field, a length beyond the text or one that cuts a character is an error with
//           its byte. The empty text is the empty TVF. Of a tag that occurs twice the last one wins.
// Order     as put; an overwritten field keeps its place, a nested TVF written in place moves to the end.
// Threads   one.
// Cost      a get scans from the field read last; get_bytes allocates; get_buffer parses one level.
// Limits    as tvf.hpp, but 4096 fields of one level, because lookups scan.
#pragma once

#include <concepts>
#include <iterator>
#include <utility>
#include <vector>

#include "core/base/body_buffer.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "tvf/owned_tvf.hpp"
#include "tvf/seen_tags.hpp"
#include "tvf/tvf.hpp"

namespace prosa {

inline constexpr std::uint32_t simple_string_fields_max = 4'096;

class SimpleStringTvfView {
  public:
    static constexpr std::string_view type_name = "SimpleStringTvf";
    static constexpr bool is_typed = false;  // a field is text; its reader knows the type

    SimpleStringTvfView() noexcept = default;  // empty

    // Error: what, at which byte, what was expected.
    PROSA_API static absl::StatusOr<SimpleStringTvfView> parse(std::string_view text);
    static absl::StatusOr<SimpleStringTvfView> validate(std::span<const std::byte> bytes) {
        return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    // For text that a writer of this process wrote.
    static SimpleStringTvfView trusted(std::span<const std::byte> bytes) noexcept {
        return SimpleStringTvfView({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }

    std::string_view text() const noexcept { return text_; }
    std::span<const std::byte> bytes() const noexcept { return std::as_bytes(std::span(text_)); }
    // A tag occurs more than once in the text.
    bool has_duplicates() const noexcept { return has_duplicates_; }

    bool is_empty() const noexcept { return text_.empty(); }
    PROSA_API std::size_t size() const noexcept;  // O(fields)
    bool contains(Tag tag) const noexcept { return get_string(tag).ok(); }
    // Text does not tell: string for every field there is.
    TvfResult<TvfType> type_of(Tag tag) const noexcept { return {TvfType::string, get_string(tag).error}; }

    PROSA_API TvfResult<std::string_view> get_string(Tag tag) const noexcept;
    PROSA_API TvfResult<std::uint64_t> get_unsigned(Tag tag) const noexcept;
    PROSA_API TvfResult<std::int64_t> get_signed(Tag tag) const noexcept;
    PROSA_API TvfResult<std::uint8_t> get_byte(Tag tag) const noexcept;
    PROSA_API TvfResult<double> get_float(Tag tag) const noexcept;
    PROSA_API TvfResult<std::vector<std::byte>> get_bytes(Tag tag) const;
    PROSA_API TvfResult<Date> get_date(Tag tag) const noexcept;
    PROSA_API TvfResult<DateTime> get_datetime(Tag tag) const noexcept;
    PROSA_API TvfResult<SimpleStringTvfView> get_buffer(Tag tag) const;

    class Tags;
    Tags tags() const noexcept;

  private:
    explicit SimpleStringTvfView(std::string_view text) noexcept : text_(text) {}

    std::string_view text_;
    mutable std::size_t cursor_ = 0;  // where the next field in written order begins
    std::uint32_t depth_ = 1;
    bool has_duplicates_ = false;
};

class SimpleStringTvfView::Tags {
  public:
    class Iterator {
      public:
        using difference_type = std::ptrdiff_t;
        using value_type = Tag;
        Iterator() noexcept = default;
        PROSA_API Iterator(std::string_view text, std::size_t offset, bool has_duplicates) noexcept;
        PROSA_API Tag operator*() const noexcept;
        PROSA_API Iterator& operator++() noexcept;
        Iterator operator++(int) noexcept {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const noexcept { return offset_ == other.offset_; }

      private:
        void skip_overwritten() noexcept;

        std::string_view text_;
        std::size_t offset_ = 0;
        bool has_duplicates_ = false;
    };

    Tags(std::string_view text, bool has_duplicates) noexcept
        : text_(text), has_duplicates_(has_duplicates) {}
    Iterator begin() const noexcept { return {text_, 0, has_duplicates_}; }
    Iterator end() const noexcept { return {text_, text_.size(), has_duplicates_}; }

  private:
    std::string_view text_;
    bool has_duplicates_;
};

inline SimpleStringTvfView::Tags SimpleStringTvfView::tags() const noexcept {
    return {text_, has_duplicates_};
}

// As FlatTvfWriter: construct, put, finish(); the first error sticks; values must not lie in the buffer
// written.
class SimpleStringTvfWriter {
  public:
    using View = SimpleStringTvfView;

    explicit SimpleStringTvfWriter(BodyBuffer& body) noexcept : body_(&body) { body.size_bytes = 0; }
    // Continues text that is already in the buffer. O(fields).
    PROSA_API static SimpleStringTvfWriter reopen(BodyBuffer& body) noexcept;

    PROSA_API TvfError put_unsigned(Tag tag, std::uint64_t value) noexcept;
    PROSA_API TvfError put_signed(Tag tag, std::int64_t value) noexcept;
    PROSA_API TvfError put_byte(Tag tag, std::uint8_t value) noexcept;
    PROSA_API TvfError put_float(Tag tag, double value) noexcept;
    PROSA_API TvfError put_string(Tag tag, std::string_view value) noexcept;
    PROSA_API TvfError put_bytes(Tag tag, std::span<const std::byte> value) noexcept;
    PROSA_API TvfError put_date(Tag tag, Date value) noexcept;
    PROSA_API TvfError put_datetime(Tag tag, DateTime value) noexcept;
    PROSA_API TvfError put_buffer(Tag tag, const SimpleStringTvfView& value) noexcept;
    template <std::invocable<SimpleStringTvfWriter&> Fill>
    TvfError put_buffer(Tag tag, Fill&& fill) {
        SimpleStringTvfWriter child = begin_buffer(tag);
        std::forward<Fill>(fill)(child);
        return end_buffer(child);
    }
    PROSA_API SimpleStringTvfWriter begin_buffer(Tag tag) noexcept;
    PROSA_API TvfError end_buffer(SimpleStringTvfWriter& child) noexcept;

    PROSA_API bool contains(Tag tag) const noexcept;
    PROSA_API bool remove(Tag tag) noexcept;
    [[nodiscard]] PROSA_API TvfError finish() noexcept;
    TvfError error() const noexcept { return error_; }

  private:
    std::string_view level_text() const noexcept {
        return {reinterpret_cast<const char*>(body_->data) + begin_, size_ - begin_};
    }
    TvfError fail(TvfError error) noexcept;
    bool make_room(std::size_t needed_bytes) noexcept;
    char* claim(Tag tag, std::size_t value_bytes) noexcept;
    TvfError put_text(Tag tag, std::string_view value) noexcept;

    BodyBuffer* body_;
    std::uint32_t begin_ = 0;  // of this level's text
    std::uint32_t size_ = 0;   // bytes of the buffer in use
    std::uint32_t field_count_ = 0;
    SeenTags seen_;
    Tag tag_ = 0;  // of this nested TVF in its parent
    std::uint32_t depth_ = 1;
    TvfError error_ = TvfError::none;
};

using SimpleStringTvf = OwnedTvf<SimpleStringTvfWriter>;

static_assert(TvfReader<SimpleStringTvfView> && TvfWriter<SimpleStringTvfWriter>);

}  // namespace prosa
