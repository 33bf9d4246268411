#include "core/stats/hdr_histogram.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace prosa {
namespace {

constexpr HdrRange hour_us{1, 3'600'000'000, 3};

// 10 000 values of 1 000 and one of 100 000 000: the classic example of a stall.
HdrHistogram stalled() {
    HdrHistogram histogram(hour_us);
    histogram.record_n(1'000, 10'000);
    histogram.record(100'000'000);
    return histogram;
}

}  // namespace

TEST_CASE("an empty histogram answers 0") {
    const HdrHistogram histogram;
    CHECK(histogram.total_count() == 0);
    CHECK(histogram.min() == 0);
    CHECK(histogram.max() == 0);
    CHECK(histogram.mean() == 0);
    CHECK(histogram.value_at_percentile(99) == 0);
    CHECK(histogram.percentile_at_or_below(5) == 100);
    CHECK(histogram.percentile_points(5).empty());
}

TEST_CASE("percentiles of a stalled run are HdrHistogram's") {
    const HdrHistogram histogram = stalled();
    CHECK(histogram.total_count() == 10'001);
    CHECK(histogram.value_at_percentile(0) == 1'000);
    CHECK(histogram.value_at_percentile(30) == 1'000);
    CHECK(histogram.value_at_percentile(99) == 1'000);
    CHECK(histogram.value_at_percentile(99.99) == 1'000);
    CHECK(histogram.value_at_percentile(99.999) == histogram.layout().highest_equivalent(100'000'000));
    CHECK(histogram.value_at_percentile(100) == histogram.layout().highest_equivalent(100'000'000));
    CHECK(histogram.max() == histogram.layout().highest_equivalent(100'000'000));
    CHECK(histogram.min() == 1'000);
    const double mean = (10'000 * 1'000.0 + 100'000'000.0) / 10'001;
    CHECK(histogram.mean() == doctest::Approx(mean).epsilon(0.001));
    CHECK(histogram.standard_deviation() == doctest::Approx(999'892.0).epsilon(0.001));
}

TEST_CASE("percentiles of a run corrected for the stall are HdrHistogram's") {
    HdrHistogram histogram(hour_us);
    histogram.record_n(1'000, 10'000);
    for (std::int64_t missed = 100'000'000; missed >= 10'000; missed -= 10'000) histogram.record(missed);
    CHECK(histogram.total_count() == 20'000);
    CHECK(histogram.value_at_percentile(50) == 1'000);
    CHECK(histogram.value_at_percentile(75) == doctest::Approx(50'000'000).epsilon(0.001));
    CHECK(histogram.value_at_percentile(90) == doctest::Approx(80'000'000).epsilon(0.001));
    CHECK(histogram.value_at_percentile(99) == doctest::Approx(98'000'000).epsilon(0.001));
    CHECK(histogram.value_at_percentile(99.999) == doctest::Approx(100'000'000).epsilon(0.001));
}

TEST_CASE("percentiles are exact to the digits against a sorted array") {
    std::mt19937_64 random(20'240'501);
    std::lognormal_distribution<double> latency_ns(7, 2);
    HdrHistogram histogram;
    std::vector<std::int64_t> sorted;
    for (int i = 0; i < 100'000; ++i) {
        sorted.push_back(std::llround(latency_ns(random)));
        histogram.record(sorted.back());
    }
    std::sort(sorted.begin(), sorted.end());
    for (const double percentile : {0.5, 10.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(percentile / 100 * 100'000 - 1e-6));
        const std::int64_t exact = sorted[rank - 1];
        CHECK(histogram.value_at_percentile(percentile) == histogram.layout().highest_equivalent(exact));
    }
}

TEST_CASE("a percentile outside 0 to 100 is taken as the nearer end") {
    const HdrHistogram histogram = stalled();
    CHECK(histogram.value_at_percentile(-3) == histogram.min());
    CHECK(histogram.value_at_percentile(1e9) == histogram.max());
    CHECK(histogram.value_at_percentile(std::nan("")) == histogram.min());
}

TEST_CASE("the two values of a small run are told apart at the half") {
    HdrHistogram histogram(hour_us);
    histogram.record(1);
    histogram.record(2);
    CHECK(histogram.value_at_percentile(50) == 1);
    CHECK(histogram.value_at_percentile(50.00001) == 2);
    CHECK(histogram.percentile_at_or_below(1) == 50);
    CHECK(histogram.percentile_at_or_below(2) == 100);
}

TEST_CASE("a value out of range is counted at the nearer end and as out of range") {
    HdrHistogram histogram({1, 1'000'000, 3});
    histogram.record(-7);
    histogram.record_n(1'000'001, 3);
    histogram.record(1'000'000);
    CHECK(histogram.total_count() == 5);
    CHECK(histogram.out_of_range_count() == 4);
    CHECK(histogram.count_at(0) == 1);
    CHECK(histogram.count_at(1'000'000) == 4);
    CHECK(histogram.count_at(-7) == 0);
    CHECK(histogram.count_at(1'000'001) == 0);
    CHECK(histogram.max() == histogram.layout().highest_equivalent(1'000'000));
}

TEST_CASE("the distribution's lines are HdrHistogram's levels") {
    HdrHistogram histogram(hour_us);
    for (std::int64_t value = 1; value <= 1'000; ++value) histogram.record(value);
    const auto points = histogram.percentile_points(1);
    // One line per halved distance to 100 %: 0, 50, 75, 87.5, ...
    REQUIRE(points.size() == 12);
    CHECK(points[0].value == 1);
    CHECK(points[0].percentile == 0);
    CHECK(points[1].percentile == 50);
    CHECK(points[1].value == 500);
    CHECK(points[2].percentile == 75);
    CHECK(points[2].count_to_value == 750);
    CHECK(points[3].percentile == 87.5);
    CHECK(points.back().value == 1'000);
    CHECK(points.back().percentile == 100);
    CHECK(points.back().count_to_value == 1'000);
}

TEST_CASE("a distribution of one value has two lines") {
    HdrHistogram histogram(hour_us);
    histogram.record_n(5, 10);
    const auto points = histogram.percentile_points(5);
    REQUIRE(points.size() == 2);
    CHECK(points[0].value == 5);
    CHECK(points[1].percentile == 100);
}

TEST_CASE("a distribution of more values than a double tells apart ends") {
    HdrHistogram histogram(hour_us);
    histogram.record_n(1, std::uint64_t{1} << 61);
    histogram.record(2);
    const auto points = histogram.percentile_points(5);
    REQUIRE(points.size() > 2);
    CHECK(points.size() < 1'000);
    CHECK(points.back().value == 2);
    CHECK(points.back().percentile == 100);
    for (std::size_t i = 1; i < points.size(); ++i) CHECK(points[i].percentile > points[i - 1].percentile);
}

TEST_CASE("added histograms count together and subtract again") {
    HdrHistogram all = stalled();
    HdrHistogram other(hour_us);
    other.record_n(7, 3);
    other.record(-1);
    all.add(other);
    CHECK(all.total_count() == 10'005);
    CHECK(all.count_at(7) == 3);
    CHECK(all.out_of_range_count() == 1);
    all.subtract(stalled());
    CHECK(all.total_count() == 4);
    CHECK(all.count_at(1'000) == 0);
    CHECK(all.max() == 7);
}

TEST_CASE("a histogram of another range is added value by value") {
    HdrHistogram narrow({1, 1'000'000, 3});
    HdrHistogram wide(hour_us);
    wide.record_n(500, 2);
    wide.record(2'000'000);
    narrow.add(wide);
    CHECK(narrow.total_count() == 3);
    CHECK(narrow.count_at(500) == 2);
    CHECK(narrow.out_of_range_count() == 1);
}

TEST_CASE("a reset histogram is empty") {
    HdrHistogram histogram = stalled();
    histogram.record(-1);
    histogram.reset();
    CHECK(histogram.total_count() == 0);
    CHECK(histogram.out_of_range_count() == 0);
    CHECK(histogram.max() == 0);
}

}  // namespace prosa
