#include "core/stats/hlog_writer.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/base/assert.hpp"
#include "core/stats/base64.hpp"
#include "core/stats/hdr_codec.hpp"

namespace prosa {
namespace {

double in_seconds(Nanos ns) noexcept { return static_cast<double>(ns) / static_cast<double>(ns_per_s); }

void assert_one_line(std::string_view text) {
    PROSA_ASSERT(text.find_first_of("\r\n") == std::string_view::npos, "a comment is one line");
}

}  // namespace

void HlogWriter::write_header(const HlogHeader& header) {
    assert_one_line(header.title);
    output_ << "#[" << header.title << "]\n#[Histogram log format version 1.3]\n";
    const auto date = fmt::gmtime(static_cast<std::time_t>(header.start_ns / ns_per_s));
    const double start_s = in_seconds(header.start_ns);
    output_ << fmt::format("#[StartTime: {:.3f} (seconds since epoch), {:%a %b %d %H:%M:%S UTC %Y}]\n",
                           start_s, date);
    output_ << fmt::format("#[BaseTime: {:.3f} (seconds since epoch)]\n", start_s);
    for (const auto& [name, value] : header.run_tags) {
        assert_one_line(name);
        assert_one_line(value);
        output_ << fmt::format("#[Run tag: {}={}]\n", name, value);
    }
    output_ << "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";
}

void HlogWriter::write_interval(std::string_view tag, Nanos start_ns, Nanos length_ns,
                                const HdrHistogram& histogram) {
    PROSA_ASSERT(tag.find_first_of(", \r\n") == std::string_view::npos, "a tag is one word without a comma");
    if (histogram.out_of_range_count() != 0)
        output_ << fmt::format("#[Out of range: {}]\n", histogram.out_of_range_count());
    if (!tag.empty()) output_ << "Tag=" << tag << ',';
    constexpr double max_unit = 1e6;
    output_ << fmt::format("{:.3f},{:.3f},{:.6f},{}\n", in_seconds(start_ns), in_seconds(length_ns),
                           static_cast<double>(histogram.max()) / max_unit,
                           base64_encode(encode_histogram(histogram)))
            << std::flush;
}

}  // namespace prosa
