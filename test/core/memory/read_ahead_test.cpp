#include "core/memory/read_ahead.hpp"

#include <doctest/doctest.h>

#include "core/ring/slot_ring.hpp"

namespace prosa {
namespace {

constexpr std::uint32_t slot_bytes = 128;

// Publishes and consumes `count` messages in one look, at `now_ns`; all carry `flags`.
void look_at(ReadAhead& read_ahead, SlotRing<>& ring, std::uint32_t count, std::uint16_t flags, Nanos now_ns) {
    for (std::uint32_t i = 0; i < count; ++i) {
        MessageHeader& header = header_at(ring.try_claim());
        header.body_bytes = 8;
        header.flags = flags;
        ring.publish();
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        read_ahead.prepare(ring, header_at(ring.peek()));
        ring.release();
    }
    read_ahead.end_look(count, now_ns);
}

}  // namespace

TEST_CASE("a consumer looks at once after messages that say nothing") {
    SlotRing<> ring(64, slot_bytes);
    ReadAhead read_ahead;
    for (const std::uint32_t count : {1U, 2U, 20U, 0U, 3U}) {
        look_at(read_ahead, ring, count, 0, 1'000'000);
        CHECK(read_ahead.may_look(1'000'000));
        CHECK(read_ahead.next_look_ns(1'000'000) == no_deadline_ns);
    }
}

TEST_CASE("after a message of a busy producer the next ones gather for a bounded time, once") {
    SlotRing<> ring(64, slot_bytes);
    ReadAhead read_ahead;
    look_at(read_ahead, ring, 1, more_follows, 1'000'000);
    CHECK_FALSE(read_ahead.may_look(1'000'000));
    const Nanos next_ns = read_ahead.next_look_ns(1'000'000);
    CHECK(next_ns > 1'000'000);
    CHECK(next_ns <= 1'000'000 + 2 * ns_per_us);
    CHECK_FALSE(read_ahead.may_look(next_ns - 1));
    CHECK(read_ahead.may_look(next_ns));
    look_at(read_ahead, ring, 0, 0, next_ns);
    CHECK(read_ahead.may_look(next_ns));
}

TEST_CASE("only many messages in one look are a queue") {
    SlotRing<> ring(64, slot_bytes);
    ReadAhead read_ahead;
    look_at(read_ahead, ring, 2, 0, 0);
    CHECK_FALSE(read_ahead.is_queue());
    look_at(read_ahead, ring, 64, 0, 0);
    CHECK(read_ahead.is_queue());
    look_at(read_ahead, ring, 0, 0, 0);
    CHECK_FALSE(read_ahead.is_queue());
}

}  // namespace prosa
