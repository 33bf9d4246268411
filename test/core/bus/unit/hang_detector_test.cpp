// The watchdog's verdicts on a virtual clock.
#include <doctest/doctest.h>

#include "core/bus/hang_detector.hpp"

namespace prosa::test {
namespace {

using Verdict = HangDetector::Verdict;

constexpr Nanos hang_after_ns = 100 * ns_per_ms;
constexpr Nanos period_ns = hang_after_ns / 4;

// A thread that did what the test says since the last look.
struct ScriptedProbe final : ThreadProbe {
    std::optional<ThreadReading> read() noexcept override {
        ++reads;
        return is_readable ? std::optional(ThreadReading{cpu_ns, is_blocked}) : std::nullopt;
    }
    Nanos cpu_ns = 0;
    bool is_blocked = false;
    bool is_readable = true;
    int reads = 0;
};

struct Watch {
    Watch() { turn(); }

    Verdict look(Nanos after_ns = period_ns) {
        now_ns += after_ns;
        return detector.observe(cycles, is_running, now_ns);
    }
    Verdict turn(Nanos after_ns = period_ns) {
        ++cycles;
        return look(after_ns);
    }
    // The thread is on its CPU for a part of the time, and makes no turn.
    Verdict stand(Nanos cpu_ns) {
        probe.cpu_ns += cpu_ns;
        return look();
    }
    void hang() {
        probe.is_blocked = true;
        for (int i = 0; i < 4; ++i) look();
        REQUIRE(detector.is_hanging());
        probe.is_blocked = false;
    }

    ScriptedProbe probe;
    HangDetector detector{hang_after_ns, probe};
    Nanos now_ns = ns_per_s;
    std::uint64_t cycles = 0;
    bool is_running = true;
};

}  // namespace

TEST_CASE("a reactor that turns is never probed") {
    Watch watch;
    for (int i = 0; i < 100; ++i) CHECK(watch.turn() == Verdict::unchanged);
    CHECK(watch.probe.reads == 0);
}

TEST_CASE("a thread that spins in a handler hangs after hang_after, and is told once") {
    Watch watch;
    for (int i = 0; i < 3; ++i) CHECK(watch.stand(period_ns) == Verdict::unchanged);
    CHECK(watch.stand(period_ns) == Verdict::hanging);
    CHECK(watch.detector.is_hanging());
    for (int i = 0; i < 10; ++i) CHECK(watch.stand(period_ns) == Verdict::unchanged);
    CHECK(watch.detector.is_hanging());
}

TEST_CASE("a thread that sleeps in a handler hangs after hang_after, although it uses no CPU time") {
    Watch watch;
    watch.probe.is_blocked = true;
    for (int i = 0; i < 3; ++i) CHECK(watch.look() == Verdict::unchanged);
    CHECK(watch.look() == Verdict::hanging);
}

TEST_CASE("a thread that waits for a CPU does not hang, however long") {
    Watch watch;
    for (int i = 0; i < 1000; ++i) CHECK(watch.stand(0) == Verdict::unchanged);
    CHECK_FALSE(watch.detector.is_hanging());
}

TEST_CASE("a handler that spins on a crowded CPU hangs when half of hang_after was its own") {
    Watch watch;
    int looks = 1;
    while (watch.stand(period_ns / 10) == Verdict::unchanged) ++looks;
    CHECK(looks == 21);  // 20 tenths of a quarter, after the first reading
}

TEST_CASE("without readings of the thread all time counts as its own") {
    Watch watch;
    watch.probe.is_readable = false;
    for (int i = 0; i < 3; ++i) CHECK(watch.look() == Verdict::unchanged);
    CHECK(watch.look() == Verdict::hanging);
}

TEST_CASE("a reactor that sleeps does not hang") {
    Watch watch;
    watch.is_running = false;
    for (int i = 0; i < 100; ++i) CHECK(watch.look() == Verdict::unchanged);
    CHECK(watch.probe.reads == 0);
}

TEST_CASE("a watchdog that was late itself starts anew") {
    Watch watch;
    watch.probe.is_blocked = true;
    for (int i = 0; i < 3; ++i) CHECK(watch.look() == Verdict::unchanged);
    CHECK(watch.look(10 * hang_after_ns) == Verdict::unchanged);
    for (int i = 0; i < 3; ++i) CHECK(watch.look() == Verdict::unchanged);
    CHECK(watch.look() == Verdict::hanging);
}

TEST_CASE("one turn begins the standstill anew") {
    Watch watch;
    watch.probe.is_blocked = true;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 3; ++i) CHECK(watch.look() == Verdict::unchanged);
        CHECK(watch.turn() == Verdict::unchanged);
    }
}

TEST_CASE("a reactor recovers when it has turned for hang_after") {
    Watch watch;
    watch.hang();
    for (int i = 0; i < 3; ++i) CHECK(watch.turn() == Verdict::unchanged);
    CHECK(watch.turn() == Verdict::recovered);
    CHECK_FALSE(watch.detector.is_hanging());
    watch.hang();  // and it may hang again
}

TEST_CASE("a reactor that limps is not switched back and forth") {
    Watch watch;
    watch.hang();
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 3; ++i) CHECK(watch.turn() == Verdict::unchanged);
        CHECK(watch.stand(period_ns) == Verdict::unchanged);
    }
    CHECK(watch.detector.is_hanging());
}

TEST_CASE("starvation does not keep a reactor from recovering, nor does it count for its recovery") {
    Watch watch;
    watch.hang();
    for (int i = 0; i < 3; ++i) {
        CHECK(watch.turn() == Verdict::unchanged);
        CHECK(watch.stand(0) == Verdict::unchanged);
    }
    CHECK(watch.turn() == Verdict::recovered);
}

}  // namespace prosa::test
