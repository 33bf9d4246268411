// One writer records while two readers take intervals as fast as they can.
//
// Forbids   a value lost, or counted twice; an interval whose total is not the sum of its counts.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include "core/stats/interval_histogram.hpp"
#include "test/support/stress_run.hpp"

namespace prosa {
namespace {

constexpr HdrRange narrow{1, 100'000, 2};
constexpr std::uint64_t record_count = 2'000'000;

std::uint64_t sum_of_counts(const HdrHistogram& histogram) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : histogram.counts()) sum += count;
    return sum;
}

// Sums all intervals until the writer has ended, and one more.
HdrHistogram sum_intervals(IntervalReader reader, const std::atomic<bool>& ended, bool& totals_agree) {
    HdrHistogram sum(narrow);
    HdrHistogram interval(narrow);
    totals_agree = true;
    for (bool last = false; !last;) {
        last = ended.load(std::memory_order_acquire);
        reader.read(interval);
        totals_agree = totals_agree && sum_of_counts(interval) == interval.total_count();
        sum.add(interval);
    }
    return sum;
}

void check_round(std::uint64_t seed) {
    IntervalHistogram source(narrow);
    HdrHistogram expected(narrow);
    std::atomic<bool> ended{false};
    HdrHistogram sums[2]{HdrHistogram(narrow), HdrHistogram(narrow)};
    bool totals_agree[2]{};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i)
        readers.emplace_back(
            [&, i] { sums[i] = sum_intervals(IntervalReader(source), ended, totals_agree[i]); });

    std::mt19937_64 random(seed);
    for (std::uint64_t i = 0; i < record_count; ++i) {
        const auto value = static_cast<std::int64_t>(random() % 110'000);
        source.record(value);
        expected.record(value);
    }
    ended.store(true, std::memory_order_release);
    for (auto& reader : readers) reader.join();

    for (int i = 0; i < 2; ++i) {
        CHECK(totals_agree[i]);
        CHECK(sums[i].total_count() == record_count);
        CHECK(sums[i].out_of_range_count() == expected.out_of_range_count());
        sums[i].subtract(expected);
        CHECK(sums[i].total_count() == 0);
    }
}

TEST_CASE("the sum of all intervals is what was recorded, for each reader") {
    test::run_stress("interval histogram stress", std::chrono::seconds(60), [](std::uint64_t seed) {
        check_round(seed);
        return record_count;
    });
}

}  // namespace
}  // namespace prosa
