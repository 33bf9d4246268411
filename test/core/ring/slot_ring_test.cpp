#include "core/ring/slot_ring.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <optional>

namespace prosa {
namespace {

constexpr std::uint32_t slot_bytes = 128;

bool push(SlotRing<>& ring, std::uint64_t value) {
    std::byte* const slot = ring.try_claim();
    if (slot == nullptr) return false;
    std::memcpy(slot + 8, &value, sizeof value);
    ring.publish();
    return true;
}

std::optional<std::uint64_t> peek(SlotRing<>& ring) {
    const std::byte* const slot = ring.peek();
    if (slot == nullptr) return std::nullopt;
    std::uint64_t value;
    std::memcpy(&value, slot + 8, sizeof value);
    return value;
}

std::optional<std::uint64_t> pop(SlotRing<>& ring) {
    const auto value = peek(ring);
    if (value) ring.release();
    return value;
}

TEST_CASE("messages leave in the order they came") {
    SlotRing<> ring(4, slot_bytes);
    CHECK_FALSE(peek(ring));
    for (std::uint64_t i = 0; i < 3; ++i) REQUIRE(push(ring, i));
    for (std::uint64_t i = 0; i < 3; ++i) CHECK(pop(ring) == i);
    CHECK_FALSE(pop(ring));
}

TEST_CASE("a full ring rejects the claim and keeps its contents") {
    SlotRing<> ring(4, slot_bytes);
    for (std::uint64_t i = 0; i < 4; ++i) REQUIRE(push(ring, i));
    CHECK_FALSE(push(ring, 99));
    CHECK(ring.try_claim() == nullptr);
    CHECK(peek(ring) == 0);
    ring.release();
    CHECK(push(ring, 4));
    CHECK_FALSE(push(ring, 99));
    for (std::uint64_t i = 1; i < 5; ++i) CHECK(pop(ring) == i);
    CHECK_FALSE(pop(ring));
}

TEST_CASE("a claim that is not published is no message, and the next claim gets the same slot") {
    SlotRing<> ring(2, slot_bytes);
    std::byte* const first = ring.try_claim();
    REQUIRE(first != nullptr);
    CHECK(ring.peek() == nullptr);
    CHECK(ring.try_claim() == first);
    REQUIRE(push(ring, 7));
    CHECK(pop(ring) == 7);
}

TEST_CASE("a peek that is not released leaves the message") {
    SlotRing<> ring(2, slot_bytes);
    REQUIRE(push(ring, 1));
    REQUIRE(push(ring, 2));
    CHECK(peek(ring) == 1);
    CHECK(peek(ring) == 1);
    CHECK_FALSE(push(ring, 3));
}

TEST_CASE("can_claim is exact for every count, at every fill level") {
    constexpr std::uint32_t capacity = 8;
    SlotRing<> ring(capacity, slot_bytes);
    for (std::uint32_t lap = 0; lap < 3 * capacity; ++lap) {
        for (std::uint32_t fill = 0; fill <= capacity; ++fill) {
            for (std::uint32_t count = 1; count <= capacity; ++count)
                REQUIRE(ring.can_claim(count) == (count <= capacity - fill));
            CHECK_FALSE(ring.can_claim(capacity + 1));
            if (fill < capacity) REQUIRE(push(ring, fill));
        }
        for (std::uint32_t fill = 0; fill < capacity; ++fill) REQUIRE(pop(ring) == fill);
        // Starts the next round at another slot.
        REQUIRE(push(ring, 0));
        REQUIRE(pop(ring) == 0);
    }
}

TEST_CASE("positions count what was published and released") {
    SlotRing<> ring(4, slot_bytes);
    for (std::uint64_t i = 0; i < 10; ++i) {
        REQUIRE(push(ring, i));
        CHECK(ring.published_count() == i + 1);
        CHECK(ring.released_count() == i);
        REQUIRE(pop(ring) == i);
        CHECK(ring.released_count() == i + 1);
    }
}

TEST_CASE("slots are lines of their own, and what is behind the sequence word is untouched by the ring") {
    SlotRing<> ring(4, slot_bytes);
    CHECK(ring.capacity_slots() == 4);
    CHECK(ring.slot_bytes() == slot_bytes);
    CHECK(ring.memory_bytes() == 4 * slot_bytes);
    std::byte* const first = ring.try_claim();
    CHECK(reinterpret_cast<std::uintptr_t>(first) % no_sharing_bytes == 0);
    std::memset(first + sizeof(std::uint32_t), 0x5a, slot_bytes - sizeof(std::uint32_t));
    ring.publish();
    CHECK(ring.try_claim() == first + slot_bytes);
    const std::byte* const seen = ring.peek();
    CHECK(seen == first);
    for (std::uint32_t i = sizeof(std::uint32_t); i < slot_bytes; ++i) REQUIRE(seen[i] == std::byte{0x5a});
}

// Without locked instructions and fences one thread runs through 2^32 positions in seconds.

template <typename T>
class PlainAtomic {
  public:
    explicit PlainAtomic(T value) : value_(value) {}
    T load(std::memory_order) const { return value_; }
    void store(T value, std::memory_order) { value_ = value; }

  private:
    T value_;
};

TEST_CASE("positions wrap at 2^32: order, emptiness and fullness stay exact") {
    constexpr std::uint32_t capacity = 4;
    SlotRing<PlainAtomic> ring(capacity, 64);
    constexpr std::uint32_t nearly_wrapped = 0xffff'fff0;
    for (std::uint32_t moved = 0; moved < nearly_wrapped; ++moved) {
        ring.try_claim();
        ring.publish();
        ring.peek();
        ring.release();
    }
    CHECK(ring.published_count() == nearly_wrapped);
    std::uint64_t next_in = 0;
    std::uint64_t next_out = 0;
    for (int lap = 0; lap < 64; ++lap) {
        const std::uint32_t count = static_cast<std::uint32_t>(lap) % capacity + 1;
        REQUIRE(ring.peek() == nullptr);
        for (std::uint32_t i = 0; i < count; ++i) {
            REQUIRE(ring.can_claim(capacity - i));
            REQUIRE_FALSE(ring.can_claim(capacity - i + 1));
            std::memcpy(ring.try_claim() + 8, &next_in, sizeof next_in);
            ++next_in;
            ring.publish();
        }
        REQUIRE(ring.can_claim(1) == (count < capacity));
        for (std::uint32_t i = 0; i < count; ++i) {
            std::uint64_t value;
            REQUIRE(ring.peek() != nullptr);
            std::memcpy(&value, ring.peek() + 8, sizeof value);
            REQUIRE(value == next_out++);
            ring.release();
        }
    }
    CHECK(ring.published_count() < capacity * 64);  // it wrapped
}

}  // namespace
}  // namespace prosa
