// The table of requests that hold credit, alone.
#include <doctest/doctest.h>

#include <set>
#include <vector>

#include "core/bus/pending_table.hpp"

namespace prosa::test {
namespace {

std::vector<PendingEntry*> take_all(PendingTable& table) {
    std::vector<PendingEntry*> taken;
    while (PendingEntry* const entry = table.try_take()) taken.push_back(entry);
    return taken;
}

}  // namespace

TEST_CASE("a table gives out exactly its capacity, each entry once, and refuses the next") {
    PendingTable table(100);
    const auto taken = take_all(table);
    CHECK(taken.size() == 100);
    CHECK(std::set<PendingEntry*>(taken.begin(), taken.end()).size() == 100);
    CHECK(table.taken_count() == 100);
    CHECK(table.try_take() == nullptr);
    CHECK(table.taken_count() == 100);
}

TEST_CASE("an index names its entry until it is freed") {
    PendingTable table(8);
    for (PendingEntry* const entry : take_all(table)) CHECK(table.at(table.index_of(*entry)) == entry);
}

TEST_CASE("an index that was never taken names nothing") {
    PendingTable table(8);
    CHECK(table.at(0) == nullptr);
    REQUIRE(table.try_take() != nullptr);
    CHECK(table.at(0) != nullptr);
    CHECK(table.at(1) == nullptr);
    CHECK(table.at(8) == nullptr);
    CHECK(table.at(~std::uint32_t{0}) == nullptr);
}

TEST_CASE("a freed entry has no id, so a late answer to its index matches nothing") {
    PendingTable table(2);
    PendingEntry* const entry = table.try_take();
    entry->id = 7;
    entry->state = PendingState::in_flight;
    const std::uint32_t index = table.index_of(*entry);
    table.free(*entry);
    REQUIRE(table.at(index) == entry);
    CHECK(entry->id == 0);
    CHECK(entry->state == PendingState::free);
    CHECK(table.taken_count() == 0);
}

TEST_CASE("between end and recycle a request does not count, and nobody else gets its place") {
    PendingTable table(2);
    PendingEntry* const ended = table.try_take();
    PendingEntry* const other = table.try_take();
    table.end(*ended);
    CHECK(table.taken_count() == 1);
    PendingEntry* const third = table.try_take();
    REQUIRE(third != nullptr);
    CHECK(third != ended);
    CHECK(third != other);
    CHECK(table.index_of(*third) <= table.index_max());
    CHECK(table.try_take() == nullptr);
    table.recycle(*ended);
    CHECK(table.try_take() == nullptr);
    table.free(*third);
    CHECK(table.try_take() == third);
}

TEST_CASE("entries come back last in, first out, in whatever order they were freed") {
    PendingTable table(4);
    const auto taken = take_all(table);
    for (const int place : {2, 0, 3, 1}) table.free(*taken[static_cast<std::size_t>(place)]);
    for (const int place : {1, 3, 0, 2}) CHECK(table.try_take() == taken[static_cast<std::size_t>(place)]);
    CHECK(table.try_take() == nullptr);
}

TEST_CASE("a table is full again after any mixture of takes and frees") {
    PendingTable table(16);
    std::vector<PendingEntry*> held;
    std::uint64_t dice = 1;
    for (int i = 0; i < 10'000; ++i) {
        dice = dice * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
        const std::uint64_t random = dice >> 33;
        if (random % 2 == 0 && !held.empty()) {
            std::swap(held[random / 2 % held.size()], held.back());
            table.free(*held.back());
            held.pop_back();
        } else if (PendingEntry* const entry = table.try_take()) {
            held.push_back(entry);
        }
        REQUIRE(table.taken_count() == held.size());
    }
    for (PendingEntry* const entry : held) table.free(*entry);
    CHECK(take_all(table).size() == 16);
}

TEST_CASE("a visit sees each entry ever taken, the freed ones too") {
    PendingTable table(8);
    PendingEntry* const first = table.try_take();
    PendingEntry* const second = table.try_take();
    second->state = PendingState::in_flight;
    table.free(*first);
    std::vector<PendingState> seen;
    table.for_each([&](PendingEntry& entry) { seen.push_back(entry.state); });
    CHECK(seen == std::vector{PendingState::free, PendingState::in_flight});
}

}  // namespace prosa::test
