#include "core/memory/read_ahead.hpp"

#include <doctest/doctest.h>

#include "core/ring/slot_ring.hpp"

namespace prosa {
namespace {

constexpr std::uint32_t slot_bytes = 128;

// Publishes and consumes `count` messages in one look, at `now_ns`; all carry `flags`.
void look_at(ReadAhead& read_ahead, SlotRing<>& ring, std::uint32_t count, std::uint16_t flags,
             Nanos now_ns) {
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
    read_ahead.end_look(count, true, now_ns);
}

}  // namespace

TEST_CASE("a consumer looks at once after messages that say nothing") {
    SlotRing<> ring(64, slot_bytes);
    ReadAhead read_ahead(true);
    for (const std::uint32_t count : {1U, 2U, 20U, 0U, 3U}) {
        look_at(read_ahead, ring, count, 0, 1'000'000);
        CHECK(read_ahead.may_look(1'000'000));
        CHECK(read_ahead.next_look_ns(1'000'000) == no_deadline_ns);
    }
}

TEST_CASE("after a message of a busy producer the next ones gather for a bounded time, once") {
    SlotRing<> ring(64, slot_bytes);
    ReadAhead read_ahead(true);
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

TEST_CASE("nothing gathers where it may not, nor while messages are left in the ring") {
    SlotRing<> ring(64, slot_bytes);
    ReadAhead stepped(false);
    look_at(stepped, ring, 1, more_follows, 1'000'000);
    CHECK(stepped.may_look(1'000'000));
    ReadAhead behind(true);
    MessageHeader& header = header_at(ring.try_claim());
    header.body_bytes = 8;
    header.flags = more_follows;
    ring.publish();
    behind.prepare(ring, header_at(ring.peek()));
    behind.end_look(1, false, 1'000'000);
    CHECK(behind.may_look(1'000'000));
}

TEST_CASE("a message of a queue knows whether others are behind it; a few messages are no queue") {
    SlotRing<> ring(64, slot_bytes);
    ReadAhead read_ahead(true);
    look_at(read_ahead, ring, 2, 0, 0);
    const auto count_with_more = [&](std::uint32_t count) {
        for (std::uint32_t i = 0; i < count; ++i) {
            MessageHeader& header = header_at(ring.try_claim());
            header.body_bytes = 8;
            header.flags = 0;
            ring.publish();
        }
        std::uint32_t with_more = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            read_ahead.prepare(ring, header_at(ring.peek()));
            with_more += read_ahead.has_more() ? 1 : 0;
            ring.release();
        }
        read_ahead.end_look(count, true, 0);
        return with_more;
    };
    CHECK(count_with_more(64) == 0);  // not known before the look is over
    CHECK(count_with_more(20) > 10);
    CHECK(count_with_more(2) == 1);
    CHECK(count_with_more(2) == 0);
}

}  // namespace prosa
