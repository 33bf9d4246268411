// Readers refresh, use, sleep and re-register at random while one writer publishes.
//
// Forbids   a snapshot read after its deletion (its words are poisoned first; sanitizers see it too);
//           a torn or half-published snapshot; a reader that moves backwards, or that refreshes after the last
//           publication and does not have it; a snapshot that is never freed; more pinned snapshots than readers.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include "core/rcu/snapshot_cell.hpp"
#include "test/support/stress_run.hpp"

namespace prosa {
namespace {

constexpr std::uint64_t poison = 0xdead'dead'dead'dead;

struct Snapshot {
    Snapshot(std::uint64_t version, std::atomic<int>& alive_count) : alive(alive_count) {
        words.fill(version);
        alive.fetch_add(1, std::memory_order_relaxed);
    }
    ~Snapshot() {
        words.fill(poison);
        asm volatile("" : : "r"(words.data()) : "memory");  // keeps the stores to the dying object
        alive.fetch_sub(1, std::memory_order_relaxed);
    }
    std::array<std::uint64_t, 16> words{};
    std::atomic<int>& alive;
};

using Cell = SnapshotCell<Snapshot>;

constexpr std::uint64_t publications = 500'000;

// Until all were published. Returns the number of violations seen.
std::uint64_t read_until(Cell& cell, const std::atomic<bool>& stop, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::uint64_t violations = 0;
    std::uint64_t last_version = 0;
    Cell::Reader reader = cell.join();
    while (!stop.load(std::memory_order_acquire)) {
        if (random() % 512 == 0) {
            reader.leave();
            reader = cell.join();
        }
        if (random() % 4 != 0) reader.refresh();
        const std::uint64_t version = reader.current()->words[0];
        for (const std::uint64_t word : reader.current()->words) violations += word != version;
        violations += version < last_version || version == poison;
        last_version = version;
        if (random() % 64 == 0) std::this_thread::yield();
    }
    reader.refresh();
    violations += reader.current()->words[0] != publications;
    return violations;
}

// Returns how many snapshots were published.
std::uint64_t publish_to_readers(std::uint64_t seed) {
    constexpr std::size_t readers = 4;
    std::atomic<int> alive{0};
    std::atomic<std::uint64_t> violations{0};
    std::size_t pinned_max = 0;
    {
        Cell cell(readers, std::make_unique<const Snapshot>(0, alive));
        std::atomic<bool> stop{false};
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < readers; ++i)
            threads.emplace_back([&, i] { violations += read_until(cell, stop, seed + i); });
        for (std::uint64_t version = 1; version <= publications; ++version) {
            cell.publish(std::make_unique<const Snapshot>(version, alive));
            pinned_max = std::max(pinned_max, cell.pinned_count());
        }
        stop = true;
        for (std::thread& thread : threads) thread.join();
        CHECK(cell.reclaim() == 0);
        CHECK(alive.load() == 1);
    }
    CHECK(violations.load() == 0);
    CHECK(pinned_max <= readers);
    CHECK(alive.load() == 0);
    return publications;
}

TEST_CASE("readers never see a freed, torn or older snapshot while the writer publishes") {
    test::run_stress("snapshot cell stress", std::chrono::seconds(100), publish_to_readers);
}

}  // namespace
}  // namespace prosa
