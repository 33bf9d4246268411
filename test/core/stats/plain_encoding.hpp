// test/core/stats/plain_encoding.hpp: histograms in the encodings that the product only reads.
//
// V1 and uncompressed V2, put together byte by byte, so that tests can also make them wrong.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/stats/hdr_histogram.hpp"

namespace prosa {

inline std::string big_endian(std::uint64_t number, std::size_t size) {
    std::string bytes;
    for (std::size_t i = size; i-- > 0;) bytes += static_cast<char>(number >> (8 * i) & 0xff);
    return bytes;
}

struct PlainHeader {
    std::uint32_t cookie = 0x1c849313;  // V2
    std::uint64_t count_bytes = 0;
    std::uint64_t index_offset = 0;
    std::uint64_t digits = 3;
    std::uint64_t lowest = 1;
    std::uint64_t highest = 3'600'000'000'000;

    std::string bytes() const {
        return big_endian(cookie, 4) + big_endian(count_bytes, 4) + big_endian(index_offset, 4) +
               big_endian(digits, 4) + big_endian(lowest, 8) + big_endian(highest, 8) +
               big_endian(0x3ff0'0000'0000'0000, 8);
    }
};

inline std::string with_header(PlainHeader header, const std::string& counts) {
    header.count_bytes = counts.size();
    return header.bytes() + counts;
}

inline std::string compressed_with_cookie(std::uint32_t cookie, const std::string& plain) {
    uLongf size = compressBound(static_cast<uLong>(plain.size()));
    std::string compressed(size, '\0');
    compress(reinterpret_cast<Bytef*>(compressed.data()), &size, reinterpret_cast<const Bytef*>(plain.data()),
             static_cast<uLong>(plain.size()));
    compressed.resize(size);
    return big_endian(cookie, 4) + big_endian(compressed.size(), 4) + compressed;
}

// `word_size`: 2, 4 or 8 bytes for each count.
inline std::string encode_v1(const HdrHistogram& histogram, std::size_t word_size) {
    const HdrRange& range = histogram.layout().range();
    PlainHeader header{.cookie = 0x1c849301 | static_cast<std::uint32_t>(word_size) << 4,
                       .digits = static_cast<std::uint64_t>(range.significant_digits),
                       .lowest = static_cast<std::uint64_t>(range.lowest_discernible),
                       .highest = static_cast<std::uint64_t>(range.highest_trackable)};
    std::string counts;
    for (const std::uint64_t count : histogram.counts()) counts += big_endian(count, word_size);
    return with_header(header, counts);
}

inline std::string encode_v1_compressed(const HdrHistogram& histogram, std::size_t word_size) {
    return compressed_with_cookie(0x1c849302 | static_cast<std::uint32_t>(word_size) << 4,
                                  encode_v1(histogram, word_size));
}

}  // namespace prosa
