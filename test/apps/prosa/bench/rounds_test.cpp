#include "apps/prosa/bench/rounds.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <utility>

namespace prosa::bench {
namespace {

// Raw lines come in pairs, one pair a round; the last pair repeats.
struct Machine {
    std::deque<std::pair<double, double>> raw_lines;
    bool is_after = false;
    std::size_t round_count = 0;

    absl::StatusOr<double> raw_line() {
        const auto [before_ns, after_ns] = raw_lines.front();
        if (!std::exchange(is_after, !is_after)) return before_ns;
        if (raw_lines.size() > 1) raw_lines.pop_front();
        return after_ns;
    }

    absl::Status take(RoundSeries& series, const std::vector<double>& values) {
        return series.take([this] { return raw_line(); },
                           [&] {
                               const double value = values[std::min(round_count++, values.size() - 1)];
                               return absl::StatusOr<std::vector<double>>(std::vector<double>{value});
                           },
                           [](const Round&) {});
    }
};

constexpr RoundLimits limits{.wanted_count = 5, .attempts_max = 9};

TEST_CASE("a round counts when both raw lines lie in the window and differ by at most a tenth") {
    const Placement placement;
    CHECK(placement.holds(100, 110));
    CHECK(placement.holds(160, 150));
    CHECK(placement.holds(80, 88));
    CHECK_FALSE(placement.holds(100, 111));
    CHECK_FALSE(placement.holds(79, 85));
    CHECK_FALSE(placement.holds(150, 161));
    CHECK(placement.is_steady(230, 240));
    CHECK_FALSE(placement.is_steady(230, 260));
}

TEST_CASE("the value is the median of the rounds that count") {
    Machine machine{.raw_lines = {{120, 121}, {300, 301}, {120, 150}, {125, 125}}};
    RoundSeries series(Placement{}, limits);
    REQUIRE(machine.take(series, {1, 100, 100, 2, 3, 4, 5}).ok());
    CHECK(series.count(RoundKind::counted) == 5);
    CHECK(series.count(RoundKind::other_placement) == 1);
    CHECK(series.count(RoundKind::unsteady) == 1);
    CHECK(series.median(RoundKind::counted, 0) == 3.0);
    CHECK(series.raw_line_ns() == 125.0);
}

TEST_CASE("rounds end early on a machine that is steady at another level") {
    Machine machine{.raw_lines = {{230, 231}}};
    RoundSeries series(Placement{}, limits);
    REQUIRE(machine.take(series, {1, 2, 3, 4, 5}).ok());
    CHECK(series.rounds().size() == 5);
    CHECK_FALSE(series.median(RoundKind::counted, 0).has_value());
    CHECK(series.median(RoundKind::other_placement, 0) == 3.0);
}

TEST_CASE("a machine whose line is slower has a window of its own") {
    Machine machine{.raw_lines = {{230, 231}, {204, 240}, {199, 205}, {241, 238}, {212, 212}}};
    RoundSeries series(Placement{}, limits);
    REQUIRE(machine.take(series, {1}).ok());
    CHECK(series.slower_window_ns() == std::pair(190.0, 250.0));
}

TEST_CASE("neither two threads of one core nor several placements are a window") {
    const std::deque<std::pair<double, double>> one_core{{65, 66}};
    const std::deque<std::pair<double, double>> several{{230, 231}, {530, 531}};
    for (const auto& raw_lines : {one_core, several}) {
        Machine machine{.raw_lines = raw_lines};
        RoundSeries series(Placement{}, limits);
        REQUIRE(machine.take(series, {1}).ok());
        CHECK_FALSE(series.slower_window_ns().has_value());
    }
}

TEST_CASE("one round that counts says that the machine has the placement") {
    Machine machine{.raw_lines = {{230, 231}, {120, 121}, {230, 231}}};
    RoundSeries series(Placement{}, limits);
    REQUIRE(machine.take(series, {1}).ok());
    CHECK_FALSE(series.slower_window_ns().has_value());
}

TEST_CASE("half of the attempts elsewhere are needed to give up") {
    constexpr RoundLimits many{.wanted_count = 5, .attempts_max = 30};
    Machine machine{.raw_lines = {{230, 231}}};
    RoundSeries series(Placement{}, many);
    REQUIRE(machine.take(series, {1}).ok());
    CHECK(series.rounds().size() == 15);
}

TEST_CASE("no round begins when the time is over") {
    constexpr RoundLimits no_time{.time_max_ns = 0};
    Machine machine{.raw_lines = {{120, 120}}};
    RoundSeries series(Placement{}, no_time);
    REQUIRE(machine.take(series, {1}).ok());
    CHECK(series.rounds().empty());
}

TEST_CASE("fewer rounds than wanted give no value") {
    Machine machine{.raw_lines = {{120, 120}, {120, 120}, {120, 300}}};
    RoundSeries series(Placement{}, limits);
    REQUIRE(machine.take(series, {1}).ok());
    CHECK(series.rounds().size() == limits.attempts_max);
    CHECK_FALSE(series.median(RoundKind::counted, 0).has_value());
    CHECK_FALSE(series.median(RoundKind::other_placement, 0).has_value());
}

TEST_CASE("without a placement every round counts") {
    Machine machine{.raw_lines = {{10, 900}}};
    RoundSeries series(std::nullopt, limits);
    REQUIRE(machine.take(series, {4, 8, 6, 2, 10}).ok());
    CHECK(series.rounds().size() == 5);
    CHECK(series.median(RoundKind::counted, 0) == 6.0);
}

TEST_CASE("a few failed rounds are left out, more end the series") {
    std::size_t failures_left = 2;
    const auto raw_line = [] { return absl::StatusOr<double>(120); };
    const auto measure = [&]() -> absl::StatusOr<std::vector<double>> {
        if (failures_left-- > 0) return invalid_argument("broken");
        failures_left = 0;
        return std::vector<double>{7};
    };
    RoundSeries series(Placement{}, limits);
    CHECK(series.take(raw_line, measure, [](const Round&) {}).ok());
    CHECK(series.count(RoundKind::failed) == 2);
    CHECK(series.median(RoundKind::counted, 0) == 7.0);

    failures_left = 3;
    RoundSeries broken(Placement{}, limits);
    CHECK(message_of(broken.take(raw_line, measure, [](const Round&) {})) == "broken");
}

TEST_CASE("the median of an even number is the mean of the two in the middle") {
    CHECK(median_of({4, 1, 3, 2}) == 2.5);
    CHECK(median_of({9}) == 9.0);
}

}  // namespace
}  // namespace prosa::bench
