#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

#include "core/stats/base64.hpp"
#include "core/stats/hdr_codec.hpp"
#include "core/stats/hlog_reader.hpp"
#include "core/stats/hlog_writer.hpp"
#include "test/core/stats/plain_encoding.hpp"

namespace prosa {
namespace {

HdrHistogram histogram_with(std::int64_t value, std::uint64_t count) {
    HdrHistogram histogram;
    histogram.record_n(value, count);
    return histogram;
}

std::string encoded(std::int64_t value, std::uint64_t count = 1) {
    return base64_encode(encode_histogram(histogram_with(value, count)));
}

struct Log {
    std::vector<HlogInterval> intervals;
    std::string fault;
    RunTags run_tags;
    bool is_cut_off = false;
    std::optional<double> start_time_s;
};

Log read(const std::string& text) {
    std::istringstream input(text);
    HlogReader reader(input, "a.hlog");
    Log log;
    for (;;) {
        auto interval = reader.next();
        if (!interval.ok()) log.fault = message_of(interval.status());
        if (!interval.ok() || !interval->has_value()) break;
        log.intervals.push_back(**std::move(interval));
    }
    log.run_tags = reader.run_tags();
    log.is_cut_off = reader.is_cut_off();
    log.start_time_s = reader.start_time_s();
    return log;
}

}  // namespace

TEST_CASE("a log comes back with its times, tags and counts") {
    std::ostringstream output;
    HlogWriter writer(output);
    const RunTags tags{{"commit", "1a2b"}, {"where", "a = b"}};
    writer.write_header({.title = "a test", .start_ns = 1'700'000'000 * ns_per_s, .run_tags = tags});
    writer.write_interval("", 2 * ns_per_s, ns_per_s, histogram_with(1'500, 7));
    writer.write_interval("service", 2 * ns_per_s, ns_per_s, histogram_with(900, 7));
    writer.write_interval("", 3 * ns_per_s, 1'001 * ns_per_ms, HdrHistogram());
    const Log log = read(output.str());
    REQUIRE(log.fault.empty());
    CHECK(log.start_time_s == 1'700'000'000);
    CHECK(log.run_tags == tags);
    REQUIRE(log.intervals.size() == 3);
    CHECK(log.intervals[0].tag.empty());
    CHECK(log.intervals[0].start_s == 1'700'000'002);
    CHECK(log.intervals[0].histogram.count_at(1'500) == 7);
    CHECK(log.intervals[1].tag == "service");
    CHECK(log.intervals[2].length_s == 1.001);
    CHECK(log.intervals[2].histogram.total_count() == 0);
}

TEST_CASE("values out of range stay counted as such in a log") {
    std::ostringstream output;
    HlogWriter writer(output);
    writer.write_header({.title = "a test", .start_ns = 0, .run_tags = {}});
    writer.write_interval("", 0, ns_per_s, histogram_with(9'000 * ns_per_s, 3));
    writer.write_interval("", ns_per_s, ns_per_s, histogram_with(1, 1));
    const Log log = read(output.str());
    REQUIRE(log.intervals.size() == 2);
    CHECK(log.intervals[0].histogram.total_count() == 3);
    CHECK(log.intervals[0].out_of_range_count == 3);
    CHECK(log.intervals[1].out_of_range_count == 0);
}

TEST_CASE("a log of another tool is read: V1, comments, legends, blanks and line ends of Windows") {
    const std::string v1 = base64_encode(encode_v1_compressed(histogram_with(5'000, 4), 4));
    const Log log = read(
        "#[Logged with something else]\r\n#[Histogram log format version 1.01]\r\n"
        "\"StartTimestamp\",\"EndTimestamp\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\r\n\r\n"
        "0.127, 1.007, 2.769, " +
        v1 + "\r\nTag=A,1.134,0.999,0.442," + v1 + "\r\n");
    REQUIRE(log.fault.empty());
    REQUIRE(log.intervals.size() == 2);
    CHECK(log.intervals[0].start_s == 0.127);
    CHECK(log.intervals[0].histogram.count_at(5'000) == 4);
    CHECK(log.intervals[1].tag == "A");
}

TEST_CASE("times are relative to the base time, else to a start time they lie far before") {
    const std::string line = "10.5,1.0,0.1," + encoded(1) + "\n";
    CHECK(read(line).intervals[0].start_s == 10.5);
    CHECK(read("#[BaseTime: 1000.0 (seconds since epoch)]\n" + line).intervals[0].start_s == 1'010.5);
    CHECK(read("#[StartTime: 1441812279.474 (seconds since epoch), Wed]\n" + line).intervals[0].start_s ==
          1441812289.974);
    CHECK(read("#[StartTime: 1441812279.474 (seconds since epoch), Wed]\n1441812280,1,0.1," + encoded(1))
              .intervals[0]
              .start_s == 1441812280);
    CHECK(read("#[BaseTime: 0]\n#[StartTime: 1441812279.474]\n" + line).intervals[0].start_s == 10.5);
}

TEST_CASE("each fault of a log is named with its line") {
    CHECK(read("#comment\n1.0,2.0\n").fault ==
          "a.hlog:2: expected start, length, maximum and histogram between commas, got '1.0,2.0'");
    CHECK(read("Tag=A\n").fault == "a.hlog:1: expected a comma after the tag");
    CHECK(read("x,1,1,AAAA\n").fault == "a.hlog:1: expected the interval's start in seconds, got 'x'");
    CHECK(read("nan,1,1,AAAA\n").fault == "a.hlog:1: expected the interval's start in seconds, got 'nan'");
    CHECK(read("1,-1,1,AAAA\n").fault == "a.hlog:1: expected a length of at least 0, got -1");
    CHECK(read("1,1,1,A*AA\n").fault == "a.hlog:1: expected base64, got the byte 0x2a at its character 1");
    CHECK(read("1,1,1,\n").fault == "a.hlog:1: expected a histogram, got 0 bytes");
    CHECK(read("#[StartTime: soon]\n").fault == "a.hlog:1: expected a time in seconds, got 'soon'");
    CHECK(read("#[Out of range: many]\n").fault == "a.hlog:1: expected a count, got 'many]'");
    const Log cut = read("1,1,1," + encoded(5) + "\n2,1,1," + encoded(5).substr(0, 40) + "\n");
    CHECK(cut.intervals.size() == 1);
    CHECK(cut.fault.starts_with("a.hlog:2: expected "));
}

TEST_CASE("each interval is flushed") {
    struct : std::stringbuf {
        int sync() override {
            ++flush_count;
            return 0;
        }
        int flush_count = 0;
    } buffer;
    std::ostream output(&buffer);
    HlogWriter writer(output);
    for (int i = 1; i <= 3; ++i) {
        writer.write_interval("", 0, ns_per_s, histogram_with(10, 1));
        CHECK(buffer.flush_count == i);
    }
}

TEST_CASE("a log that was cut off keeps what was before") {
    std::ostringstream output;
    HlogWriter writer(output);
    writer.write_header({.title = "a test", .start_ns = 0, .run_tags = {}});
    writer.write_interval("", 0, ns_per_s, histogram_with(10, 1));
    const std::size_t first_end = output.str().size();
    writer.write_interval("x", ns_per_s, ns_per_s, histogram_with(20, 1));
    for (std::size_t end = first_end + 1; end < output.str().size() - 1; ++end) {
        const Log log = read(output.str().substr(0, end));
        CHECK(log.fault.empty());
        CHECK(log.is_cut_off);
        CHECK(log.intervals.size() == 1);
    }
    CHECK_FALSE(read(output.str()).is_cut_off);
    const Log without_line_end = read(output.str().substr(0, output.str().size() - 1));
    CHECK(without_line_end.intervals.size() == 2);
    CHECK_FALSE(without_line_end.is_cut_off);
}

TEST_CASE("a line without an end is given up at its limit") {
    CHECK(read(std::string(HlogReader::line_bytes_max + 2, '1')).fault ==
          "a.hlog:1: expected a line of at most 16777216 bytes, got more");
}

}  // namespace prosa
