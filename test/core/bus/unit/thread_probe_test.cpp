// What the kernel says of threads that this test makes run, sleep and end.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "core/bus/thread_probe.hpp"
#include "test/core/bus/bus_support.hpp"

namespace prosa::test {
namespace {

// A thread with a probe, that spins until it may sleep, and sleeps until it may end.
struct Watched {
    Watched()
        : thread([this] {
              probe.attach();
              is_attached = true;
              while (!may_sleep) {
              }
              may_end.wait(false);
          }) {
        while (!is_attached) std::this_thread::yield();
    }
    ~Watched() {
        may_sleep = true;
        end();
    }
    void end() {
        may_end = true;
        may_end.notify_all();
        if (thread.joinable()) thread.join();
    }

    KernelThreadProbe probe;
    std::atomic<bool> is_attached{false}, may_sleep{false}, may_end{false};
    std::thread thread;
};

}  // namespace

TEST_CASE("a probe that is not attached reads nothing") {
    KernelThreadProbe probe;
    CHECK_FALSE(probe.read().has_value());
}

TEST_CASE("a probe may be read while its thread attaches") {
    KernelThreadProbe probe;
    std::atomic<bool> may_end{false};
    std::thread thread([&] {
        probe.attach();
        may_end.wait(false);
    });
    CHECK(eventually([&] { return probe.read().has_value(); }));
    may_end = true;
    may_end.notify_all();
    thread.join();
}

TEST_CASE("the CPU time of a thread that spins goes on, and it is not blocked") {
    Watched watched;
    const auto first = watched.probe.read();
    REQUIRE(first.has_value());
    CHECK_FALSE(first->is_blocked);
    CHECK(eventually([&] { return watched.probe.read()->cpu_ns > first->cpu_ns + ns_per_ms; }));
    CHECK_FALSE(watched.probe.read()->is_blocked);
}

TEST_CASE("a thread that sleeps is blocked, and its CPU time stands still") {
    Watched watched;
    watched.may_sleep = true;
    REQUIRE(eventually([&] { return watched.probe.read()->is_blocked; }));
    const auto first = watched.probe.read();
    const auto second = watched.probe.read();
    CHECK(first->cpu_ns == second->cpu_ns);
}

TEST_CASE("a thread that ended reads as nothing") {
    Watched watched;
    watched.may_sleep = true;
    watched.end();
    CHECK_FALSE(watched.probe.read().has_value());
}

}  // namespace prosa::test
