#include "core/stats/interval_histogram.hpp"

#include <doctest/doctest.h>

namespace prosa {
namespace {

constexpr HdrRange second_ns{1, 1'000'000'000, 3};

}  // namespace

TEST_CASE("an interval holds what was recorded since the last reading") {
    IntervalHistogram source(second_ns);
    IntervalReader reader(source);
    HdrHistogram interval(second_ns);
    source.record_n(100, 3);
    reader.read(interval);
    CHECK(interval.total_count() == 3);
    source.record(200);
    reader.read(interval);
    CHECK(interval.total_count() == 1);
    CHECK(interval.count_at(100) == 0);
    CHECK(interval.count_at(200) == 1);
    reader.read(interval);
    CHECK(interval.total_count() == 0);
}

TEST_CASE("two readers do not take each other's interval") {
    IntervalHistogram source(second_ns);
    IntervalReader progress(source);
    IntervalReader metrics(source);
    HdrHistogram interval(second_ns);
    source.record(100);
    progress.read(interval);
    source.record(100);
    metrics.read(interval);
    CHECK(interval.total_count() == 2);
    progress.read(interval);
    CHECK(interval.total_count() == 1);
}

TEST_CASE("the total is read without ending the interval") {
    IntervalHistogram source(second_ns);
    IntervalReader reader(source);
    HdrHistogram read(second_ns);
    source.record(100);
    reader.read(read);
    source.record(100);
    reader.read_total(read);
    CHECK(read.total_count() == 2);
    reader.read(read);
    CHECK(read.total_count() == 1);
}

TEST_CASE("a value out of range is clamped and counted in its interval") {
    IntervalHistogram source(second_ns);
    IntervalReader reader(source);
    HdrHistogram interval(second_ns);
    source.record(-1);
    source.record_n(1'000'000'001, 2);
    reader.read(interval);
    CHECK(interval.total_count() == 3);
    CHECK(interval.out_of_range_count() == 3);
    CHECK(interval.count_at(1'000'000'000) == 2);
    reader.read(interval);
    CHECK(interval.out_of_range_count() == 0);
}

}  // namespace prosa
