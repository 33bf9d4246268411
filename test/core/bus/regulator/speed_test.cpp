#include "core/bus/regulator/speed.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <limits>

namespace prosa {
namespace {

// `count` events, `interval_ns` apart; returns the instant of the last one.
Nanos record_every(Speed& speed, int count, Nanos first_ns, Nanos interval_ns) {
    for (int i = 0; i < count; ++i) speed.record(first_ns + i * interval_ns);
    return first_ns + (count - 1) * interval_ns;
}

}  // namespace

TEST_CASE("a speed without events is 0 and waits for nothing") {
    const Speed speed(4);
    CHECK_FALSE(speed.last_event().has_value());
    CHECK(speed.per_second(123) == 0);
    CHECK(speed.mean_interval(123) == 0);
    CHECK(speed.wait(25, 123) == 0);
    CHECK(speed.text(123) == "0 TPS (mean 0 ms)\n");
}

TEST_CASE("a window below 6 keeps 5 events, a larger one what it says") {
    Speed small(4);
    Speed large(7);
    record_every(small, 20, 0, 1);
    record_every(large, 20, 0, 1);
    CHECK(small.count() == 5);
    CHECK(large.count() == 7);
    CHECK(small.elapsed(19) == 4);
    CHECK(large.elapsed(19) == 6);
}

TEST_CASE("five events 40 ms apart wait 40 ms for 25 TPS") {
    Speed speed(5);
    const Nanos last_ns = record_every(speed, 5, 1'000, 40 * ns_per_ms);
    CHECK(speed.last_event() == last_ns);
    CHECK(speed.wait(25, last_ns) == 40 * ns_per_ms);
    const Nanos later_ns = last_ns + 40 * ns_per_ms;
    CHECK(speed.mean_interval(later_ns) == 40 * ns_per_ms);
    CHECK(speed.per_second(later_ns) == doctest::Approx(25));
    CHECK(speed.wait(25, later_ns) == 0);
    CHECK(speed.text(later_ns) == "25 TPS (mean 40 ms)\n");
}

TEST_CASE("k events at rate r wait k/r from the oldest, in ProSA's milliseconds and finer") {
    for (const double rate : {3.0, 5.0, 7.0, 25.0, 999.0}) {
        for (int count = 1; count <= 5; ++count) {
            Speed speed(5);
            const Nanos last_ns = record_every(speed, count, 0, ns_per_ms);
            const auto ideal_ms = static_cast<Nanos>(1'000.0 * count / rate);
            const Nanos expected_ms = std::max<Nanos>(ideal_ms - last_ns / ns_per_ms, 0);
            CHECK(speed.wait(rate, last_ns) / ns_per_ms == expected_ms);
        }
    }
}

TEST_CASE("a rate that is no positive finite number waits for ever") {
    Speed speed(5);
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double rate : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), infinity, -infinity}) {
        CHECK(speed.wait(rate, 10) == never_ns);
        CHECK(speed.next_event_at(rate, 10) == never_ns);
    }
    speed.record(10);
    CHECK(speed.wait(1e-300, 10) == never_ns);
}

TEST_CASE("a window below a millisecond has a finite speed and is paced") {
    Speed speed(15);
    const Nanos last_ns = record_every(speed, 15, 0, 1'000);
    CHECK(speed.per_second(last_ns) == doctest::Approx(15 * 1e9 / 14'000));
    CHECK(speed.wait(20'000, last_ns) == 750'000 - 14'000);
}

TEST_CASE("events all at this instant have speed 0, and a clock that is behind counts as no time") {
    Speed speed(5);
    record_every(speed, 3, 100, 0);
    CHECK(speed.per_second(100) == 0);
    CHECK(speed.elapsed(50) == 0);
    CHECK(speed.per_second(50) == 0);
}

}  // namespace prosa
