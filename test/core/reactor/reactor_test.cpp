#include "core/reactor/reactor.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "test/support/watchdog.hpp"

namespace prosa {
namespace {

// Writes down what the reactor asks of it.
struct RecordingHost final : ReactorHost {
    void set_now(Nanos) override { calls.push_back("set_now"); }
    bool poll(Nanos now_ns) override {
        calls.push_back("poll");
        polled_at_ns = now_ns;
        return has_work;
    }
    Nanos next_deadline_ns() const override { return no_deadline_ns; }
    bool announce_sleep() override { return true; }
    void awaken() override {}

    std::vector<std::string> calls;
    Nanos polled_at_ns = 0;
    bool has_work = false;
};

// Has work once its deadline has passed; counts from any thread's view.
struct TimedHost final : ReactorHost {
    void set_now(Nanos) override {}
    bool poll(Nanos now_ns) override {
        if (now_ns < deadline_ns.load()) return false;
        deadline_ns = no_deadline_ns;
        fired_at_ns = now_ns;
        return true;
    }
    Nanos next_deadline_ns() const override { return deadline_ns.load(); }
    bool announce_sleep() override { return true; }
    void awaken() override {}
    void on_thread_start() override { knows_its_thread = is_reactor_thread(); }
    void on_thread_end() override { has_ended = true; }

    std::atomic<Nanos> deadline_ns{no_deadline_ns};
    std::atomic<Nanos> fired_at_ns{0};
    std::atomic<bool> knows_its_thread{false};
    std::atomic<bool> has_ended{false};
};

IdleOptions parking() {
    IdleOptions options;
    options.mode = IdleMode::park;
    return options;
}

// A reactor on a thread of its own.
struct Running {
    Running() : thread([this] { reactor.run(); }) {}
    ~Running() {
        reactor.stop();
        thread.join();
    }
    void wait_until_parked() const {
        const std::uint64_t parks = reactor.counters()[ReactorCounter::parks].value();
        while (reactor.state() != ReactorState::parked ||
               reactor.counters()[ReactorCounter::parks].value() < parks)
            std::this_thread::yield();
    }

    Watchdog watchdog{"reactor_test", std::chrono::seconds(100)};
    BusyThreads busy_threads{2};
    TimedHost host;
    Reactor reactor{ReactorId{0}, host, parking(), busy_threads, std::make_shared<Waker>()};
    std::thread thread;
};

TEST_CASE("a turn runs the inbox's tasks on the turn's time, then polls") {
    BusyThreads busy_threads(1);
    RecordingHost host;
    Reactor reactor(ReactorId{0}, host, {}, busy_threads, std::make_shared<Waker>());
    CHECK(reactor.state() == ReactorState::created);
    CHECK_FALSE(reactor.run_once(10));
    CHECK(host.calls == std::vector<std::string>{"poll"});
    host.calls.clear();
    ControlTask task([&] { host.calls.push_back("task"); });
    REQUIRE(reactor.post(task));
    CHECK(reactor.run_once(20));  // a task is work
    CHECK(host.calls == std::vector<std::string>{"set_now", "task", "poll"});
    CHECK(host.polled_at_ns == 20);
    host.has_work = true;
    CHECK(reactor.run_once(30));
    CHECK(reactor.cycles() == 3);
    CHECK_FALSE(is_reactor_thread());
}

TEST_CASE("a parked reactor wakes for a task, and parks again") {
    Running running;
    for (int round = 0; round < 100; ++round) {
        running.wait_until_parked();
        std::atomic<bool> did_run{false};
        ControlTask task([&] { did_run = is_reactor_thread(); });
        REQUIRE(running.reactor.post(task));
        while (!did_run) std::this_thread::yield();
    }
    CHECK(running.host.knows_its_thread);
}

TEST_CASE("a parked reactor wakes for its host's deadline, not before") {
    Running running;
    running.wait_until_parked();
    const Nanos deadline_ns = monotonic_now_ns() + 5 * ns_per_ms;
    ControlTask task([&] { running.host.deadline_ns = deadline_ns; });
    REQUIRE(running.reactor.post(task));
    while (running.host.fired_at_ns == 0) std::this_thread::yield();
    CHECK(running.host.fired_at_ns >= deadline_ns);
}

TEST_CASE("stop ends a parked reactor, and its host is told on its thread") {
    Running running;
    running.wait_until_parked();
    running.reactor.stop();
    while (running.reactor.state() != ReactorState::ended) std::this_thread::yield();
    CHECK(running.host.has_ended);
}

}  // namespace
}  // namespace prosa
