// Two threads move messages of random length through a small ring, at random paces.
//
// Forbids   a message lost, doubled or out of order; bytes of another message, or of one not yet published; a
//           claim beyond what can_claim said; an end that never comes.
#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cstring>
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

// Cheap enough to be asked for every message (Steele, Lea and Flood, 2014: SplitMix).
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() { return mix(state_ += 0x9e37'79b9'7f4a'7c15ULL); }

  private:
    std::uint64_t state_;
};

std::uint64_t word_of(std::uint64_t number, std::uint32_t at) {
    return mix(number) + at * 0x9e37'79b9'7f4a'7c15ULL;
}

void fill(std::byte* slot, std::uint64_t number) {
    auto& message = *reinterpret_cast<Message*>(slot);
    message.number = number;
    message.word_count = static_cast<std::uint32_t>(mix(number) % std::size(message.words));
    message.checksum = number;
    for (std::uint32_t i = 0; i < message.word_count; ++i)
        message.checksum += message.words[i] = word_of(number, i);
}

bool is_intact(const std::byte* slot, std::uint64_t number) {
    const auto& message = *reinterpret_cast<const Message*>(slot);
    if (message.number != number || message.word_count >= std::size(message.words)) return false;
    std::uint64_t checksum = number;
    std::uint64_t difference = 0;
    for (std::uint32_t i = 0; i < message.word_count; ++i) {
        checksum += message.words[i];
        difference |= message.words[i] ^ word_of(number, i);
    }
    return checksum == message.checksum && difference == 0;
}

// One side's pace: most of the time as fast as it can, so that the other side is waited for; at times so slow that it
// is the one waited for, which fills or empties the ring.
class Pace {
  public:
    explicit Pace(std::uint64_t seed) : random_(seed) {}

    std::uint64_t draw() { return random_.next(); }

    void after_message() {
        if (left_-- == 0) {
            left_ = random_.next() % 4096;
            is_slow_ = random_.next() % 16 == 0;
            std::this_thread::yield();
        }
        if (!is_slow_ || random_.next() % 16 != 0) return;
        for (std::uint64_t spin = random_.next() % 200; spin > 0; --spin) cpu_relax();
    }

  private:
    Random random_;
    std::uint64_t left_ = 0;
    bool is_slow_ = false;
};

// Until the other side moves; it may have no CPU.
class Wait {
  public:
    void turn() { ++turns_ % 64 == 0 ? std::this_thread::yield() : cpu_relax(); }

  private:
    std::uint32_t turns_ = 0;
};

void produce(SlotRing<>& ring, std::uint64_t seed) {
    Pace pace(seed);
    Wait wait;
    std::uint64_t number = 0;
    while (number < message_count) {
        const auto wanted = static_cast<std::uint32_t>(pace.draw() % ring.capacity_slots() + 1);
        if (!ring.can_claim(wanted)) {
            wait.turn();
            continue;
        }
        for (std::uint32_t i = 0; i < wanted && number < message_count; ++i) {
            std::byte* const slot = ring.try_claim();
            if (slot == nullptr) FAIL("no slot after can_claim, message ", number);
            fill(slot, number);
            if (pace.draw() % 8 == 0) fill(ring.try_claim(), number);  // the first claim was aborted
            ring.publish();
            ++number;
            pace.after_message();
        }
    }
}

void consume(SlotRing<>& ring, std::uint64_t seed) {
    Pace pace(seed);
    Wait wait;
    std::uint64_t number = 0;
    while (number < message_count) {
        const std::byte* const slot = ring.peek();
        if (slot == nullptr) {
            wait.turn();
            continue;
        }
        if (!is_intact(slot, number)) FAIL("not message ", number, ", or not whole");
        ring.release();
        ++number;
        pace.after_message();
    }
    CHECK(ring.peek() == nullptr);
}

TEST_CASE("every message arrives once, whole and in order, whatever the paces") {
    test::run_stress("slot ring stress", std::chrono::seconds(100), [](std::uint64_t seed) {
        constexpr std::array capacities = {2U, 4U, 64U, 1024U};
        for (const std::uint32_t capacity : capacities) {
            SlotRing<> ring(capacity, slot_bytes);
            std::thread producer([&] { produce(ring, seed); });
            consume(ring, seed + 1);
            producer.join();
        }
        return capacities.size() * message_count;
    });
}

}  // namespace
}  // namespace prosa
