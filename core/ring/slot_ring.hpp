// core/ring/slot_ring.hpp: bounded ring of fixed-size slots, one producer thread, one consumer thread.
//
// Threads   producer: can_claim, try_claim, publish.  consumer: peek, release.  any: capacity_slots, slot_bytes.
// Progress  wait-free, O(1), no allocation, no system call.
// Ordering  [publish] slot.sequence release in publish -> acquire in peek      : the message is readable
//           [recycle] released release in release -> acquire in can_claim      : the slots before it are writable
// Units     capacity in slots; positions are monotonic u32 that wrap; slot = position & mask. The slot at position p
//           is readable when its sequence is p + 1, and writable when p - released < capacity. Two sides never
//           differ by more than a lap, so 32 bits cannot alias.
// Full      try_claim returns null; the caller owns the backpressure policy. A claim that is not published has
//           not moved the position: leaving it is the abort, and costs nothing.
// Cost      the sequence lies in the slot's first line, so a message of one line moves one line per hop. The
//           consumer writes no slot and the producer reads none; the line with `released` moves when the producer
//           has used up what it last saw there: once a lap. bench/core/ring/slot_ring_bench.cpp
// Proof     test/core/ring/slot_ring_{test,stress,model}.cpp
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>

#include "core/base/assert.hpp"
#include "core/base/cache_line.hpp"

namespace prosa {

// The sequence word starts each slot; what follows belongs to the claimer, then to the peeker. `Atomic` is
// std::atomic, or a model checker's.
template <template <typename> class Atomic = std::atomic>
class SlotRing {
  public:
    using Sequence = Atomic<std::uint32_t>;

    // `capacity_slots` is a power of two >= 2; `slot_bytes` a multiple of the cache line. Throws std::bad_alloc.
    SlotRing(std::uint32_t capacity_slots, std::uint32_t slot_bytes)
        : producer_{{nullptr, slot_bytes, capacity_slots - 1, 0}, 0},
          consumer_{{nullptr, slot_bytes, capacity_slots - 1, 0}, Sequence(0)} {
        PROSA_ASSERT(std::has_single_bit(capacity_slots) && capacity_slots >= 2,
                     "capacity is a power of two");
        PROSA_ASSERT(slot_bytes % cache_line_bytes == 0 && slot_bytes >= sizeof(Sequence), "slots are lines");
        void* const memory = ::operator new (memory_bytes(), std::align_val_t{no_sharing_bytes});
        producer_.slots = consumer_.slots = static_cast<std::byte*>(memory);
        for (std::uint32_t position = 0; position < capacity_slots; ++position)
            new (producer_.slot(position)) Sequence(0);
    }
    ~SlotRing() {
        for (std::uint32_t position = 0; position <= producer_.mask; ++position)
            producer_.sequence(position).~Sequence();
        ::operator delete (producer_.slots, std::align_val_t{no_sharing_bytes});
    }
    SlotRing(const SlotRing&) = delete;
    SlotRing& operator=(const SlotRing&) = delete;

    std::uint32_t capacity_slots() const noexcept { return producer_.mask + 1; }
    std::uint32_t slot_bytes() const noexcept { return producer_.slot_bytes; }
    std::size_t memory_bytes() const noexcept { return std::size_t{capacity_slots()} * slot_bytes(); }

    // True when the next `count` slots are writable (1 <= count <= capacity).
    bool can_claim(std::uint32_t count) noexcept {
        const std::uint32_t end = producer_.position + count;
        if (end - producer_.released_seen <= capacity_slots()) [[likely]]
            return true;
        producer_.released_seen = consumer_.released.load(std::memory_order_acquire);  // [recycle]
        return end - producer_.released_seen <= capacity_slots();
    }

    // The next slot, or null when the ring is full. The claimer writes behind the sequence word only.
    std::byte* try_claim() noexcept { return can_claim(1) ? producer_.slot(producer_.position) : nullptr; }

    // Hands the slot of the last successful try_claim to the consumer.
    void publish() noexcept {
        const std::uint32_t position = producer_.position++;
        producer_.sequence(position).store(position + 1, std::memory_order_release);  // [publish]
    }

    // Starts to bring the first `bytes` of the next slot (at most all) into this core for writing, while there is
    // time. Slots further ahead, or none, made the pipelined echo a fifth slower.
    void prefetch_claim(std::uint32_t bytes) const noexcept {
        // What is not known to be free may be what the consumer reads.
        if (producer_.position - producer_.released_seen == capacity_slots()) [[unlikely]]
            return;
        const std::byte* const slot = producer_.slot(producer_.position);
        const std::uint32_t end = std::min(bytes, producer_.slot_bytes);
        for (std::uint32_t offset = 0; offset < end; offset += cache_line_bytes)
            prefetch_write(slot + offset);
    }

    // The oldest message, or null when there is none. Readable until release.
    std::byte* peek() const noexcept {
        const std::uint32_t position = consumer_.position;
        std::byte* const slot = consumer_.slot(position);
        return sequence_of(slot).load(std::memory_order_acquire) == position + 1 ? slot
                                                                                 : nullptr;  // [publish]
    }

    // How many messages can be read now, at most count_max: their sequences are loaded side by side, where one peek
    // after the other would wait for each line in turn. ahead(i) is the i-th of them.
    std::uint32_t ready_count(std::uint32_t count_max) const noexcept {
        std::uint32_t count = 0;
        while (count < count_max) {
            const std::uint32_t position = consumer_.position + count;
            if (consumer_.sequence(position).load(std::memory_order_acquire) != position + 1)
                break;  // [publish]
            ++count;
        }
        return count;
    }
    std::byte* ahead(std::uint32_t count) const noexcept {
        return consumer_.slot(consumer_.position + count);
    }

    // Gives the peeked slot back to the producer.
    void release() noexcept {
        consumer_.released.store(++consumer_.position, std::memory_order_release);  // [recycle]
    }

    // How many messages wait, for the consumer; more may have come meanwhile. O(log capacity).
    std::uint32_t readable_count() const noexcept {
        std::uint32_t low = 0;
        for (std::uint32_t high = consumer_.mask + 1; low < high;) {
            const std::uint32_t middle = low + (high - low) / 2;
            const std::uint32_t position = consumer_.position + middle;
            if (consumer_.sequence(position).load(std::memory_order_relaxed) == position + 1)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    // Positions, for queue depth: published by the producer, released by the consumer. Each by its own thread.
    std::uint32_t published_count() const noexcept { return producer_.position; }
    std::uint32_t released_count() const noexcept { return consumer_.position; }

  private:
    static Sequence& sequence_of(std::byte* slot) noexcept {
        return *std::launder(reinterpret_cast<Sequence*>(slot));
    }

    // Each side has its own copy of what never changes, so that it reads one line of its own.
    struct Side {
        std::byte* slots;
        std::uint32_t slot_bytes;
        std::uint32_t mask;
        std::uint32_t position;

        std::byte* slot(std::uint32_t at) const noexcept {
            return slots + std::size_t{at & mask} * slot_bytes;
        }
        Sequence& sequence(std::uint32_t at) const noexcept { return sequence_of(slot(at)); }
    };
    struct alignas(no_sharing_bytes) Producer : Side {
        std::uint32_t released_seen;  // what `released` was at the last look
    };
    struct alignas(no_sharing_bytes) Consumer : Side {
        Sequence released;  // the position, for the producer
    };
    static_assert(sizeof(Producer) == no_sharing_bytes && sizeof(Consumer) == no_sharing_bytes,
                  "the sides do not share a line, nor an adjacent pair");

    Producer producer_;
    Consumer consumer_;
};

}  // namespace prosa
