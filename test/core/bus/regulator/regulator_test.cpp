#include "core/bus/regulator/regulator.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

namespace prosa {
namespace {

constexpr Nanos start_ns = 1'000 * ns_per_s;

// 25 TPS, threshold 3 s, one at a time, window 5.
constexpr RegulatorOptions vector_options{25, 3 * ns_per_s, 1, 5};

// `count` times: send, answer after 10 ms of response time, then sleep; returns the time after the last
// sleep.
Nanos exchange(Regulator& regulator, int count, Nanos now, Nanos sleep_ns) {
    for (int i = 0; i < count; ++i) {
        regulator.notify_send(now);
        regulator.notify_receive(now, 10 * ns_per_ms);
        now += sleep_ns;
    }
    return now;
}

}  // namespace

TEST_CASE("the default regulator's text is ProSA's") {
    CHECK(Regulator().text(start_ns) ==
          " - Tps                    : 0 / 5\n"
          " - Concurents transactions: 0 / 1\n"
          " - Timeout Threshold      : 5000 ms\n");
    const Regulator regulator(vector_options);
    CHECK(regulator.text(start_ns) ==
          " - Tps                    : 0 / 25\n"
          " - Concurents transactions: 0 / 1\n"
          " - Timeout Threshold      : 3000 ms\n");
}

TEST_CASE("a new regulator sends at once") {
    const Regulator regulator(vector_options);
    CHECK(regulator.may_send(start_ns));
    CHECK(regulator.next_send_at(start_ns) == start_ns);
    CHECK(regulator.speed().per_second(start_ns) == 0);
}

TEST_CASE("sends at the target's pace do not wait") {
    Regulator regulator(vector_options);
    const Nanos now = exchange(regulator, 5, start_ns, 40 * ns_per_ms);
    CHECK(regulator.may_send(now));
    CHECK_FALSE(regulator.may_send(now - 1));
}

TEST_CASE("with as many in flight as allowed only an answer helps") {
    Regulator regulator(vector_options);
    Nanos now = exchange(regulator, 5, start_ns, 40 * ns_per_ms);
    regulator.notify_send(now);
    now += 400 * ns_per_ms;
    CHECK(regulator.next_send_at(now) == never_ns);
    regulator.notify_receive(now, 10 * ns_per_ms);
    CHECK(regulator.may_send(now));
    now = exchange(regulator, 5, now, 10 * ns_per_ms);
    CHECK(regulator.next_send_at(now) - now == 150 * ns_per_ms);
}

TEST_CASE("one send at 5 TPS makes the next one wait 200 ms") {
    Regulator regulator;
    regulator.notify_send(start_ns);
    regulator.notify_receive(start_ns + 3 * ns_per_ms, 3 * ns_per_ms);
    CHECK(regulator.next_send_at(start_ns + 3 * ns_per_ms) == start_ns + 200 * ns_per_ms);
    CHECK_FALSE(regulator.may_send(start_ns + 200 * ns_per_ms - 1));
    CHECK(regulator.may_send(start_ns + 200 * ns_per_ms));
}

TEST_CASE("several may be in flight when allowed") {
    Regulator regulator({1'000'000, ns_per_s, 3, 15});
    Nanos now = start_ns;
    for (int i = 0; i < 3; ++i, now += 10'000) {
        CHECK(regulator.may_send(now));
        regulator.notify_send(now);
    }
    CHECK(regulator.in_flight() == 3);
    CHECK_FALSE(regulator.may_send(now));
    regulator.notify_receive(now, 1'000);
    CHECK(regulator.may_send(now));
}

TEST_CASE("a slow answer's excess is the overhead until an answer in time") {
    Regulator regulator({5, 10 * ns_per_s, 2, 15});
    regulator.notify_send(start_ns);
    regulator.notify_send(start_ns);
    regulator.notify_receive(start_ns + 12 * ns_per_s, 12 * ns_per_s);
    CHECK(regulator.overhead() == 2 * ns_per_s);
    CHECK(regulator.next_send_at(start_ns) == start_ns + 400 * ns_per_ms + 2 * ns_per_s);
    regulator.notify_receive(start_ns + 12 * ns_per_s, 10 * ns_per_s);
    CHECK(regulator.overhead() == 0);
}

TEST_CASE("an added overhead survives a fast answer and ends with the send that waited for it") {
    Regulator regulator({5, 10 * ns_per_s, 1, 15});
    regulator.notify_send(start_ns);
    regulator.add_tick_overhead(start_ns, ns_per_s);
    regulator.add_tick_overhead(start_ns, 10 * ns_per_ms);
    regulator.notify_receive(start_ns, ns_per_ms);
    CHECK(regulator.overhead() == ns_per_s);
    const Nanos due_ns = start_ns + 200 * ns_per_ms + ns_per_s;
    CHECK(regulator.next_send_at(start_ns) == due_ns);
    regulator.notify_send(due_ns);
    CHECK(regulator.overhead() == 0);
}

TEST_CASE("a send that came too early does not use up the overhead") {
    Regulator regulator({5, 10 * ns_per_s, 2, 15});
    regulator.notify_send(start_ns);
    regulator.add_tick_overhead(start_ns, ns_per_s);
    regulator.notify_send(start_ns + 1);
    CHECK(regulator.overhead() == ns_per_s);
}

TEST_CASE("an overhead before the first send is waited from when it was added") {
    Regulator regulator;
    regulator.add_tick_overhead(start_ns, ns_per_s);
    CHECK_FALSE(regulator.may_send(start_ns + ns_per_s - 1));
    CHECK(regulator.may_send(start_ns + ns_per_s));
}

TEST_CASE("an answer without a request in flight is counted and changes nothing else") {
    Regulator regulator;
    regulator.notify_receive(start_ns, 100 * ns_per_s);
    CHECK(regulator.in_flight() == 0);
    CHECK(regulator.unmatched_receive_count() == 1);
    CHECK(regulator.overhead() == 0);
    CHECK(regulator.may_send(start_ns));
}

TEST_CASE("a speed that is no positive finite number never sends") {
    for (const double speed : {0.0, -1.0}) {
        Regulator regulator({speed, ns_per_s, 1, 15});
        regulator.add_tick_overhead(start_ns, ns_per_s);
        CHECK(regulator.next_send_at(start_ns) == never_ns);
    }
}

TEST_CASE("five virtual seconds at the default speed send 25 or 26 requests") {
    Regulator regulator;
    int sent = 0;
    for (Nanos now = start_ns; now < start_ns + 5 * ns_per_s; now += ns_per_ms) {
        if (!regulator.may_send(now)) continue;
        regulator.notify_send(now);
        regulator.notify_receive(now, 100);
        ++sent;
    }
    CHECK(sent > 23);
    CHECK(sent < 27);
}

}  // namespace prosa
