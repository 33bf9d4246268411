// Encoded histograms: hostile bytes are refused, or decode to a histogram that is the same after encoding it.
//
// The first byte chooses: as the bytes are; of any size; or compressed, as the fuzzer finds no checksums, and
// compared with what its encoding decodes to.
#include <string>

#include "core/stats/hdr_codec.hpp"
#include "core/stats/zlib_stream.hpp"
#include "test/fuzz/fuzz_input.hpp"

namespace {

using namespace prosa;
using fuzz::expect;

constexpr std::uint8_t any_size = 0xff;  // values of the first byte
constexpr std::uint8_t thoroughly = 0xfe;
constexpr std::size_t digits_end = 16;  // offsets in the bytes of a histogram
constexpr std::size_t highest_begin = 24;

// Counters by the hundred thousand take longer to clear than anything else here: at most 3 digits, values of
// 16 bits.
bool has_many_counters(std::string_view bytes) {
    if (bytes.size() < highest_begin + 8) return false;
    const std::string_view high_bytes = bytes.substr(highest_begin, 6);
    return (bytes[digits_end - 1] & 4) != 0 || high_bytes.find_first_not_of('\0') != std::string_view::npos;
}

std::string compressed(std::string_view bytes) {
    const std::string body = zlib_compress(bytes);
    std::string framed = "\x1c\x84\x93\x14";
    framed.append({0, 0, static_cast<char>(body.size() >> 8), static_cast<char>(body.size())});
    return framed + body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::FuzzInput input(data, size);
    const auto choice = input.take<std::uint8_t>();
    const std::string_view bytes = input.rest();
    if (choice != any_size && has_many_counters(bytes)) return 0;
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
