// tvf/flat_tvf_writer.hpp: writes a FlatTvf message in place, straight into a BodyBuffer.
//
// Use       construct, put, finish(). Until finish() the buffer holds no message. A nested TVF is written in place
//           between begin_buffer and end_buffer (its parent is not touched meanwhile), or by put_buffer(tag, fill).
// Errors    every put returns its error and the first one sticks: later puts do nothing, finish() returns it and leaves
//           the buffer empty. Text that is not UTF-8 and dates that do not exist are refused (conversion).
// Values    must not lie in the buffer that is written: it may move.
// Overwrite an existing tag keeps its place; only then are bytes moved. A nested TVF moves to the end.
// Threads   one.  Progress: no allocation (the buffer's `grow` may).
// Cost      O(value) for a new tag; a tag that may exist costs a scan.  bench/tvf/flat_tvf_bench.cpp
#pragma once

#include <concepts>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/body_buffer.hpp"
#include "core/base/export.hpp"
#include "tvf/flat_tvf_view.hpp"
#include "tvf/seen_tags.hpp"
#include "tvf/utf8.hpp"

namespace prosa {

class FlatTvfWriter {
  public:
    using View = FlatTvfView;

    explicit FlatTvfWriter(BodyBuffer& body) noexcept
        : body_(&body), place_(Place::of(body)), size_(flat::header_bytes) {
        body.size_bytes = 0;
        if (place_.capacity_bytes < size_) [[unlikely]]
            make_room();
    }

    // Continues a message that is already in the buffer, written by this process or validated. O(fields).
    PROSA_API static FlatTvfWriter reopen(BodyBuffer& body) noexcept;

    [[gnu::always_inline]] TvfError put_unsigned(Tag tag, std::uint64_t value) noexcept {
        return put_word(tag, TvfType::unsigned64, 8, value);
    }
    [[gnu::always_inline]] TvfError put_signed(Tag tag, std::int64_t value) noexcept {
        return put_word(tag, TvfType::signed64, 8, static_cast<std::uint64_t>(value));
    }
    [[gnu::always_inline]] TvfError put_byte(Tag tag, std::uint8_t value) noexcept {
        return put_word(tag, TvfType::byte, 1, value);
    }
    [[gnu::always_inline]] TvfError put_float(Tag tag, double value) noexcept {
        return put_word(tag, TvfType::float64, 8, std::bit_cast<std::uint64_t>(value));
    }
    [[gnu::always_inline]] TvfError put_date(Tag tag, Date value) noexcept {
        if (!value.is_valid()) [[unlikely]]
            return fail(TvfError::conversion);
        return put_word(tag, TvfType::date, 4, flat::date_word(value));
    }
    [[gnu::always_inline]] TvfError put_datetime(Tag tag, DateTime value) noexcept {
        return put_word(tag, TvfType::datetime, 8, static_cast<std::uint64_t>(value.ns_since_epoch));
    }
    [[gnu::always_inline]] TvfError put_string(Tag tag, std::string_view value) noexcept {
        std::byte* const to = claim(tag, TvfType::string, value.size());
        if (to == nullptr) [[unlikely]]
            return error_;
        const std::uint64_t bits = copy_padded(to, value.data(), value.size());
        if ((bits & non_ascii_bits) != 0 && !is_utf8(value)) [[unlikely]]
            return fail(TvfError::conversion);
        return TvfError::none;
    }
    [[gnu::always_inline]] TvfError put_bytes(Tag tag, std::span<const std::byte> value) noexcept {
        std::byte* const to = claim(tag, TvfType::bytes, value.size());
        if (to == nullptr) [[unlikely]]
            return error_;
        copy_padded(to, reinterpret_cast<const char*>(value.data()), value.size());
        return TvfError::none;
    }
    // Copies a nested message. Its depth is not counted; validate refuses what comes out too deep.
    TvfError put_buffer(Tag tag, const FlatTvfView& value) noexcept {
        const std::span<const std::byte> bytes = value.bytes();
        const bool has_bytes = !bytes.empty();
        std::byte* const to = claim(tag, TvfType::buffer, has_bytes ? bytes.size() : flat::header_bytes);
        if (to == nullptr) [[unlikely]]
            return error_;
        if (has_bytes) {
            std::memcpy(to, bytes.data(), bytes.size());
        } else {
            flat::store_word(to, flat::header_word(0, flat::header_bytes));
        }
        return TvfError::none;
    }
    // Calls fill(FlatTvfWriter& child), which writes the nested message in place. What it throws passes
    // through; the message is then lost (serialization).
    template <std::invocable<FlatTvfWriter&> Fill>
    TvfError put_buffer(Tag tag, Fill&& fill) {
        FlatTvfWriter child = begin_buffer(tag);
        try {
            std::forward<Fill>(fill)(child);
        } catch (...) {
            place_ = child.place_;  // the child may have moved the buffer
            fail(TvfError::serialization);
            throw;
        }
        return end_buffer(child);
    }

    // The writer of a nested message; nothing else is written until end_buffer(child).
    [[gnu::always_inline]] FlatTvfWriter begin_buffer(Tag tag) noexcept {
        if (seen_.maybe_contains(tag)) [[unlikely]]
            remove(tag);
        FlatTvfWriter child(*this, tag);
        if (depth_ == tvf_depth_max) [[unlikely]]
            child.fail(TvfError::limit);
        if (child.place_.capacity_bytes < child.size_) [[unlikely]]
            child.make_room();
        return child;
    }

    [[gnu::always_inline]] TvfError end_buffer(FlatTvfWriter& child) noexcept {
        PROSA_ASSERT(child.begin_ == size_ + flat::field_header_bytes,
                     "end_buffer of another writer's child");
        place_ = child.place_;
        if (child.error_ != TvfError::none) [[unlikely]]
            return fail(child.error_);
        if (field_count_ == tvf_fields_max) [[unlikely]]
            return fail(TvfError::limit);
        child.write_header();
        flat::store_word(place_.data + size_,
                         flat::field_word(child.tag_, TvfType::buffer, child.size_ - child.begin_));
        size_ = child.size_;
        ++field_count_;
        seen_.add(child.tag_);
        return TvfError::none;
    }

    bool contains(Tag tag) const noexcept {
        return seen_.maybe_contains(tag) &&
               flat::find_field(place_.data, begin_ + flat::header_bytes, size_, tag) < size_;
    }

    // False: there was none. O(fields), and moves what follows.
    bool remove(Tag tag) noexcept {
        if (error_ != TvfError::none || !seen_.maybe_contains(tag)) return false;
        const Removed removed = remove_field(place_.data, begin_ + flat::header_bytes, size_, tag);
        size_ = removed.size;
        if (removed.was_there) --field_count_;
        return removed.was_there;
    }

    // Calls put(), which puts this tag. The caller knows that the level does not hold it yet, so nothing is
    // scanned: O(value) in any order of tags. A tag that was there all the same makes the message invalid.
    template <std::invocable Put>
    void put_new(Tag tag, Put&& put) {
        const SeenTags before = std::exchange(seen_, SeenTags());
        std::forward<Put>(put)();
        seen_ = before;
        seen_.add(tag);
    }

    // Whether this level has no field yet.
    bool is_empty() const noexcept { return field_count_ == 0; }

    // Completes the message: body.written() is what a FlatTvfView reads. The first error of any put, or none.
    [[nodiscard]] TvfError finish() noexcept {
        PROSA_ASSERT(depth_ == 1, "a nested writer ends by its parent's end_buffer");
        if (error_ != TvfError::none) [[unlikely]]
            return error_;
        write_header();
        body_->size_bytes = size_;
        return TvfError::none;
    }

    TvfError error() const noexcept { return error_; }

  private:
    struct Place {
        std::byte* data = nullptr;
        std::uint32_t capacity_bytes = 0;

        static Place of(const BodyBuffer& body) noexcept {
            return {body.data, std::min(body.capacity_bytes, tvf_message_bytes_max)};
        }
    };

    FlatTvfWriter(const FlatTvfWriter& parent, Tag tag) noexcept
        : body_(parent.body_),
          place_(parent.place_),
          begin_(parent.size_ + flat::field_header_bytes),
          size_(begin_ + flat::header_bytes),
          tag_(tag),
          depth_(static_cast<std::uint8_t>(parent.depth_ + 1)),
          error_(parent.error_) {}

    TvfError fail(TvfError error) noexcept {
        if (error_ == TvfError::none) error_ = error;
        place_.capacity_bytes = size_;  // sends every later put to the slow path, which sees the error
        return error;
    }

    // The header of this level does not fit.
    void make_room() noexcept {
        TvfError error = error_;
        if (error == TvfError::none) {
            const Grown grown = grow(*body_, size_, size_);
            place_ = grown.place;
            error = grown.error;
        }
        if (error != TvfError::none) fail(error);
    }

    void write_header() noexcept {
        flat::store_word(place_.data + begin_, flat::header_word(field_count_, size_ - begin_));
    }

    [[gnu::always_inline]] TvfError put_word(Tag tag, TvfType type, std::uint32_t value_bytes,
                                             std::uint64_t word) noexcept {
        std::byte* const to = claim(tag, type, value_bytes);
        if (to == nullptr) [[unlikely]]
            return error_;
        flat::store_word(to, word);
        return TvfError::none;
    }

    // Room for a value behind its field header; null, with error_ set, when there is none.
    [[gnu::always_inline]] std::byte* claim(Tag tag, TvfType type, std::size_t value_bytes) noexcept {
        const std::uint64_t field = flat::field_word(tag, type, static_cast<std::uint32_t>(value_bytes));
        const std::size_t field_bytes = flat::field_header_bytes + flat::padded_size(value_bytes);
        const bool maybe_old = seen_.maybe_contains(tag);
        seen_.add(tag);
        if (maybe_old || field_bytes > place_.capacity_bytes - size_ || field_count_ == tvf_fields_max)
            [[unlikely]] {
            const Claim claimed = claim_slowly(*body_, place_, {begin_, size_, field_count_, error_},
                                               maybe_old, field, value_bytes);
            place_ = claimed.place;
            size_ = claimed.level.size;
            field_count_ = claimed.level.field_count;
            error_ = claimed.level.error;
            return claimed.value;
        }
        std::byte* const at = place_.data + size_;
        flat::store_word(at, field);
        size_ += static_cast<std::uint32_t>(field_bytes);
        ++field_count_;
        return at + flat::field_header_bytes;
    }

    // Where one level stands, for the slow paths: they take and return values, never `this`, so that a writer
    // whose puts are inlined lives in registers.
    struct Level {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
        std::uint32_t field_count = 0;
        TvfError error = TvfError::none;
    };
    struct Claim {
        Place place;
        Level level;
        std::byte* value = nullptr;
    };

    // The put that overwrites, does not fit, passes a limit, or comes after an error.
    PROSA_API static Claim claim_slowly(BodyBuffer& body, Place place, Level level, bool maybe_old,
                                        std::uint64_t field, std::size_t value_bytes) noexcept;

    // A place with room for needed_bytes, or an error and the place as it is.
    struct Grown {
        Place place;
        TvfError error = TvfError::none;
    };
    PROSA_API static Grown grow(BodyBuffer& body, std::uint32_t used_bytes,
                                std::uint32_t needed_bytes) noexcept;

    struct Removed {
        std::uint32_t size = 0;
        bool was_there = false;
    };
    PROSA_API static Removed remove_field(std::byte* data, std::uint32_t first, std::uint32_t size,
                                          Tag tag) noexcept;

    // Copies value_bytes and zeroes the padding, by whole words; returns all words or-ed together.
    [[gnu::always_inline]] static std::uint64_t copy_padded(std::byte* to, const char* from,
                                                            std::size_t value_bytes) noexcept {
        std::uint64_t bits = 0;
        std::size_t offset = 0;
        for (; value_bytes - offset >= 8; offset += 8) {
            const std::uint64_t word = load(from + offset, 8);
            flat::store_word(to + offset, word);
            bits |= word;
        }
        const std::size_t rest = value_bytes - offset;
        if (rest != 0) {
            const std::uint64_t word =
                offset != 0 ? load(from + value_bytes - 8, 8) >> (8 * (8 - rest)) : load_short(from, rest);
            flat::store_word(to + offset, word);
            bits |= word;
        }
        return bits;
    }

    static std::uint64_t load(const char* from, std::size_t count) noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, from, count);
        return word;
    }

    // 1 to 7 bytes into a word, without a loop: loads that may overlap. No offset is formed by subtraction:
    // GCC would warn of a negative one on paths that never run.
    static std::uint64_t load_short(const char* from, std::size_t count) noexcept {
        if (count >= 4) {
            const std::size_t last_four = count & 3;
            return load(from, 4) | load(from + last_four, 4) << (8 * last_four);
        }
        const std::size_t middle = count >> 1;
        const std::size_t last = middle + count / 3;
        return load(from, 1) | load(from + middle, 1) << (8 * middle) | load(from + last, 1) << (8 * last);
    }

    BodyBuffer* body_;
    Place place_;              // a copy of the body's, so that byte stores cannot force a reload
    std::uint32_t begin_ = 0;  // of this level's header
    std::uint32_t size_ = 0;   // bytes of the buffer in use
    std::uint32_t field_count_ = 0;
    SeenTags seen_;
    Tag tag_ = 0;  // of this nested message in its parent
    std::uint8_t depth_ = 1;
    TvfError error_ = TvfError::none;
};

static_assert(TvfWriter<FlatTvfWriter>);

}  // namespace prosa
