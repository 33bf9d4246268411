#include "core/reactor/idle_strategy.hpp"

#include <doctest/doctest.h>

namespace prosa {
namespace {

constexpr Nanos us = ns_per_us;
constexpr Nanos ms = ns_per_ms;

TEST_CASE("mode names are parsed back and unknown ones refused") {
    for (const IdleMode mode :
         {IdleMode::adaptive, IdleMode::spin, IdleMode::yield, IdleMode::backoff, IdleMode::park})
        CHECK(parse_idle_mode(name_of(mode)) == mode);
    CHECK_FALSE(parse_idle_mode("sleep").has_value());
}

TEST_CASE("spin and yield never park, and producers may skip their wake word") {
    BusyThreads busy(1);
    IdleStrategy spin({.mode = IdleMode::spin}, busy);
    IdleStrategy yield({.mode = IdleMode::yield}, busy);
    for (Nanos now = 0; now < 10 * ns_per_s; now += ms) {
        CHECK(spin.idle(false, now).step == IdleStep::spin);
        CHECK(yield.idle(false, now).step == IdleStep::yield);
    }
    CHECK_FALSE(spin.may_park());
    CHECK_FALSE(yield.may_park());
    CHECK(busy.count() == 2);
}

TEST_CASE("park parks on the first empty turn, without an end of its own") {
    BusyThreads busy(1);
    IdleStrategy idle({.mode = IdleMode::park}, busy);
    CHECK(idle.idle(true, 0).step == IdleStep::spin);
    const IdleAction action = idle.idle(false, us);
    CHECK(action.step == IdleStep::park);
    CHECK(action.park_until_ns == no_deadline_ns);
    CHECK(idle.may_park());
}

TEST_CASE("backoff spins, then yields, then parks ever longer up to a millisecond, and work resets it") {
    BusyThreads busy(1);
    IdleStrategy idle({.mode = IdleMode::backoff}, busy);
    CHECK(idle.idle(false, 0).step == IdleStep::spin);
    CHECK(idle.idle(false, 9 * us).step == IdleStep::spin);
    CHECK(idle.idle(false, 10 * us).step == IdleStep::yield);
    Nanos now = 100 * us;
    for (Nanos pause = us; pause < 2 * ms; pause *= 2) {
        const IdleAction action = idle.idle(false, now);
        CHECK(action.step == IdleStep::park);
        CHECK(action.park_until_ns - now == std::min(pause, ms));
        now = action.park_until_ns;
    }
    idle.idle(true, now);
    CHECK(idle.idle(false, now).step == IdleStep::spin);
    CHECK(idle.idle(false, now + 100 * us).park_until_ns == now + 101 * us);
}

TEST_CASE("adaptive spins while the threads fit the CPUs and parks after park_after") {
    BusyThreads busy(1);
    IdleStrategy idle({.park_after_ns = ms}, busy);
    CHECK(idle.idle(false, 5 * ms).step == IdleStep::spin);
    CHECK(idle.idle(false, 6 * ms - 1).step == IdleStep::spin);
    CHECK(idle.idle(false, 6 * ms).step == IdleStep::park);
}

TEST_CASE("adaptive parks again at once after an empty wake-up and spins after work") {
    BusyThreads busy(1);
    IdleStrategy idle({}, busy);
    idle.idle(false, 0);
    CHECK(idle.idle(false, ms).step == IdleStep::park);
    CHECK(idle.idle(false, 300 * ms).step == IdleStep::park);
    CHECK(idle.idle(true, 301 * ms).step == IdleStep::spin);
    CHECK(idle.idle(false, 301 * ms).step == IdleStep::spin);
    CHECK(idle.idle(false, 302 * ms).step == IdleStep::park);
}

TEST_CASE("adaptive yields and parks early while busy threads outnumber the CPUs") {
    BusyThreads busy(1);
    IdleStrategy idle({}, busy);
    busy.enter();
    CHECK(idle.idle(false, 0).step == IdleStep::yield);
    CHECK(idle.idle(false, 19 * us).step == IdleStep::yield);
    CHECK(idle.idle(false, 20 * us).step == IdleStep::park);
    CHECK(busy.fits());
    busy.leave();
    idle.idle(true, 30 * us);
    CHECK(idle.idle(false, 31 * us).step == IdleStep::spin);
}

TEST_CASE("a parked thread is not busy, and is again from its next turn on") {
    BusyThreads busy(2);
    {
        IdleStrategy idle({.mode = IdleMode::park}, busy);
        CHECK(busy.count() == 1);
        idle.idle(false, 0);
        CHECK(busy.count() == 0);
        idle.idle(true, us);
        CHECK(busy.count() == 1);
        idle.idle(false, 2 * us);
    }
    CHECK(busy.count() == 0);
    { IdleStrategy idle({}, busy); }
    CHECK(busy.count() == 0);
}

TEST_CASE("adaptive asks for preemptions rarely and backs off for a while when there are many") {
    BusyThreads busy(1);
    IdleStrategy idle({.park_after_ns = 10 * ns_per_s}, busy);
    CHECK(idle.idle(false, 0).wants_preemptions);
    idle.note_preemptions(1000, 0);
    CHECK_FALSE(idle.is_backing_off(0));
    CHECK_FALSE(idle.idle(false, 49 * ms).wants_preemptions);
    CHECK(idle.idle(false, 50 * ms).wants_preemptions);
    idle.note_preemptions(1004, 50 * ms);
    CHECK(idle.idle(false, 51 * ms).step == IdleStep::spin);
    idle.note_preemptions(1009, 100 * ms);
    CHECK(idle.is_backing_off(100 * ms));
    CHECK(idle.idle(false, 100 * ms).step == IdleStep::park);
    idle.idle(true, 101 * ms);
    CHECK(idle.idle(false, 101 * ms).step == IdleStep::yield);
    idle.idle(true, 601 * ms);
    CHECK(idle.idle(false, 601 * ms).step == IdleStep::spin);
}

TEST_CASE("few preemptions over a long time are not a crowded CPU") {
    BusyThreads busy(1);
    IdleStrategy idle({}, busy);
    idle.note_preemptions(0, 0);
    idle.note_preemptions(50, 10 * ns_per_s);
    CHECK_FALSE(idle.is_backing_off(10 * ns_per_s));
}

TEST_CASE("the kernel's count of preemptions never falls") {
    const std::uint64_t before = thread_preemptions();
    CHECK(thread_preemptions() >= before);
}

}  // namespace
}  // namespace prosa
