#include "core/reactor/timer_wheel.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace prosa {
namespace {

constexpr Nanos tick = TimerWheel::tick_ns;
constexpr Nanos hour_ns = 3600 * ns_per_s;

struct Timer : TimerNode {
    int fired = 0;
};

constexpr auto count_fired = [](TimerNode& node) { ++static_cast<Timer&>(node).fired; };

// The first instant of the tick at which a timer fires.
Nanos fire_time(Nanos deadline_ns) { return (deadline_ns + tick - 1) / tick * tick; }

TEST_CASE("a timer fires within one tick after its deadline and never before") {
    for (const Nanos deadline : {Nanos{1}, tick, tick + 1, 64 * tick, 64 * tick - 1, 5 * ns_per_s,
                                 24 * hour_ns, 24 * 365 * hour_ns}) {
        CAPTURE(deadline);
        TimerWheel wheel(0);
        Timer timer;
        wheel.insert(timer, deadline);
        wheel.advance(deadline - 1, count_fired);
        CHECK(timer.fired == 0);
        CHECK(wheel.next_deadline_ns() <= fire_time(deadline));
        for (int i = 0; i < 16; ++i) wheel.advance(fire_time(deadline), count_fired);
        CHECK(timer.fired == 1);
        CHECK_FALSE(timer.is_pending());
        CHECK(wheel.next_deadline_ns() == no_deadline_ns);
    }
}

TEST_CASE("a deadline in the past fires in the next advance") {
    TimerWheel wheel(10 * ns_per_s);
    Timer timer;
    wheel.insert(timer, 3);
    CHECK(wheel.next_deadline_ns() <= 10 * ns_per_s);
    CHECK(wheel.advance(10 * ns_per_s, count_fired) == 1);
    wheel.insert(timer, -5);
    CHECK(wheel.advance(10 * ns_per_s, count_fired) == 1);
}

TEST_CASE("the last representable deadline is accepted and never fires") {
    TimerWheel wheel(0);
    Timer timer;
    wheel.insert(timer, no_deadline_ns);
    CHECK(wheel.next_deadline_ns() <= no_deadline_ns);
    CHECK(wheel.advance(no_deadline_ns - 1, count_fired, 1000) == 0);
    CHECK(timer.is_pending());
    CHECK(wheel.next_deadline_ns() == no_deadline_ns);
    wheel.cancel(timer);
    CHECK(wheel.pending_count() == 0);
}

TEST_CASE("a cancelled timer does not fire and can be inserted again") {
    TimerWheel wheel(0);
    Timer timer;
    wheel.insert(timer, ns_per_ms);
    wheel.cancel(timer);
    wheel.cancel(timer);
    CHECK(wheel.pending_count() == 0);
    CHECK(wheel.next_deadline_ns() == no_deadline_ns);
    wheel.advance(2 * ns_per_ms, count_fired);
    CHECK(timer.fired == 0);
    wheel.insert(timer, 3 * ns_per_ms);
    wheel.advance(4 * ns_per_ms, count_fired);
    CHECK(timer.fired == 1);
}

TEST_CASE("one advance touches no more nodes than allowed and the next ones do the rest") {
    TimerWheel wheel(0);
    std::vector<Timer> timers(1000);
    for (Timer& timer : timers) wheel.insert(timer, ns_per_s);
    std::size_t fired = 0;
    std::size_t calls = 0;
    do {
        const std::size_t now_fired = wheel.advance(2 * ns_per_s, count_fired, 64);
        CHECK(now_fired <= 64);
        fired += now_fired;
        ++calls;
    } while (wheel.next_deadline_ns() <= 2 * ns_per_s);
    CHECK(fired == 1000);
    CHECK(calls >= 1000 / 64);
    CHECK(wheel.pending_count() == 0);
}

TEST_CASE(
    "a timer that waits in a half-moved slot can be cancelled, and new ones are not overtaken by time") {
    TimerWheel wheel(0);
    std::vector<Timer> timers(100);
    for (Timer& timer : timers) wheel.insert(timer, ns_per_s);
    wheel.advance(ns_per_s - tick, count_fired, 10);
    CHECK(wheel.next_deadline_ns() < ns_per_s);
    wheel.cancel(timers[99]);
    Timer soon;
    wheel.insert(soon, ns_per_s + 10 * tick);
    const Nanos before_soon = fire_time(ns_per_s + 9 * tick);
    while (wheel.next_deadline_ns() <= before_soon) wheel.advance(before_soon, count_fired, 10);
    CHECK(timers[99].fired == 0);
    CHECK(timers[98].fired == 1);
    CHECK(soon.fired == 0);
    wheel.advance(before_soon + tick, count_fired);
    CHECK(soon.fired == 1);
}

TEST_CASE("a callback may cancel others, insert others and free its own node") {
    TimerWheel wheel(0);
    auto owned = std::make_unique<Timer>();
    Timer victim;
    Timer successor;
    Timer rescheduled_now;
    wheel.insert(*owned, ns_per_ms);
    wheel.insert(victim, ns_per_ms + tick);
    wheel.advance(10 * ns_per_ms, [&](TimerNode& node) {
        CHECK(&node == owned.get());
        owned.reset();
        wheel.cancel(victim);
        wheel.insert(successor, 20 * ns_per_ms);
        wheel.insert(rescheduled_now, 0);
    });
    CHECK(owned == nullptr);
    CHECK(wheel.pending_count() == 2);
    wheel.advance(10 * ns_per_ms, count_fired);
    CHECK(rescheduled_now.fired == 1);
    wheel.advance(fire_time(20 * ns_per_ms), count_fired);
    CHECK(successor.fired == 1);
    CHECK(victim.fired == 0);
}

TEST_CASE("a callback that always reschedules itself for now does not hold back other timers") {
    TimerWheel wheel(0);
    Timer selfish;
    Timer other;
    wheel.insert(selfish, 0);
    wheel.insert(other, ns_per_ms);
    int turns = 0;
    for (Nanos now = 0; other.fired == 0 && turns < 10'000; now += tick, ++turns)
        wheel.advance(
            now,
            [&](TimerNode& node) {
                if (&node == &selfish)
                    wheel.insert(node, 0);
                else
                    count_fired(node);
            },
            2);
    CHECK(other.fired == 1);
}

TEST_CASE("a callback that throws leaves the wheel usable") {
    TimerWheel wheel(0);
    Timer first;
    Timer second;
    wheel.insert(first, ns_per_us);
    wheel.insert(second, ns_per_us);
    CHECK_THROWS(wheel.advance(ns_per_ms, [](TimerNode&) { throw 1; }));
    CHECK(wheel.pending_count() == 1);
    CHECK(wheel.advance(ns_per_ms, count_fired) == 1);
    CHECK(wheel.pending_count() == 0);
}

// The wheel and a sorted multimap get the same random operations.
class Model {
  public:
    explicit Model(std::uint64_t seed) : random_(seed), wheel_(now_ns_), timers_(512) {}

    void step() {
        const std::uint64_t dice = random_() % 100;
        if (dice < 45)
            insert();
        else if (dice < 70)
            cancel();
        else
            advance();
        REQUIRE(wheel_.pending_count() == expected_.size());
        REQUIRE(wheel_.next_deadline_ns() <= first_fire_time());
    }

    void drain() {
        while (!expected_.empty()) {
            now_ns_ = std::max(now_ns_, wheel_.next_deadline_ns());
            fire_due();
        }
        REQUIRE(wheel_.pending_count() == 0);
    }

  private:
    struct Entry : TimerNode {
        std::multimap<Nanos, Entry*>::iterator place;
    };

    Nanos first_fire_time() const {
        return expected_.empty() ? no_deadline_ns : fire_time(expected_.begin()->first);
    }

    Nanos random_distance() { return static_cast<Nanos>(random_() >> (17 + random_() % 47)); }

    void insert() {
        Entry& entry = timers_[random_() % timers_.size()];
        if (entry.is_pending()) return;
        const Nanos deadline = now_ns_ + random_distance() - static_cast<Nanos>(random_() % 4096);
        wheel_.insert(entry, deadline);
        entry.place = expected_.emplace(deadline, &entry);
    }

    void cancel() {
        Entry& entry = timers_[random_() % timers_.size()];
        if (entry.is_pending()) expected_.erase(entry.place);
        wheel_.cancel(entry);
    }

    void advance() {
        now_ns_ += random_distance() >> (random_() % 20);
        fire_due();
    }

    void fire_due() {
        const std::size_t touched_max = 1 + random_() % 300;
        const std::size_t fired = wheel_.advance(
            now_ns_,
            [&](TimerNode& node) {
                auto& entry = static_cast<Entry&>(node);
                REQUIRE(node.deadline_ns <= now_ns_);
                REQUIRE(entry.place->second == &entry);
                expected_.erase(entry.place);
                if (random_() % 4 == 0) insert();
                if (random_() % 4 == 0) cancel();
            },
            touched_max);
        REQUIRE(fired <= touched_max);
        // With nothing left over, everything whose tick has begun was fired.
        if (wheel_.next_deadline_ns() > now_ns_) REQUIRE(first_fire_time() > now_ns_);
    }

    std::mt19937_64 random_;
    Nanos now_ns_ = 1'000'000'007;
    TimerWheel wheel_;
    std::vector<Entry> timers_;
    std::multimap<Nanos, Entry*> expected_;
};

TEST_CASE("random inserts, cancels and clock jumps agree with a sorted multimap") {
    const char* given = std::getenv("TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device{}();
    MESSAGE("seed ", seed, " (set TEST_SEED to repeat)");
    for (std::uint64_t run = 0; run < 40; ++run) {
        Model model(seed + run);
        for (int i = 0; i < 5'000; ++i) model.step();
        model.drain();
    }
}

}  // namespace
}  // namespace prosa
