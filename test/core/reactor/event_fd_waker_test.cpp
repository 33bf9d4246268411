#include "core/reactor/event_fd_waker.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace prosa {
namespace {

EventFdWaker make_waker() {
    auto waker = EventFdWaker::create();
    REQUIRE(waker.ok());
    return *std::move(waker);
}

TEST_CASE("a wake before the wait ends it at once, and only it") {
    EventFdWaker waker = make_waker();
    waker.wake();
    waker.wake();
    CHECK(waker.wait(10 * ns_per_s).is_woken);
    CHECK_FALSE(waker.wait(0).is_woken);
    waker.wake();
    CHECK(waker.wait(10 * ns_per_s).is_woken);
}

TEST_CASE("a wait without a wake lasts its timeout, to the nanosecond's side") {
    EventFdWaker waker = make_waker();
    const Nanos before = monotonic_now_ns();
    CHECK_FALSE(waker.wait(3 * ns_per_ms + 1).is_woken);
    CHECK(monotonic_now_ns() - before >= 3 * ns_per_ms + 1);
}

TEST_CASE("a negative timeout only looks") {
    EventFdWaker waker = make_waker();
    CHECK_FALSE(waker.wait(-1).is_woken);
}

TEST_CASE("another thread's wake ends a wait without end") {
    EventFdWaker waker = make_waker();
    std::thread other([&] { waker.wake(); });
    CHECK(waker.wait(std::numeric_limits<Nanos>::max()).is_woken);
    other.join();
}

TEST_CASE("a watched descriptor ends the wait and is reported apart from the wake") {
    EventFdWaker waker = make_waker();
    std::array<int, 2> pipe_fds{};
    REQUIRE(::pipe(pipe_fds.data()) == 0);
    epoll_event interest{};
    interest.events = EPOLLIN;
    interest.data.u64 = 42;
    REQUIRE(::epoll_ctl(waker.epoll_fd(), EPOLL_CTL_ADD, pipe_fds[0], &interest) == 0);
    REQUIRE(::write(pipe_fds[1], "x", 1) == 1);
    waker.wake();

    std::array<epoll_event, 4> events{};
    const EventFdWaker::Wakeup wakeup = waker.wait(10 * ns_per_s, events);
    CHECK(wakeup.is_woken);
    REQUIRE(wakeup.io_count == 1);
    CHECK(std::uint64_t{events[0].data.u64} == 42);
    ::close(pipe_fds[0]);
    ::close(pipe_fds[1]);
}

TEST_CASE("a moved waker keeps its descriptors") {
    EventFdWaker first = make_waker();
    EventFdWaker second = std::move(first);
    second.wake();
    first = std::move(second);
    CHECK(first.wait(10 * ns_per_s).is_woken);
}

}  // namespace
}  // namespace prosa
