// Producers publish into their own counters and wake one sleeper that parks whenever it sees nothing.
//
// Forbids   a lost wake-up: the sleeper waits without a timeout, so that one ends in the watchdog's abort.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include "core/base/cache_line.hpp"
#include "core/reactor/wake_word.hpp"
#include "core/reactor/waker.hpp"
#include "test/support/stress_run.hpp"

namespace prosa {
namespace {

struct alignas(no_sharing_bytes) Queue {
    std::atomic<std::uint64_t> published{0};
};

struct Exchange {
    explicit Exchange(std::size_t producers) : queues(producers) {}

    std::uint64_t seen() const {
        std::uint64_t total = 0;
        for (const Queue& queue : queues) total += queue.published.load(std::memory_order_acquire);
        return total;
    }

    std::vector<Queue> queues;
    WakeWord<> word;
    Waker waker;
    std::atomic<std::uint64_t> wakes{0};
    std::atomic<std::uint64_t> consumed{0};
};

// Publishes in small bursts; between them it waits until the sleeper has caught up, so that it parks often.
void produce(Exchange& exchange, Queue& queue, std::uint64_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (std::uint64_t i = 1; i <= count; ++i) {
        queue.published.store(i, std::memory_order_release);
        if (exchange.word.claim_wake()) {
            exchange.wakes.fetch_add(1, std::memory_order_relaxed);
            exchange.waker.wake();
        }
        if (random() % 4 != 0) continue;
        const std::uint64_t target = exchange.seen();
        while (exchange.consumed.load(std::memory_order_acquire) < target) std::this_thread::yield();
        for (std::uint64_t spin = random() % 2'000; spin > 0; --spin) cpu_relax();
    }
}

// Returns how often it really waited.
std::uint64_t consume(Exchange& exchange, std::uint64_t total) {
    std::uint64_t waits = 0;
    std::uint64_t consumed = 0;
    while (consumed < total) {
        const std::uint64_t now = exchange.seen();
        if (now != consumed) {
            consumed = now;
            exchange.consumed.store(consumed, std::memory_order_release);
            continue;
        }
        exchange.word.announce_sleep();
        if (exchange.seen() == consumed) {
            exchange.waker.wait(std::numeric_limits<Nanos>::max());
            ++waits;
        }
        exchange.word.awaken();
    }
    return waits;
}

std::uint64_t expect_no_lost_wakeup(bool hosts_io, std::uint64_t seed) {
    constexpr std::size_t producers = 3;
    constexpr std::uint64_t per_producer = 50'000;
    Exchange exchange(producers);
    if (hosts_io) REQUIRE(exchange.waker.enable_io().ok());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < producers; ++i)
        threads.emplace_back([&, i] { produce(exchange, exchange.queues[i], per_producer, seed + i); });
    const std::uint64_t waits = consume(exchange, producers * per_producer);
    for (std::thread& thread : threads) thread.join();
    CHECK(waits > 0);
    CHECK(exchange.seen() == producers * per_producer);
    return producers * per_producer;
}

TEST_CASE("a sleeper on a futex, without a timeout, sees everything that producers publish") {
    test::run_stress("wake word stress, futex", std::chrono::seconds(100),
                     [](std::uint64_t seed) { return expect_no_lost_wakeup(false, seed); });
}

TEST_CASE("a sleeper on an eventfd, without a timeout, sees everything that producers publish") {
    test::run_stress("wake word stress, eventfd", std::chrono::seconds(100),
                     [](std::uint64_t seed) { return expect_no_lost_wakeup(true, seed); });
}

}  // namespace
}  // namespace prosa
