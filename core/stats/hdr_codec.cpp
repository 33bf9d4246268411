#include "core/stats/hdr_codec.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/base/assert.hpp"
#include "core/stats/zlib_stream.hpp"

namespace prosa {
namespace {

// Bits 4 to 7 of a cookie hold the size of a word; in V2 they hold 1.
constexpr std::uint32_t word_bits = 0xf0;
constexpr std::uint32_t v1_cookie = 0x1c849301;
constexpr std::uint32_t v1_compressed_cookie = 0x1c849302;
constexpr std::uint32_t v2_cookie = 0x1c849303;
constexpr std::uint32_t v2_compressed_cookie = 0x1c849304;
constexpr std::uint32_t v0_cookie = 0x1c849308;
constexpr std::uint32_t v0_compressed_cookie = 0x1c849309;
constexpr std::uint32_t double_cookie = 0x0c72124e;
constexpr std::uint32_t double_compressed_cookie = 0x0c72124f;
constexpr std::uint32_t v2_word = 0x10;

constexpr std::size_t header_bytes = 40;
constexpr std::size_t leb_bytes_max = 9;

struct Header {
    std::uint32_t cookie = 0;
    std::size_t count_bytes = 0;
    HdrRange range;
};

void put(std::string& bytes, std::uint64_t number, std::size_t size) {
    for (std::size_t i = size; i-- > 0;) bytes += static_cast<char>(number >> (8 * i) & 0xff);
}

// The caller has checked that so many bytes are there.
std::uint64_t take(std::string_view& bytes, std::size_t size) noexcept {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
    bytes.remove_prefix(size);
    return number;
}

// The ninth byte has no continuation bit: it holds the last eight.
void put_leb(std::string& bytes, std::int64_t number) {
    auto rest = static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
    for (std::size_t i = 1; i < leb_bytes_max && rest > 0x7f; ++i, rest >>= 7)
        bytes += static_cast<char>((rest & 0x7f) | 0x80);
    bytes += static_cast<char>(rest);
}

// False when the bytes end before the number does.
[[nodiscard]] bool take_leb(std::string_view& bytes, std::int64_t& number) noexcept {
    std::uint64_t zigzag = 0;
    for (std::size_t i = 0; i < leb_bytes_max; ++i) {
        if (i == bytes.size()) return false;
        const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i]));
        const bool is_last = i + 1 == leb_bytes_max || byte < 0x80;
        zigzag |= (i + 1 == leb_bytes_max ? byte : byte & 0x7f) << (7 * i);
        if (!is_last) continue;
        bytes.remove_prefix(i + 1);
        break;
    }
    number = static_cast<std::int64_t>(zigzag >> 1 ^ (~(zigzag & 1) + 1));
    return true;
}

std::string encode_counts(const HdrHistogram& histogram) {
    std::size_t end = histogram.counts().size();
    while (end > 0 && histogram.counts()[end - 1] == 0) --end;
    const auto counts = histogram.counts().first(end);
    std::string bytes;
    for (std::size_t at = 0; at < counts.size();) {
        const auto run_end = std::find_if(counts.begin() + static_cast<std::ptrdiff_t>(at), counts.end(),
                                          [](std::uint64_t count) { return count != 0; });
        const auto zeros = run_end - counts.begin() - static_cast<std::ptrdiff_t>(at);
        put_leb(bytes, zeros > 1 ? -zeros : static_cast<std::int64_t>(counts[at]));
        at += static_cast<std::size_t>(std::max<std::ptrdiff_t>(zeros, 1));
    }
    return bytes;
}

absl::Status check(const HdrRange& range) {
    const auto fault = [&range](std::string_view expected) {
        return invalid_argument("lowest {}, highest {}, {} digits: expected {}", range.lowest_discernible,
                                range.highest_trackable, range.significant_digits, expected);
    };
    if (range.significant_digits < 0 || range.significant_digits > 5) return fault("0 to 5 digits");
    if (range.lowest_discernible < 1) return fault("a lowest value of at least 1");
    if (range.highest_trackable / 2 < range.lowest_discernible)
        return fault("a highest value of at least twice the lowest");
    std::uint64_t single_unit_max = 2;
    for (int i = 0; i < range.significant_digits; ++i) single_unit_max *= 10;
    const int unit = std::bit_width(static_cast<std::uint64_t>(range.lowest_discernible)) - 1;
    if (unit + std::bit_width(single_unit_max - 1) - 1 >= 61)
        return fault("a lowest value that leaves room for the digits");
    return absl::OkStatus();
}

absl::StatusOr<Header> take_header(std::string_view bytes) {
    if (bytes.size() < header_bytes)
        return invalid_argument("expected a header of {} bytes, got {}", header_bytes, bytes.size());
    Header header;
    header.cookie = static_cast<std::uint32_t>(take(bytes, 4));
    header.count_bytes = take(bytes, 4);
    take(bytes, 4);  // where Java's array begins; the counts are in the order of their values all the same
    header.range.significant_digits = static_cast<std::int32_t>(take(bytes, 4));
    header.range.lowest_discernible = static_cast<std::int64_t>(take(bytes, 8));
    header.range.highest_trackable = static_cast<std::int64_t>(take(bytes, 8));
    if (const absl::Status checked = check(header.range); !checked.ok()) return checked;
    return header;
}

// 0 for V2, whose words have no fixed size.
absl::StatusOr<std::size_t> word_size_of(std::uint32_t cookie) {
    if ((cookie & ~word_bits) == v2_cookie) return 0;
    const std::uint32_t size = (cookie & word_bits) >> 4 & 0xe;
    if ((cookie & ~word_bits) == v1_cookie && (size == 2 || size == 4 || size == 8)) return size;
    return invalid_argument("expected the cookie of a V1 or V2 histogram, got {:#010x}", cookie);
}

// The counters of a layout, one after the other, as an encoding counts them.
class CountDecoder {
  public:
    CountDecoder(const HdrLayout& layout, std::size_t word_size)
        : counter_count_(layout.counter_count()), word_size_(word_size) {}

    // Calls `use(index, count)` for each count above 0, up to the first fault.
    template <typename Use>
    absl::Status decode(std::string_view bytes, Use use) {
        while (!bytes.empty()) {
            std::int64_t count = 0;
            if (!take_one(bytes, count)) return invalid_argument("the counts end within a number");
            if (absl::Status checked = check(count); !checked.ok()) return checked;
            if (count > 0) use(index_, static_cast<std::uint64_t>(count));
            index_ += counters_of(count);
        }
        return absl::OkStatus();
    }

  private:
    bool take_one(std::string_view& bytes, std::int64_t& count) const noexcept {
        if (word_size_ == 0) return take_leb(bytes, count);
        if (bytes.size() < word_size_) return false;
        const int unused_bits = 64 - 8 * static_cast<int>(word_size_);
        count = static_cast<std::int64_t>(take(bytes, word_size_) << unused_bits) >> unused_bits;
        return true;
    }

    // A negative count stands for so many counters of 0.
    static std::uint64_t counters_of(std::int64_t count) noexcept {
        return count < 0 ? ~static_cast<std::uint64_t>(count) + 1 : 1;
    }

    absl::Status check(std::int64_t count) {
        if (count < 0 && word_size_ != 0)
            return invalid_argument("expected a count, got {} for the counter {}", count, index_);
        if (counters_of(count) > counter_count_ - index_)
            return invalid_argument("expected at most {} counts for this range, got more", counter_count_);
        if (count <= 0) return absl::OkStatus();
        constexpr auto total_max = std::uint64_t{1} << 62;
        if (static_cast<std::uint64_t>(count) > total_max - total_)
            return invalid_argument("expected at most 2^62 values, got more");
        total_ += static_cast<std::uint64_t>(count);
        return absl::OkStatus();
    }

    const std::size_t counter_count_;
    const std::size_t word_size_;
    std::size_t index_ = 0;
    std::uint64_t total_ = 0;
};

// Checked first: a few bytes can promise a range of 48 MB of counters.
absl::StatusOr<HdrHistogram> decode_counts(std::string_view bytes, const HdrRange& range,
                                           std::size_t word_size) {
    const HdrLayout layout(range);
    const auto ignore = [](std::size_t, std::uint64_t) {};
    if (absl::Status checked = CountDecoder(layout, word_size).decode(bytes, ignore); !checked.ok())
        return checked;
    HdrHistogram histogram(range);
    const auto record = [&histogram](std::size_t index, std::uint64_t count) {
        histogram.record_at(index, count);
    };
    const absl::Status decoded = CountDecoder(layout, word_size).decode(bytes, record);
    PROSA_ASSERT(decoded.ok(), "counts that were checked can be read");
    return histogram;
}

// The counts are read by `read_counts` once the header was found to be sound.
template <typename ReadCounts>
absl::StatusOr<HdrHistogram> decode_with(std::string_view header_text, ReadCounts read_counts) {
    const auto header = take_header(header_text);
    if (!header.ok()) return header.status();
    const auto word_size = word_size_of(header->cookie);
    if (!word_size.ok()) return word_size.status();
    const std::size_t counter_count = HdrLayout(header->range).counter_count();
    const std::size_t bytes_max = counter_count * (*word_size == 0 ? leb_bytes_max : *word_size);
    if (header->count_bytes > bytes_max)
        return invalid_argument("expected at most {} bytes of counts for this range, got {}", bytes_max,
                                header->count_bytes);
    const absl::StatusOr<std::string> counts = read_counts(header->count_bytes);
    if (!counts.ok()) return counts.status();
    return decode_counts(*counts, header->range, *word_size);
}

absl::StatusOr<HdrHistogram> decode_compressed(std::string_view bytes) {
    std::string_view rest = bytes;
    take(rest, 4);
    if (rest.size() < 4) return invalid_argument("expected the length of the compressed bytes, got none");
    const std::size_t length = take(rest, 4);
    if (length != rest.size())
        return invalid_argument("expected {} compressed bytes, got {}", length, rest.size());
    ZlibReader reader(rest);
    const auto header = reader.read(header_bytes);
    if (!header.ok()) return header.status();
    return decode_with(*header, [&reader](std::size_t count_bytes) -> absl::StatusOr<std::string> {
        auto counts = reader.read(count_bytes);
        if (!counts.ok()) return counts.status();
        if (absl::Status finished = reader.finish(); !finished.ok()) return finished;
        return counts;
    });
}

absl::StatusOr<HdrHistogram> decode_plain(std::string_view bytes) {
    return decode_with(bytes, [bytes](std::size_t count_bytes) -> absl::StatusOr<std::string> {
        const std::string_view rest = bytes.substr(header_bytes);
        if (rest.size() != count_bytes)
            return invalid_argument("expected {} bytes of counts, got {}", count_bytes, rest.size());
        return std::string(rest);
    });
}

}  // namespace

std::string encode_histogram(const HdrHistogram& histogram) {
    const std::string counts = encode_counts(histogram);
    const HdrRange& range = histogram.layout().range();
    std::string plain;
    put(plain, v2_cookie | v2_word, 4);
    put(plain, counts.size(), 4);
    put(plain, 0, 4);
    put(plain, static_cast<std::uint64_t>(range.significant_digits), 4);
    put(plain, static_cast<std::uint64_t>(range.lowest_discernible), 8);
    put(plain, static_cast<std::uint64_t>(range.highest_trackable), 8);
    put(plain, std::bit_cast<std::uint64_t>(1.0), 8);
    const std::string compressed = zlib_compress(plain + counts);
    std::string bytes;
    put(bytes, v2_compressed_cookie | v2_word, 4);
    put(bytes, compressed.size(), 4);
    return bytes + compressed;
}

absl::StatusOr<HdrHistogram> decode_histogram(std::string_view bytes) {
    if (bytes.size() < 4) return invalid_argument("expected a histogram, got {} bytes", bytes.size());
    std::string_view start = bytes;
    const auto cookie = static_cast<std::uint32_t>(take(start, 4));
    switch (cookie & ~word_bits) {
        case v1_cookie:
        case v2_cookie:
            return decode_plain(bytes);
        case v1_compressed_cookie:
        case v2_compressed_cookie:
            return decode_compressed(bytes);
        case v0_cookie:
        case v0_compressed_cookie:
            return invalid_argument("expected a V1 or V2 histogram, got one of the older V0");
        default:
            break;
    }
    if (cookie == double_cookie || cookie == double_compressed_cookie)
        return invalid_argument("expected a histogram of whole numbers, got one of floating-point numbers");
    return invalid_argument("expected the cookie of a histogram, got {:#010x}", cookie);
}

}  // namespace prosa
