#include "apps/prosa/turn_probe.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

namespace prosa {
namespace {

std::vector<ReactorReport> reactors(std::initializer_list<std::uint64_t> turns) {
    std::vector<ReactorReport> reports;
    for (const std::uint64_t count : turns) {
        ReactorReport& report = reports.emplace_back();
        report.state = ReactorState::running;
        report.counters[static_cast<std::size_t>(ReactorCounter::turns)] = count;
    }
    return reports;
}

}  // namespace

TEST_CASE("each reactor has to turn") {
    TurnProbe probe;
    probe.begin(reactors({5, 9}));
    CHECK_FALSE(probe.has_each_turned(reactors({5, 9})));
    CHECK_FALSE(probe.has_each_turned(reactors({6, 9})));
    CHECK_FALSE(probe.has_each_turned(reactors({5, 10})));
    CHECK(probe.has_each_turned(reactors({6, 10})));
}

TEST_CASE("a reactor that stands still counts as stuck also when it says that it sleeps") {
    TurnProbe probe;
    probe.begin(reactors({5}));
    auto sleeping = reactors({5});
    sleeping[0].state = ReactorState::parked;
    CHECK_FALSE(probe.has_each_turned(sleeping));
}

TEST_CASE("a reactor that ended is not waited for") {
    TurnProbe probe;
    probe.begin(reactors({5, 9}));
    auto ending = reactors({5, 10});
    ending[0].state = ReactorState::ended;
    CHECK(probe.has_each_turned(ending));
}

TEST_CASE("a reactor that came after the question is asked with the next one") {
    TurnProbe probe;
    probe.begin(reactors({5}));
    CHECK(probe.has_each_turned(reactors({6, 0})));
    probe.begin(reactors({6, 0}));
    CHECK_FALSE(probe.has_each_turned(reactors({7, 0})));
}

TEST_CASE("an instance without reactors is well") {
    TurnProbe probe;
    probe.begin({});
    CHECK(probe.has_each_turned({}));
}

}  // namespace prosa
