// core/control/closing_ring.hpp: a ring whose producer says when it leaves, so that the consumer can forget it.
//
// Threads   producer: records' claiming side, close.  consumer: drain.
// Ordering  that of SlotRing; [closed] is_closed_ release in close -> acquire in drain : all records are there
// Proof     test/core/control/closing_ring_model.cpp
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/ring/slot_ring.hpp"

namespace prosa {

template <template <typename> class Atomic = std::atomic>
class ClosingRing {
  public:
    ClosingRing(std::uint32_t capacity_slots, std::uint32_t slot_bytes)
        : records(capacity_slots, slot_bytes) {}

    // After the last publish.
    void close() noexcept { is_closed_.store(true, std::memory_order_release); }  // [closed]

    // Calls take(slot) for at most `count_max` records. True when the producer has left and no record is left.
    template <typename Take>
    [[nodiscard]] bool drain(std::uint32_t count_max, Take&& take) {
        const bool is_closed = is_closed_.load(std::memory_order_acquire);  // [closed]
        for (std::uint32_t count = 0; count < count_max; ++count) {
            const std::byte* const slot = records.peek();
            if (slot == nullptr) return is_closed;
            take(slot);
            records.release();
        }
        return is_closed && records.peek() == nullptr;
    }

    SlotRing<Atomic> records;

  private:
    Atomic<bool> is_closed_{false};
};

}  // namespace prosa
