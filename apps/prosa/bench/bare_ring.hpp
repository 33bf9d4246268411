// apps/prosa/bench/bare_ring.hpp: the floor that figures are divided by: a ring of inline slots and nothing
// else.
//
// A slot's own first word says whether it is full, so a hop moves the lines of the message and no other
// line. Written apart from the product's ring, so that a slower product ring shows.
//
// Threads   producer: try_write; claim, publish.  consumer: try_read; peek, release.
// Progress  wait-free, O(1), no allocation, no system call.
// Ordering  [full] state release in try_write, publish -> acquire in try_read, peek : the message is readable
//           [free] state release in try_read, release -> acquire in try_write, claim : the slot is writable
// Units     slot_bytes a multiple of 64; a message has at most slot_bytes - state_bytes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#include "core/base/cache_line.hpp"

namespace prosa::bench {

class BareRing {
  public:
    static constexpr std::uint32_t state_bytes = 8;

    BareRing(std::uint32_t slot_count, std::uint32_t slot_bytes)
        : producer_{nullptr, slot_bytes, slot_count - 1, 0},
          consumer_{nullptr, slot_bytes, slot_count - 1, 0} {
        memory_.reset(static_cast<std::byte*>(
            ::operator new (std::size_t{slot_count} * slot_bytes, std::align_val_t{no_sharing_bytes})));
        producer_.slots = consumer_.slots = memory_.get();
        for (std::uint32_t position = 0; position < slot_count; ++position)
            new (producer_.slot(position)) State(is_free);
    }

    bool try_write(std::span<const std::byte> message) noexcept {
        std::byte* const slot = producer_.slot(producer_.position);
        if (state_of(slot).load(std::memory_order_acquire) != is_free) return false;  // [free]
        std::memcpy(slot + state_bytes, message.data(), message.size());
        state_of(slot).store(is_full, std::memory_order_release);  // [full]
        ++producer_.position;
        return true;
    }

    // Fills `message`, whose size is the message's.
    bool try_read(std::span<std::byte> message) noexcept {
        std::byte* const slot = consumer_.slot(consumer_.position);
        if (state_of(slot).load(std::memory_order_acquire) != is_full) return false;  // [full]
        std::memcpy(message.data(), slot + state_bytes, message.size());
        state_of(slot).store(is_free, std::memory_order_release);  // [free]
        ++consumer_.position;
        return true;
    }

    // Where the next message goes, or null when the ring is full; publish, with this place, sends it.
    std::byte* claim() noexcept {
        std::byte* const slot = producer_.slot(producer_.position);
        return state_of(slot).load(std::memory_order_acquire) == is_free ? slot + state_bytes
                                                                         : nullptr;  // [free]
    }
    void publish(std::byte* place) noexcept {
        state_of(place - state_bytes).store(is_full, std::memory_order_release);  // [full]
        ++producer_.position;
    }

    // The oldest message, or null; release, with this place, gives its slot back.
    std::byte* peek() noexcept {
        std::byte* const slot = consumer_.slot(consumer_.position);
        return state_of(slot).load(std::memory_order_acquire) == is_full ? slot + state_bytes
                                                                         : nullptr;  // [full]
    }
    void release(std::byte* place) noexcept {
        state_of(place - state_bytes).store(is_free, std::memory_order_release);  // [free]
        ++consumer_.position;
    }

  private:
    using State = std::atomic<std::uint64_t>;
    static constexpr std::uint64_t is_free = 0;
    static constexpr std::uint64_t is_full = 1;
    static_assert(sizeof(State) == state_bytes);

    struct alignas(no_sharing_bytes) Side {
        std::byte* slots;
        std::uint32_t slot_bytes;
        std::uint32_t mask;
        std::uint32_t position;

        std::byte* slot(std::uint32_t at) const noexcept {
            return slots + std::size_t{at & mask} * slot_bytes;
        }
    };
    struct Free {
        void operator()(std::byte* memory) const noexcept {
            ::operator delete (memory, std::align_val_t{no_sharing_bytes});
        }
    };

    static State& state_of(std::byte* slot) noexcept { return *std::launder(reinterpret_cast<State*>(slot)); }

    std::unique_ptr<std::byte, Free> memory_;
    Side producer_;
    Side consumer_;
};

}  // namespace prosa::bench
