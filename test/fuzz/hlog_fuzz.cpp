// Logs of histograms: a hostile log ends in an error or gives intervals whose histograms can be written and
// read. Those of a large range are the target histogram's to try: here they are no input.
#include <sstream>
#include <string>

#include "core/stats/base64.hpp"
#include "core/stats/hdr_codec.hpp"
#include "core/stats/hlog_reader.hpp"
#include "core/stats/zlib_stream.hpp"
#include "test/fuzz/fuzz_input.hpp"
#include "test/fuzz/histogram_bytes.hpp"

namespace {

using namespace prosa;

std::string_view histogram_of(std::string_view line) {
    line.remove_prefix(line.rfind(',') + 1);  // 0 when there is none
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    while (line.starts_with(' ')) line.remove_prefix(1);
    return line;
}

bool has_many_counters(std::string_view line) {
    constexpr std::size_t compressed_begin = 8;  // after the cookie and the length
    const auto bytes = base64_decode(histogram_of(line));
    if (!bytes.ok() || bytes->size() < compressed_begin) return false;
    const auto kind = static_cast<unsigned char>((*bytes)[3]) & 0xf;  // 2 and 4: compressed
    if (kind != 2 && kind != 4) return fuzz::has_many_counters(*bytes);
    const auto header = ZlibReader(std::string_view(*bytes).substr(compressed_begin)).read(40);
    return header.ok() && fuzz::has_many_counters(*header);
}

bool is_small(std::string_view log) {
    while (!log.empty()) {
        const std::string_view line = log.substr(0, log.find('\n'));
        if (has_many_counters(line)) return false;
        log.remove_prefix(std::min(line.size() + 1, log.size()));
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string log(reinterpret_cast<const char*>(data), size);
    if (!is_small(log)) return 0;
    std::istringstream text(log);
    HlogReader reader(text, "fuzz.hlog");
    for (;;) {
        const auto interval = reader.next();
        if (!interval.ok() || !interval->has_value()) return 0;
        fuzz::expect((*interval)->length_s >= 0, "an interval has a length");
        (void)(*interval)->histogram.percentile_points(5);
    }
}
