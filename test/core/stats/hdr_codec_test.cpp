#include "core/stats/hdr_codec.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>
#include <random>

#include "core/stats/base64.hpp"
#include "test/core/stats/plain_encoding.hpp"

namespace {
std::atomic<std::size_t> most_bytes = 0;  // of an allocation, since a test set it to 0
}  // namespace

void* operator new(std::size_t bytes) {
    if (bytes > most_bytes.load(std::memory_order_relaxed))
        most_bytes.store(bytes, std::memory_order_relaxed);
    if (void* const memory = std::malloc(bytes)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace prosa {
namespace {

HdrHistogram lognormal(const HdrRange& range, int count) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> latency_ns(9, 3);
    HdrHistogram histogram(range);
    for (int i = 0; i < count; ++i) histogram.record(static_cast<std::int64_t>(latency_ns(random)));
    return histogram;
}

void check_equal(const HdrHistogram& expected, const absl::StatusOr<HdrHistogram>& decoded) {
    REQUIRE_MESSAGE(decoded.ok(), message_of(decoded.status()));
    CHECK(decoded->layout().range() == expected.layout().range());
    CHECK(decoded->total_count() == expected.total_count());
    CHECK(std::equal(expected.counts().begin(), expected.counts().end(), decoded->counts().begin(),
                     decoded->counts().end()));
}

std::string fault_of(const std::string& bytes) {
    const auto decoded = decode_histogram(bytes);
    return decoded.ok() ? "" : message_of(decoded.status());
}

bool is_refused_with(const std::string& bytes, std::string_view what) {
    const std::string fault = fault_of(bytes);
    CAPTURE(fault);
    const bool names_it = fault.find(what) != std::string::npos;
    CHECK(names_it);
    return names_it;
}

}  // namespace

TEST_CASE("base64 comes back, of every length") {
    std::string bytes;
    for (int i = 0; i < 600; ++i) {
        const auto decoded = base64_decode(base64_encode(bytes));
        REQUIRE(decoded.ok());
        CHECK(*decoded == bytes);
        bytes += static_cast<char>(i * 7);
    }
    CHECK(base64_encode("any carnal pleas") == "YW55IGNhcm5hbCBwbGVhcw==");
}

TEST_CASE("base64 names what does not belong there") {
    CHECK(message_of(base64_decode("abc").status()) == "expected base64, a multiple of 4 characters, got 3");
    CHECK(message_of(base64_decode("ab,d").status()) ==
          "expected base64, got the byte 0x2c at its character 2");
    CHECK_FALSE(base64_decode("=bcd").ok());
    CHECK_FALSE(base64_decode("a===").ok());
}

TEST_CASE("a histogram comes back from its encoding, for every range and load") {
    for (const HdrRange& range :
         {HdrRange{}, HdrRange{1, 2, 0}, HdrRange{1, 100'000'000'000, 1}, HdrRange{1'000, 60'000'000'000, 5},
          HdrRange{1, 9'223'372'036'854'775'807, 2}}) {
        check_equal(HdrHistogram(range), decode_histogram(encode_histogram(HdrHistogram(range))));
        const HdrHistogram loaded = lognormal(range, 20'000);
        check_equal(loaded, decode_histogram(encode_histogram(loaded)));
    }
}

TEST_CASE("counts of every size come back") {
    HdrHistogram histogram;
    for (int bit = 0; bit < 61; ++bit) histogram.record_n(bit * 3, std::uint64_t{1} << bit);
    check_equal(histogram, decode_histogram(encode_histogram(histogram)));
}

TEST_CASE("values out of range are in the encoding, at the ends") {
    HdrHistogram histogram(HdrRange{1, 1'000, 3});
    histogram.record_n(5'000, 3);
    histogram.record(-1);
    const auto decoded = decode_histogram(encode_histogram(histogram));
    REQUIRE(decoded.ok());
    CHECK(decoded->total_count() == 4);
    CHECK(decoded->count_at(1'000) == 3);
    CHECK(decoded->count_at(0) == 1);
}

TEST_CASE("V1 encodings are read with words of every size, compressed or not") {
    const HdrHistogram histogram = lognormal({}, 30'000);
    for (const std::size_t word_size : {2, 4, 8}) {
        check_equal(histogram, decode_histogram(encode_v1(histogram, word_size)));
        check_equal(histogram, decode_histogram(encode_v1_compressed(histogram, word_size)));
    }
}

TEST_CASE("an uncompressed V2 encoding is read, runs of zeros and single zeros") {
    // 2 at counter 0, three zeros, 1, one zero, 300.
    const std::string counts("\x04\x05\x02\x00\xd8\x04", 6);
    const auto decoded = decode_histogram(with_header({}, counts));
    REQUIRE_MESSAGE(decoded.ok(), message_of(decoded.status()));
    CHECK(decoded->total_count() == 303);
    CHECK(decoded->count_at(0) == 2);
    CHECK(decoded->count_at(4) == 1);
    CHECK(decoded->count_at(6) == 300);
}

TEST_CASE("an encoding that is cut anywhere is refused") {
    const HdrHistogram histogram = lognormal({}, 1'000);
    const std::string compressed = encode_histogram(histogram);
    const std::string plain = encode_v1(HdrHistogram(HdrRange{1, 1'000, 1}), 2);
    for (const std::string& whole : {compressed, plain})
        for (std::size_t bytes = 0; bytes < whole.size(); ++bytes)
            CHECK_FALSE(fault_of(whole.substr(0, bytes)).empty());
}

TEST_CASE("no bytes make the decoder do more than say what is wrong") {
    std::mt19937_64 random(20'261'122);
    const std::string whole = encode_v1(lognormal(HdrRange{1, 1'000'000, 2}, 1'000), 4);
    const std::string compressed = encode_histogram(lognormal({}, 1'000));
    for (int i = 0; i < 20'000; ++i) {
        std::string bytes = i % 2 == 0 ? whole : compressed;
        for (std::uint64_t flips = random() % 4 + 1; flips-- > 0;)
            bytes[random() % (i % 3 == 0 ? 48 : bytes.size())] = static_cast<char>(random());
        const auto decoded =
            decode_histogram(i % 2 == 0 && i % 5 == 0 ? compressed_with_cookie(0x1c849314, bytes) : bytes);
        if (decoded.ok()) CHECK(decoded->counts().size() <= 8'000'000);
    }
}

TEST_CASE("each fault of an encoding is named") {
    CHECK(is_refused_with("", "expected a histogram, got 0 bytes"));
    CHECK(is_refused_with("\x01\x02\x03\x04", "expected the cookie of a histogram, got 0x01020304"));
    CHECK(is_refused_with(big_endian(0x1c849308, 4), "older V0"));
    CHECK(is_refused_with(big_endian(0x0c72124f, 4), "floating-point"));
    CHECK(is_refused_with(big_endian(0x1c849314, 4), "expected the length"));
    CHECK(is_refused_with(big_endian(0x1c849313, 4), "expected a header of 40 bytes, got 4"));
    CHECK(is_refused_with(with_header({.cookie = 0x1c849361}, ""),
                          "cookie of a V1 or V2"));  // V1, 6-byte words
    CHECK(is_refused_with(with_header({.digits = 6}, ""), "expected 0 to 5 digits"));
    CHECK(is_refused_with(with_header({.digits = ~std::uint64_t{0}}, ""), "expected 0 to 5 digits"));
    CHECK(is_refused_with(with_header({.lowest = 0}, ""), "lowest value of at least 1"));
    CHECK(is_refused_with(with_header({.highest = 1}, ""), "at least twice the lowest"));
    CHECK(is_refused_with(
        with_header({.digits = 5, .lowest = std::uint64_t{1} << 50, .highest = std::uint64_t{1} << 60}, ""),
        "leaves room for the digits"));
    CHECK(is_refused_with(PlainHeader{.count_bytes = 7}.bytes(), "expected 7 bytes of counts, got 0"));
    CHECK(is_refused_with(PlainHeader{.count_bytes = 0xffff'ffff}.bytes(), "bytes of counts for this range"));
    CHECK(is_refused_with(with_header({}, "\x80"), "end within a number"));
    CHECK(
        is_refused_with(with_header({.highest = 2'000}, "\xff\xff\xff\x7f"), "expected at most 2048 counts"));
    CHECK(is_refused_with(with_header({}, std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9)), "counts"));
    CHECK(is_refused_with(with_header({}, std::string("\xfe\xff\xff\xff\xff\xff\xff\xff\xff", 9)),
                          "2^62 values"));
    CHECK(is_refused_with(with_header({.cookie = 0x1c849321}, "\xff\xff"), "expected a count, got -1"));
}

TEST_CASE("a broken encoding that promises a large range takes little memory") {
    constexpr std::uint64_t highest = std::numeric_limits<std::int64_t>::max();
    constexpr std::size_t some_bytes = 100'000;  // the counters of this range have 48 MB
    const PlainHeader large{.digits = 5, .highest = highest};
    const std::string broken = with_header(large, "\x02\x80");
    std::string wrong_checksum = compressed_with_cookie(0x1c849314, with_header(large, "\x02"));
    wrong_checksum.back() = static_cast<char>(wrong_checksum.back() ^ 1);
    for (const std::string& bytes : {broken, wrong_checksum, compressed_with_cookie(0x1c849314, broken)}) {
        most_bytes = 0;
        const bool is_refused = !decode_histogram(bytes).ok();
        const std::size_t most = most_bytes;
        CHECK(is_refused);
        CHECK(most < some_bytes);
    }
}

TEST_CASE("compressed bytes that hold more or less than they say are refused") {
    const auto compressed = [](const std::string& plain) {
        return compressed_with_cookie(0x1c849314, plain);
    };
    CHECK(is_refused_with(compressed("short"), "expected 40 more compressed bytes, got 5"));
    CHECK(is_refused_with(compressed(PlainHeader{.count_bytes = 9}.bytes()),
                          "expected 9 more compressed bytes, got 0"));
    CHECK(is_refused_with(compressed(with_header({}, "\x02") + "more"), "more compressed bytes than"));
    CHECK(is_refused_with(compressed(PlainHeader{}.bytes() + std::string(100'000'000, '\0')),
                          "more compressed bytes than"));
    std::string wrong_checksum = compressed(with_header({}, "\x02"));
    wrong_checksum.back() = static_cast<char>(wrong_checksum.back() ^ 1);
    CHECK(is_refused_with(wrong_checksum, "incorrect data check"));
}

}  // namespace prosa
