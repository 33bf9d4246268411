#include "core/rcu/snapshot_cell.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <vector>

namespace prosa {
namespace {

struct Tracked {
    Tracked(int number, int& alive_count) : value(number), alive(alive_count) { ++alive; }
    ~Tracked() { --alive; }
    int value;
    int& alive;
};

struct Fixture {
    int alive = 0;
    std::unique_ptr<const Tracked> make(int value) { return std::make_unique<const Tracked>(value, alive); }
};

using Cell = SnapshotCell<Tracked>;

TEST_CASE_FIXTURE(Fixture, "a reader that joins sees the newest snapshot") {
    Cell cell(2, make(1));
    cell.publish(make(2));
    const Cell::Reader reader = cell.join();
    REQUIRE(reader.joined());
    CHECK(reader.current()->value == 2);
    CHECK(alive == 1);
}

TEST_CASE_FIXTURE(Fixture, "refresh tells whether the snapshot changed") {
    Cell cell(1, make(1));
    Cell::Reader reader = cell.join();
    CHECK_FALSE(reader.refresh());
    cell.publish(make(2));
    CHECK(reader.current()->value == 1);
    CHECK(reader.refresh());
    CHECK(reader.current()->value == 2);
    CHECK_FALSE(reader.refresh());
}

TEST_CASE_FIXTURE(Fixture, "a reader that never refreshes pins one snapshot however many are published") {
    Cell cell(2, make(0));
    Cell::Reader stuck = cell.join();
    Cell::Reader brisk = cell.join();
    for (int i = 1; i <= 100; ++i) {
        cell.publish(make(i));
        CHECK(brisk.refresh());
    }
    CHECK(cell.reclaim() == 1);
    CHECK(alive == 2);
    CHECK(stuck.current()->value == 0);
    CHECK(stuck.refresh());
    CHECK(stuck.current()->value == 100);
    CHECK(cell.pinned_count() == 1);
    CHECK(cell.reclaim() == 0);
    CHECK(alive == 1);
}

TEST_CASE_FIXTURE(Fixture, "a reader that leaves pins nothing and frees its slot") {
    Cell cell(1, make(1));
    Cell::Reader reader = cell.join();
    cell.publish(make(2));
    CHECK(cell.pinned_count() == 1);
    CHECK_FALSE(cell.join().joined());
    reader.leave();
    CHECK_FALSE(reader.joined());
    CHECK(cell.reclaim() == 0);
    CHECK(cell.join().joined());
}

TEST_CASE_FIXTURE(Fixture, "a moved reader keeps its registration and the source becomes empty") {
    Cell cell(2, make(7));
    Cell::Reader first = cell.join();
    Cell::Reader second = std::move(first);
    CHECK(second.current()->value == 7);
    CHECK_FALSE(first.joined());
    first = std::move(second);
    CHECK(first.current()->value == 7);
    first = cell.join();
    CHECK(cell.join().joined());
}

TEST_CASE_FIXTURE(Fixture, "the cell frees every snapshot when it goes") {
    {
        Cell cell(1, make(1));
        Cell::Reader reader = cell.join();
        cell.publish(make(2));
        CHECK(alive == 2);
        CHECK(cell.newest().value == 2);
    }
    CHECK(alive == 0);
}

}  // namespace
}  // namespace prosa
