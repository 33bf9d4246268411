#include "apps/prosa/bench/breakdown/touched_lines.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>

#include "apps/prosa/bench/breakdown/line_count.hpp"
#include "core/base/cache_line.hpp"

namespace prosa::bench {
namespace {

// Volatile: each access that is written here happens.
struct alignas(4096) Page {
    volatile std::uint64_t& word(std::size_t line) {
        return words[line * cache_line_bytes / sizeof(std::uint64_t)];
    }
    std::array<volatile std::uint64_t, 512> words{};
};

struct Watch {
    explicit Watch(Page& page) : lines(TouchedLines::make(std::array{MemoryRange{&page, sizeof page}})) {}

    template <typename Work>
    void as(Side side, Work&& work) {
        (*lines)->begin_watch(side);
        work();
        (*lines)->end_watch();
    }
    LineMoves moves() const { return (*lines)->moves_of(0); }

    absl::StatusOr<std::unique_ptr<TouchedLines>> lines;
};

TEST_CASE("a line moves once to the side that reads what the other has written") {
    Page page;
    Watch watch(page);
    REQUIRE(watch.lines.ok());
    std::uint64_t sum = 0;
    watch.as(Side::requester, [&] { page.word(3) = 7; });
    watch.as(Side::provider, [&] { sum += page.word(3) + page.word(3); });
    CHECK(sum == 14);
    CHECK(watch.moves().read_moves == 1);
    CHECK(watch.moves().moves() == 1);
}

TEST_CASE("a write to a line that both have drops the other's copy and moves nothing") {
    Page page;
    Watch watch(page);
    REQUIRE(watch.lines.ok());
    watch.as(Side::requester, [&] { page.word(0) = 1; });
    std::uint64_t seen = 0;
    watch.as(Side::provider, [&] { seen = page.word(0); });
    CHECK(seen == 1);
    watch.as(Side::requester, [&] { page.word(0) = 2; });
    CHECK(watch.moves().moves() == 1);
    CHECK(watch.moves().upgrades == 1);
}

TEST_CASE("a write to a line that only the other has moves it") {
    Page page;
    Watch watch(page);
    REQUIRE(watch.lines.ok());
    watch.as(Side::requester, [&] { page.word(0) = 1; });
    watch.as(Side::provider, [&] { page.word(0) = 2; });
    CHECK(watch.moves().write_moves == 1);
    CHECK(watch.moves().read_moves == 0);
}

TEST_CASE("what one side does alone moves nothing, and accesses outside a watch are not seen") {
    Page page;
    Watch watch(page);
    REQUIRE(watch.lines.ok());
    watch.as(Side::requester, [&] {
        for (std::size_t line = 0; line < 64; ++line) page.word(line) = page.word(line) + 1;
    });
    page.word(1) = 5;
    watch.as(Side::requester, [&] { page.word(1) = page.word(1) + 1; });
    CHECK(page.word(1) == 6);
    CHECK(watch.moves().moves() == 0);
    CHECK(watch.moves().upgrades == 0);
}

TEST_CASE("a transaction of one field moves one line each way, one of ten fields as many as it fills") {
    for (const BenchMessage message : {BenchMessage::one_field, BenchMessage::ten_fields}) {
        const double lines = message == BenchMessage::one_field ? 1 : 5;
        const auto counted = count_lines(message, 16);
        REQUIRE(counted.ok());
        CHECK(counted->request_slot_moves == lines);
        CHECK(counted->reply_slot_moves == lines);
        CHECK(counted->shared_word_moves == doctest::Approx(2.0 / 16));  // each ring's once a lap
    }
}

TEST_CASE("links to others add no move to a transaction") {
    const auto alone = count_lines(BenchMessage::one_field, 16);
    const auto surrounded = count_lines(BenchMessage::one_field, 16, 6);
    REQUIRE(alone.ok());
    REQUIRE(surrounded.ok());
    CHECK(surrounded->moves() == alone->moves());
    CHECK(surrounded->upgrades == alone->upgrades);
}

}  // namespace
}  // namespace prosa::bench
