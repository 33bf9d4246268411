#include "core/reactor/waker.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <limits>
#include <thread>

namespace prosa {
namespace {

void expect_waker_behaviour(Waker& waker) {
    waker.wake();
    waker.wake();
    CHECK(waker.wait(10 * ns_per_s).is_woken);
    CHECK_FALSE(waker.wait(0).is_woken);
    CHECK_FALSE(waker.wait(-1).is_woken);

    const Nanos before = monotonic_now_ns();
    CHECK_FALSE(waker.wait(2 * ns_per_ms + 1).is_woken);
    CHECK(monotonic_now_ns() - before >= 2 * ns_per_ms + 1);

    std::thread other([&] { waker.wake(); });
    CHECK(waker.wait(std::numeric_limits<Nanos>::max()).is_woken);
    other.join();
}

TEST_CASE("a waker without I/O wakes, remembers a wake and times out") {
    Waker waker;
    CHECK_FALSE(waker.hosts_io());
    CHECK(waker.epoll_fd() == -1);
    expect_waker_behaviour(waker);
}

TEST_CASE("a waker with I/O wakes, remembers a wake and times out") {
    Waker waker;
    REQUIRE(waker.enable_io().ok());
    REQUIRE(waker.enable_io().ok());
    CHECK(waker.hosts_io());
    CHECK(waker.epoll_fd() >= 0);
    expect_waker_behaviour(waker);
}

// The flags that say how far the others are order nothing, and what they write is plain data: under ThreadSanitizer
// only the wakers themselves stand between these tests and a data race.
TEST_CASE("what two threads wrote before their wakes is there after the one wait that both end") {
    FutexWaker waker;
    int first = 0;
    int second = 0;
    std::atomic<int> woken{0};
    std::thread one([&] {
        first = 1;
        waker.wake();
        woken.store(1, std::memory_order_relaxed);
    });
    std::thread other([&] {
        while (woken.load(std::memory_order_relaxed) == 0) std::this_thread::yield();
        second = 2;
        waker.wake();
        woken.store(2, std::memory_order_relaxed);
    });
    while (woken.load(std::memory_order_relaxed) != 2) std::this_thread::yield();
    CHECK(waker.wait(0));
    CHECK(first + second == 3);
    one.join();
    other.join();
}

TEST_CASE("what was written before a wake is there after the sleep that it ends") {
    constexpr int round_count = 200;
    FutexWaker to_other;
    FutexWaker to_self;
    int ping = 0;
    int pong = 0;
    int echoed_count = 0;
    std::thread other([&] {
        for (int round = 1; round <= round_count; ++round) {
            while (!to_other.wait(10 * ns_per_s)) {
            }
            pong = ping;
            to_self.wake();
        }
    });
    for (int round = 1; round <= round_count; ++round) {
        ping = round;
        to_other.wake();
        while (!to_self.wait(10 * ns_per_s)) {
        }
        echoed_count += pong == round ? 1 : 0;
    }
    other.join();
    CHECK(echoed_count == round_count);
}

}  // namespace
}  // namespace prosa
