// tvf/flat_tvf_view.hpp: reads a FlatTvf message in place.
//
// Safety    bytes from outside go through `validate` once; after that no getter can leave them. `trusted` is for
//           bytes that a FlatTvfWriter of this process wrote. The bytes must outlive the view and not change.
// Threads   one: a view remembers the field it read last. Copying a view costs nothing.
// Progress  no allocation (validate: one, when a level has more than 64 fields that do not ascend).
// Cost      reading fields in the order written: O(1) each; else O(fields). bench/tvf/flat_tvf_bench.cpp
// Format    tvf/flat_format.hpp
#pragma once

#include <algorithm>
#include <iterator>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "tvf/flat_format.hpp"

namespace prosa {

class FlatTvfView {
  public:
    static constexpr std::string_view type_name = "FlatTvf";
    static constexpr bool is_typed = true;  // a field knows its type

    FlatTvfView() noexcept = default;  // empty

    // Checks everything the getters rely on: version, sizes, counts, types, UTF-8, dates, zero padding,
    // unique tags, depth, all levels. Error: what, at which byte, what was expected. O(bytes).
    PROSA_API static absl::StatusOr<FlatTvfView> validate(std::span<const std::byte> bytes);

    static FlatTvfView trusted(std::span<const std::byte> bytes) noexcept {
        return FlatTvfView(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
    }

    bool is_empty() const noexcept { return end_ <= flat::header_bytes; }
    std::size_t size() const noexcept { return end_ == 0 ? 0 : flat::field_count_of(flat::load_word(data_)); }
    std::span<const std::byte> bytes() const noexcept { return {data_, end_}; }

    bool contains(Tag tag) const noexcept { return locate(tag) < end_; }

    TvfResult<TvfType> type_of(Tag tag) const noexcept {
        const std::uint32_t offset = locate(tag);
        if (offset >= end_) return {.error = TvfError::not_found};
        return {.value = flat::type_of(flat::load_word(data_ + offset))};
    }

    TvfResult<std::uint64_t> get_unsigned(Tag tag) const noexcept {
        return word(tag, TvfType::unsigned64, 8);
    }
    TvfResult<std::int64_t> get_signed(Tag tag) const noexcept {
        const auto read = word(tag, TvfType::signed64, 8);
        return {static_cast<std::int64_t>(read.value), read.error};
    }
    TvfResult<std::uint8_t> get_byte(Tag tag) const noexcept {
        const auto read = word(tag, TvfType::byte, 1);
        return {static_cast<std::uint8_t>(read.value), read.error};
    }
    TvfResult<double> get_float(Tag tag) const noexcept {
        const auto read = word(tag, TvfType::float64, 8);
        return {std::bit_cast<double>(read.value), read.error};
    }
    TvfResult<Date> get_date(Tag tag) const noexcept {
        const auto read = word(tag, TvfType::date, 4);
        return {read.ok() ? flat::date_of(read.value) : Date{}, read.error};
    }
    TvfResult<DateTime> get_datetime(Tag tag) const noexcept {
        const auto read = word(tag, TvfType::datetime, 8);
        return {DateTime{static_cast<std::int64_t>(read.value)}, read.error};
    }
    TvfResult<std::string_view> get_string(Tag tag) const noexcept {
        const auto read = value(tag, TvfType::string);
        return {{reinterpret_cast<const char*>(read.value.data()), read.value.size()}, read.error};
    }
    TvfResult<std::span<const std::byte>> get_bytes(Tag tag) const noexcept {
        return value(tag, TvfType::bytes);
    }
    TvfResult<FlatTvfView> get_buffer(Tag tag) const noexcept {
        const auto read = value(tag, TvfType::buffer);
        return {trusted(read.value), read.error};
    }

    // A range over the tags of this level, in the order of the body.
    class Tags;
    Tags tags() const noexcept;

  private:
    FlatTvfView(const std::byte* data, std::uint32_t end) noexcept : data_(data), end_(end) {}

    // A fixed-size field is recognised, and known to be of this type, by one comparison.
    [[gnu::always_inline]] TvfResult<std::uint64_t> word(Tag tag, TvfType type,
                                                         std::uint32_t value_bytes) const noexcept {
        std::uint32_t offset = cursor_;
        if (offset >= end_ || flat::load_word(data_ + offset) != flat::field_word(tag, type, value_bytes))
            [[unlikely]] {
            const TvfError error = search(data_, end_, cursor_, tag, type, offset);
            if (error != TvfError::none) return {.error = error};
        }
        cursor_ = offset + flat::field_header_bytes + 8;
        return {.value = flat::load_word(data_ + offset + flat::field_header_bytes)};
    }

    [[gnu::always_inline]] TvfResult<std::span<const std::byte>> value(Tag tag, TvfType type) const noexcept {
        constexpr std::uint64_t tag_and_type = (std::uint64_t{1} << 40) - 1;
        std::uint32_t offset = cursor_;
        if (offset >= end_ ||
            (flat::load_word(data_ + offset) & tag_and_type) != flat::field_word(tag, type, 0)) [[unlikely]] {
            const TvfError error = search(data_, end_, cursor_, tag, type, offset);
            if (error != TvfError::none) return {.error = error};
        }
        const std::uint64_t field = flat::load_word(data_ + offset);
        cursor_ = offset + flat::field_bytes_of(field);
        return {.value = {data_ + offset + flat::field_header_bytes, flat::value_bytes_of(field)}};
    }

    // In single words, so that the caller's view can stay in registers: a view passed by value is written and
    // loaded again in pieces of other sizes, which waits for every store before it.
    [[gnu::noinline]] static TvfError search(const std::byte* data, std::uint32_t end, std::uint32_t cursor,
                                             Tag tag, TvfType type, std::uint32_t& offset) noexcept {
        offset = locate(data, end, cursor, tag);
        if (offset >= end) return TvfError::not_found;
        const bool same = flat::type_of(flat::load_word(data + offset)) == type;
        return same ? TvfError::none : TvfError::type_mismatch;
    }

    // From the cursor to the end, then from the start. Returns `end` or more when absent.
    static std::uint32_t locate(const std::byte* data, std::uint32_t end, std::uint32_t cursor,
                                Tag tag) noexcept {
        const std::uint32_t offset = flat::find_field(data, cursor, end, tag);
        if (offset < end) return offset;
        const std::uint32_t wrapped = flat::find_field(data, flat::header_bytes, cursor, tag);
        return wrapped < cursor ? wrapped : end;
    }
    std::uint32_t locate(Tag tag) const noexcept { return locate(data_, end_, cursor_, tag); }

    const std::byte* data_ = nullptr;
    std::uint32_t end_ = 0;
    mutable std::uint32_t cursor_ = flat::header_bytes;  // where the next field in written order begins
};

class FlatTvfView::Tags {
  public:
    class Iterator {
      public:
        using difference_type = std::ptrdiff_t;
        using value_type = Tag;
        Iterator() noexcept = default;
        Iterator(const std::byte* data, std::uint32_t offset) noexcept : data_(data), offset_(offset) {}
        Tag operator*() const noexcept { return flat::tag_of(flat::load_word(data_ + offset_)); }
        Iterator& operator++() noexcept {
            offset_ += flat::field_bytes_of(flat::load_word(data_ + offset_));
            return *this;
        }
        Iterator operator++(int) noexcept {
            const Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const noexcept { return offset_ == other.offset_; }

      private:
        const std::byte* data_ = nullptr;
        std::uint32_t offset_ = 0;
    };

    explicit Tags(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}
    Iterator begin() const noexcept { return {bytes_.data(), flat::header_bytes}; }
    Iterator end() const noexcept {
        return {bytes_.data(), std::max(flat::header_bytes, static_cast<std::uint32_t>(bytes_.size()))};
    }

  private:
    std::span<const std::byte> bytes_;
};

inline FlatTvfView::Tags FlatTvfView::tags() const noexcept { return Tags(bytes()); }

static_assert(TvfReader<FlatTvfView>);

}  // namespace prosa
