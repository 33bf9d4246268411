#include "core/reactor/waker.hpp"

#include <doctest/doctest.h>

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

}  // namespace
}  // namespace prosa
