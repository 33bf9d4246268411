// Two threads move messages of random length through a small ring, at random paces.
//
// Forbids   a message lost, doubled or out of order; bytes of another message, or of one not yet published; a
//           claim beyond what can_claim said; an end that never comes.
#include <doctest/doctest.h>

#include <chrono>
#include <cstring>
#include <random>
#include <thread>

#include "core/ring/slot_ring.hpp"
#include "test/support/stress_run.hpp"

namespace prosa {
namespace {

constexpr std::uint32_t slot_bytes = 256;
constexpr std::uint64_t message_count = 1'000'000;

struct Message {
    std::uint32_t sequence_word;
    std::uint32_t word_count;
    std::uint64_t number;
    std::uint64_t checksum;
    std::uint64_t words[(slot_bytes - 24) / 8];
};
static_assert(sizeof(Message) == slot_bytes);

std::uint64_t mix(std::uint64_t value) {
    value ^= value >> 33;
    value *= 0xff51'afd7'ed55'8ccdULL;
    return value ^ (value >> 29);
}

void fill(std::byte* slot, std::uint64_t number) {
    auto& message = *reinterpret_cast<Message*>(slot);
    message.number = number;
    message.word_count = static_cast<std::uint32_t>(mix(number) % std::size(message.words));
    message.checksum = number;
    for (std::uint32_t i = 0; i < message.word_count; ++i) {
        message.words[i] = mix(number + i);
        message.checksum = mix(message.checksum ^ message.words[i]);
    }
}

bool is_intact(const std::byte* slot, std::uint64_t number) {
    const auto& message = *reinterpret_cast<const Message*>(slot);
    if (message.number != number || message.word_count >= std::size(message.words)) return false;
    std::uint64_t checksum = number;
    for (std::uint32_t i = 0; i < message.word_count; ++i) checksum = mix(checksum ^ message.words[i]);
    return checksum == message.checksum;
}

void dawdle(std::mt19937_64& random) {
    if (random() % 64 == 0) std::this_thread::yield();
    if (random() % 16 != 0) return;
    for (std::uint64_t spin = random() % 200; spin > 0; --spin) cpu_relax();
}

void produce(SlotRing<>& ring, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::uint64_t number = 0;
    while (number < message_count) {
        const auto wanted = static_cast<std::uint32_t>(random() % ring.capacity_slots() + 1);
        if (!ring.can_claim(wanted)) {
            std::this_thread::yield();
            continue;
        }
        for (std::uint32_t i = 0; i < wanted && number < message_count; ++i) {
            std::byte* const slot = ring.try_claim();
            REQUIRE(slot != nullptr);
            fill(slot, number);
            if (random() % 8 == 0) fill(ring.try_claim(), number);  // the first claim was aborted
            ring.publish();
            ++number;
        }
        dawdle(random);
    }
}

void consume(SlotRing<>& ring, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::uint64_t number = 0;
    while (number < message_count) {
        const std::byte* const slot = ring.peek();
        if (slot == nullptr) {
            std::this_thread::yield();
            continue;
        }
        REQUIRE(is_intact(slot, number));
        ring.release();
        ++number;
        dawdle(random);
    }
    CHECK(ring.peek() == nullptr);
}

TEST_CASE("every message arrives once, whole and in order, whatever the paces") {
    test::run_stress("slot ring stress", std::chrono::seconds(100), [](std::uint64_t seed) {
        for (const std::uint32_t capacity : {4U, 64U}) {
            SlotRing<> ring(capacity, slot_bytes);
            std::thread producer([&] { produce(ring, seed); });
            consume(ring, seed + 1);
            producer.join();
        }
        return 2 * message_count;
    });
}

}  // namespace
}  // namespace prosa
