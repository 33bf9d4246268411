#include "core/reactor/control_inbox.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "test/support/watchdog.hpp"

namespace prosa {
namespace {

TEST_CASE("tasks of one thread run in order, on the owner's call") {
    ControlInbox<> inbox(std::make_shared<Waker>(), 16, 1);
    std::vector<int> ran;
    CHECK_FALSE(inbox.has_pending());
    for (int i = 0; i < 5; ++i) {
        ControlTask task([&ran, i] { ran.push_back(i); });
        REQUIRE(inbox.post(task));
    }
    CHECK(ran.empty());
    CHECK(inbox.run_pending() == 5);
    CHECK(ran == std::vector<int>{0, 1, 2, 3, 4});
    CHECK_FALSE(inbox.has_pending());
    CHECK(inbox.run_pending() == 0);
}

TEST_CASE("a full inbox refuses and leaves the task with its poster") {
    ControlInbox<> inbox(std::make_shared<Waker>(), 32, 1);
    int ran = 0;
    int posted = 0;
    for (; posted < 10'000; ++posted) {
        ControlTask task([&ran] { ++ran; });
        if (inbox.post(task)) continue;
        REQUIRE(static_cast<bool>(task));
        task();
        break;
    }
    CHECK(posted == 32);
    CHECK(ran == 1);
    while (inbox.run_pending() != 0) {
    }
    CHECK(ran == posted + 1);
    ControlTask again([&ran] { ++ran; });
    CHECK(inbox.post(again));
}

TEST_CASE("a flood is run in portions, and what is left over stays pending") {
    ControlInbox<> inbox(std::make_shared<Waker>(), 64, 1);
    int ran = 0;
    for (int i = 0; i < 20; ++i) {
        ControlTask task([&ran] { ++ran; });
        REQUIRE(inbox.post(task));
    }
    CHECK(inbox.run_pending(8) == 8);
    CHECK(inbox.has_pending());
    CHECK_FALSE(inbox.announce_sleep());
    inbox.awaken();
    CHECK(inbox.run_pending(8) == 8);
    CHECK(inbox.run_pending(8) == 4);
    CHECK(ran == 20);
}

TEST_CASE("a task may post another, which runs") {
    ControlInbox<> inbox(std::make_shared<Waker>(), 16, 1);
    bool did_run = false;
    ControlTask outer([&] {
        ControlTask inner([&] { did_run = true; });
        REQUIRE(inbox.post(inner));
    });
    REQUIRE(inbox.post(outer));
    while (inbox.run_pending() != 0) {
    }
    CHECK(did_run);
}

TEST_CASE("an owner that sleeps without a timeout misses no task of several posters") {
    Watchdog watchdog("control_inbox_test: a wake-up was lost", std::chrono::seconds(100));
    constexpr int posters = 3;
    constexpr int per_poster = 20'000;
    const auto waker = std::make_shared<Waker>();
    ControlInbox<> inbox(waker, 64, posters);
    int ran = 0;
    std::vector<std::thread> threads;
    for (int p = 0; p < posters; ++p)
        threads.emplace_back([&] {
            for (int i = 0; i < per_poster; ++i) {
                ControlTask task([&ran] { ++ran; });
                while (!inbox.post(task)) std::this_thread::yield();
                if (i % 7 == 0) std::this_thread::yield();
            }
        });
    while (ran < posters * per_poster) {
        if (inbox.run_pending() != 0) continue;
        if (inbox.announce_sleep()) waker->wait(std::numeric_limits<Nanos>::max());
        inbox.awaken();
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(ran == posters * per_poster);
}

}  // namespace
}  // namespace prosa
