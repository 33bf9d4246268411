#include "core/stats/hdr_layout.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>

namespace prosa {

// The expected numbers are those of HdrHistogram (hdrhistogram.org) for the same parameters.
TEST_CASE("the number of counters is that of HdrHistogram") {
    const HdrLayout hour_us({1, 3'600'000'000, 3});
    CHECK(hour_us.counter_count() == 23'552);
    CHECK(hour_us.bucket_count() == 22);
    CHECK(hour_us.sub_bucket_count() == 2'048);
    CHECK(HdrLayout({1, 3'600'000'000'000, 3}).counter_count() == 33'792);
    CHECK(HdrLayout({1, 2, 1}).counter_count() == 32);
}

TEST_CASE("values that a counter shares widen with the value") {
    const HdrLayout layout({1, 3'600'000'000, 3});
    CHECK(layout.equivalent_range_size(1) == 1);
    CHECK(layout.equivalent_range_size(2'047) == 1);
    CHECK(layout.equivalent_range_size(2'048) == 2);
    CHECK(layout.equivalent_range_size(2'500) == 2);
    CHECK(layout.equivalent_range_size(8'191) == 4);
    CHECK(layout.equivalent_range_size(8'192) == 8);
    CHECK(layout.equivalent_range_size(10'000) == 8);
    CHECK(layout.lowest_equivalent(10'007) == 10'000);
    CHECK(layout.lowest_equivalent(10'009) == 10'008);
    CHECK(layout.highest_equivalent(8'180) == 8'183);
    CHECK(layout.highest_equivalent(8'193) == 8'199);
    CHECK(layout.highest_equivalent(9'995) == 9'999);
    CHECK(layout.highest_equivalent(10'008) == 10'015);
    CHECK(layout.median_equivalent(4) == 4);
    CHECK(layout.median_equivalent(4'000) == 4'001);
    CHECK(layout.median_equivalent(8'000) == 8'002);
    CHECK(layout.median_equivalent(10'007) == 10'004);
}

TEST_CASE("a coarse unit scales the ranges") {
    const HdrLayout layout({1'024, 3'600'000'000, 3});
    CHECK(layout.equivalent_range_size(8'192 * 1'024) == 8 * 1'024);
    CHECK(layout.lowest_equivalent(10'007 * 1'024) == 10'000 * 1'024);
    CHECK(layout.highest_equivalent(8'193 * 1'024) == 8'199 * 1'024 + 1'023);
    CHECK(layout.index_of(0) == layout.index_of(1'023));
    CHECK(layout.index_of(1'024) == 1);
}

TEST_CASE("each counter's lowest value finds that counter, and its highest value too") {
    for (const HdrRange range :
         {HdrRange{1, 100'000, 1}, HdrRange{1, 3'600'000'000, 2}, HdrRange{1'000, 1'000'000'000, 3}}) {
        const HdrLayout layout(range);
        std::int64_t expected_next = 0;
        bool all_found = true;
        for (std::size_t i = 0; i < layout.counter_count(); ++i) {
            const std::int64_t low = layout.value_at(i);
            all_found = all_found && low == expected_next && layout.index_of(low) == i &&
                        layout.index_of(layout.highest_equivalent(low)) == i;
            expected_next = layout.highest_equivalent(low) + 1;
        }
        CHECK(all_found);
        CHECK(expected_next > range.highest_trackable);
    }
}

TEST_CASE("the relative error stays below the wanted digits") {
    const HdrLayout layout({1, 3'600'000'000'000, 3});
    bool within = true;
    for (std::int64_t value = 1; value < 3'600'000'000'000; value = value * 9 / 8 + 1)
        within = within && layout.equivalent_range_size(value) * 1'000 <= value + 1'000;
    CHECK(within);
}

TEST_CASE("the widest range and the most digits still fit") {
    const HdrLayout layout({1, std::numeric_limits<std::int64_t>::max(), 5});
    CHECK(layout.index_of(std::numeric_limits<std::int64_t>::max()) == layout.counter_count() - 1);
}

}  // namespace prosa
