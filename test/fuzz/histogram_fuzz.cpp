// Encoded histograms: hostile bytes are refused, or decode to a histogram that is the same after encoding it.
//
// The first byte chooses: as the bytes are; of any size; or compressed, as the fuzzer finds no checksums, and
// compared with what its encoding decodes to.
#include <zlib.h>

#include <string>

#include "core/stats/hdr_codec.hpp"
#include "test/fuzz/fuzz_input.hpp"
#include "test/fuzz/histogram_bytes.hpp"

namespace {

using namespace prosa;
using fuzz::expect;

constexpr std::uint8_t any_size = 0xff;  // values of the first byte
constexpr std::uint8_t thoroughly = 0xfe;

// As zlib (RFC 1950, 1951) would keep what it cannot compress: its compressor has a quarter of a megabyte to clear.
std::string stored(std::string_view bytes) {
    const auto size = static_cast<unsigned>(bytes.size());
    std::string body = "\x78\x01\x01";
    for (const unsigned length : {size, ~size})
        body.append({static_cast<char>(length & 0xff), static_cast<char>(length >> 8 & 0xff)});
    body.append(bytes);
    const uLong sum = adler32_z(1, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    for (int shift = 24; shift >= 0; shift -= 8) body += static_cast<char>(sum >> shift & 0xff);
    return body;
}

std::string compressed(std::string_view bytes) {
    const std::string body = stored(bytes);
    std::string framed = "\x1c\x84\x93\x14";
    framed.append({0, 0, static_cast<char>(body.size() >> 8), static_cast<char>(body.size())});
    return framed + body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::FuzzInput input(data, size);
    const auto choice = input.take<std::uint8_t>();
    const std::string_view bytes = input.rest();
    if (choice != any_size && fuzz::has_many_counters(bytes)) return 0;
    const bool is_thorough = choice == thoroughly;
    const auto histogram = decode_histogram(is_thorough ? compressed(bytes) : std::string(bytes));
    if (!histogram.ok()) return 0;
    expect(histogram->value_at_percentile(99) <= histogram->max(), "no percentile is above the maximum");
    (void)histogram->percentile_points(5);
    if (!is_thorough) return 0;
    const auto again = decode_histogram(encode_histogram(*histogram));
    expect(again.ok() && std::ranges::equal(again->counts(), histogram->counts()),
           "an encoding decodes to the same");
    return 0;
}
