#include "core/stats/hgrm.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace prosa {
namespace {

HdrHistogram stalled() {
    HdrHistogram histogram;
    histogram.record_n(1'000, 10'000);
    histogram.record(100'000'000);
    return histogram;
}

absl::StatusOr<Hgrm> read(const std::string& text) {
    std::istringstream input(text);
    return read_hgrm(input, "a.hgrm");
}

std::string fault_of(const std::string& text) { return message_of(read(text).status()); }

}  // namespace

TEST_CASE("the text of a distribution has HdrHistogram's columns and closing comments") {
    const std::string text = hgrm_text(stalled());
    CHECK(
        text.starts_with("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
                         "       1.000 0.000000000000      10000           1.00\n"
                         "       1.000 0.100000000000      10000           1.11\n"));
    CHECK(text.find("\n  100007.935 1.000000000000      10001\n#[Mean    = ") != std::string::npos);
    CHECK(text.find("#[Max     =   100007.935, Total count    =        10001]\n") != std::string::npos);
    CHECK(text.ends_with("#[Buckets =           32, SubBuckets     =         2048]\n#[Unit = us]\n"));
}

TEST_CASE("an empty histogram has a distribution without lines") {
    const auto hgrm = read(hgrm_text(HdrHistogram()));
    REQUIRE(hgrm.ok());
    CHECK(hgrm->lines.empty());
    CHECK(hgrm->total_count == 0);
    CHECK(histogram_of(*hgrm, 1000).total_count() == 0);
}

TEST_CASE("a distribution comes back with its percentiles") {
    HdrHistogram histogram;
    for (int i = 1; i <= 100'000; ++i) histogram.record(i * 37);
    const auto hgrm = read(hgrm_text(histogram));
    REQUIRE_MESSAGE(hgrm.ok(), message_of(hgrm.status()));
    CHECK(hgrm->unit_name == "us");
    CHECK(hgrm->total_count == 100'000);
    CHECK(hgrm->max == doctest::Approx(static_cast<double>(histogram.max()) / 1000));
    CHECK(hgrm->mean == doctest::Approx(histogram.mean() / 1000).epsilon(1e-5));
    const HdrHistogram back = histogram_of(*hgrm, 1000);
    CHECK(back.total_count() == 100'000);
    for (const HgrmLine& line : hgrm->lines)
        CHECK(back.value_at_percentile(line.percentile * 100) ==
              histogram.value_at_percentile(line.percentile * 100));
}

TEST_CASE("a value beyond the range of a histogram is counted, not lost") {
    const auto hgrm = read("1.0 0.5 10 2.0\n1e300 1.0 15\n");
    REQUIRE(hgrm.ok());
    const HdrHistogram histogram = histogram_of(*hgrm, 1e6);
    CHECK(histogram.total_count() == 15);
    CHECK(histogram.out_of_range_count() == 5);
}

TEST_CASE("a remark that only sounds like a closing comment is passed over") {
    const auto hgrm = read(
        "# Mean latency in a comment, Total count unknown\n1.0 1.0 15\n#[Mean = 2.5, StdDeviation = 1]\n");
    REQUIRE_MESSAGE(hgrm.ok(), message_of(hgrm.status()));
    CHECK(hgrm->total_count == 15);
    CHECK(hgrm->mean == 2.5);
}

TEST_CASE("each fault of a distribution is named with its line") {
    CHECK(fault_of("1.0 0.5\n") == "a.hgrm:1: expected value, percentile and count, got 2 words");
    CHECK(fault_of("Value Percentile\n\nx 0.5 1\n") == "a.hgrm:3: expected a value of at least 0, got 'x'");
    CHECK(fault_of("inf 0.5 1\n") == "a.hgrm:1: expected a value of at least 0, got 'inf'");
    CHECK(fault_of("1 1.5 1\n") == "a.hgrm:1: expected a percentile from 0 to 1, got '1.5'");
    CHECK(fault_of("1 0.5 -1\n") == "a.hgrm:1: expected a count up to 2^62, got '-1'");
    CHECK(fault_of("5 0.5 10\n4 0.6 11\n") ==
          "a.hgrm:2: expected values, percentiles and counts that never fall");
    CHECK(fault_of("#[Mean    = much]\n") == "a.hgrm:1: expected a number for Mean, got 'much'");
    CHECK(fault_of(std::string(5000, '1')) == "a.hgrm:1: expected a line of at most 4096 bytes, got more");
}

}  // namespace prosa
