// Logs of histograms: a hostile log ends in an error or gives intervals whose histograms can be written and
// read.
#include <sstream>
#include <string>

#include "core/stats/hdr_codec.hpp"
#include "core/stats/hlog_reader.hpp"
#include "test/fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace prosa;
    std::istringstream text(std::string(reinterpret_cast<const char*>(data), size));
    HlogReader reader(text, "fuzz.hlog");
    for (;;) {
        const auto interval = reader.next();
        if (!interval.ok() || !interval->has_value()) return 0;
        fuzz::expect((*interval)->length_s >= 0, "an interval has a length");
        (void)(*interval)->histogram.percentile_points(5);
    }
}
