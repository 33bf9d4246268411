#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "adaptors/injector/arrival_schedule.hpp"

using namespace prosa;

namespace {

std::uint64_t arrivals_in(const LoadOptions& options, Nanos from_ns, Nanos to_ns) {
    ArrivalSchedule schedule(options);
    std::uint64_t count = 0;
    for (Nanos at_ns = schedule.next(); at_ns < to_ns; at_ns = schedule.next())
        if (at_ns >= from_ns) ++count;
    return count;
}

}  // namespace

TEST_CASE("uniform arrivals have equal distances, also after a million") {
    LoadOptions options;
    options.rate_per_s = 30'000;  // a distance of 33333.3 ns
    ArrivalSchedule schedule(options);
    for (std::int64_t i = 1; i <= 1'000'000; ++i) {
        const Nanos at_ns = schedule.next();
        const Nanos exact_ns = i * ns_per_s / 30'000;
        if (std::abs(at_ns - exact_ns) > 1)
            FAIL("arrival " << i << " is at " << at_ns << ", not " << exact_ns);
    }
}

TEST_CASE("poisson arrivals have the mean and the spread of exponential distances") {
    LoadOptions options;
    options.rate_per_s = 100'000;
    options.arrivals = Arrivals::poisson;
    ArrivalSchedule schedule(options);
    constexpr int count = 200'000;
    double sum = 0;
    double squares = 0;
    Nanos last_ns = 0;
    for (int i = 0; i < count; ++i) {
        const Nanos at_ns = schedule.next();
        const auto gap = static_cast<double>(at_ns - last_ns);
        sum += gap;
        squares += gap * gap;
        last_ns = at_ns;
    }
    const double mean = sum / count;
    const double deviation = std::sqrt(squares / count - mean * mean);
    CHECK(mean == doctest::Approx(10'000).epsilon(0.02));
    CHECK(deviation == doctest::Approx(10'000).epsilon(0.03));
}

TEST_CASE("the same seed gives the same times, another seed others") {
    LoadOptions options;
    options.arrivals = Arrivals::poisson;
    ArrivalSchedule one(options);
    ArrivalSchedule same(options);
    options.seed = 2;
    ArrivalSchedule other(options);
    int equal = 0;
    for (int i = 0; i < 100; ++i) {
        const Nanos at_ns = one.next();
        CHECK(at_ns == same.next());
        if (at_ns == other.next()) ++equal;
    }
    CHECK(equal < 5);
}

TEST_CASE("a step schedule raises its rate step by step up to the last") {
    LoadOptions options;
    options.shape = RateShape::step;
    options.start_rate_per_s = 1000;
    options.step_rate_per_s = 500;
    options.rate_per_s = 1800;
    options.warmup_ns = ns_per_s;
    CHECK(arrivals_in(options, 0, ns_per_s) == doctest::Approx(1000).epsilon(0.002));
    CHECK(arrivals_in(options, 1 * ns_per_s, 2 * ns_per_s) == doctest::Approx(1000).epsilon(0.002));
    CHECK(arrivals_in(options, 2 * ns_per_s, 3 * ns_per_s) == doctest::Approx(1500).epsilon(0.002));
    CHECK(arrivals_in(options, 3 * ns_per_s, 4 * ns_per_s) == doctest::Approx(1800).epsilon(0.002));
    CHECK(arrivals_in(options, 9 * ns_per_s, 10 * ns_per_s) == doctest::Approx(1800).epsilon(0.002));
}

TEST_CASE("a line reaches its last rate at the end of the duration") {
    LoadOptions options;
    options.shape = RateShape::line;
    options.start_rate_per_s = 1000;
    options.rate_per_s = 3000;
    options.duration_ns = 10 * ns_per_s;
    CHECK(arrivals_in(options, 0, 10 * ns_per_s) == doctest::Approx(20'000).epsilon(0.001));
    CHECK(arrivals_in(options, 0, ns_per_s) == doctest::Approx(1100).epsilon(0.003));
    CHECK(arrivals_in(options, 9 * ns_per_s, 10 * ns_per_s) == doctest::Approx(2900).epsilon(0.003));
    std::swap(options.start_rate_per_s, options.rate_per_s);
    CHECK(arrivals_in(options, 9 * ns_per_s, 10 * ns_per_s) == doctest::Approx(1100).epsilon(0.003));
}

TEST_CASE("a timeline is followed and repeated without a jump back") {
    LoadOptions options;
    options.timeline = std::make_shared<const std::vector<Nanos>>(std::vector<Nanos>{0, 10'000, 30'000});
    ArrivalSchedule schedule(options);
    for (const Nanos expected : {0, 10'000, 30'000, 45'000, 55'000, 75'000, 90'000})
        CHECK(schedule.next() == expected);
}

TEST_CASE("a changed rate holds from then on") {
    LoadOptions options;
    options.rate_per_s = 1;
    ArrivalSchedule schedule(options);
    CHECK(schedule.next() == ns_per_s);
    schedule.change_rate(1000, 1500 * ns_per_ms);
    CHECK(schedule.next() == 1501 * ns_per_ms);
    CHECK(schedule.next() == 1502 * ns_per_ms);
}
