#include "core/stats/counter.hpp"

#include <doctest/doctest.h>

#include "core/stats/counter_block.hpp"

namespace prosa {
namespace {

enum class TestCounter : std::uint8_t { turns, wake_ups, count_ };

}  // namespace

TEST_CASE("a counter adds one or many") {
    Counter counter;
    counter.add();
    counter.add(41);
    CHECK(counter.value() == 42);
}

TEST_CASE("a gauge keeps its highest level when it falls") {
    Gauge gauge;
    gauge.add(5);
    gauge.subtract(3);
    CHECK(gauge.value() == 2);
    CHECK(gauge.high_water() == 5);
    gauge.set(4);
    CHECK(gauge.high_water() == 5);
    gauge.set(-1);
    CHECK(gauge.value() == -1);
}

TEST_CASE("a block counts by name") {
    CounterBlock<TestCounter> counters;
    counters[TestCounter::wake_ups].add(3);
    CHECK(counters[TestCounter::turns].value() == 0);
    CHECK(counters.values() == CounterBlock<TestCounter>::Values{0, 3});
}

TEST_CASE("two blocks share no pair of cache lines") {
    static_assert(alignof(CounterBlock<TestCounter>) == no_sharing_bytes);
    static_assert(sizeof(CounterBlock<TestCounter>) % no_sharing_bytes == 0);
}

}  // namespace prosa
