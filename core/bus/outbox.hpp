// core/bus/outbox.hpp: which answers to one requester leave now, and which wait for a slot of its reply ring.
//
// Rule      A request is taken when no answer waits and there is a slot for its own, which stays reserved until it is
//           answered or kept. An answer to a kept request leaves when none waits before it, no other answer is being
//           written in the ring, and there is a slot beside the reserved one; else it waits, in order, in its block.
// No deadlock  The requester empties its reply ring whatever else it waits for; so the outbox empties, and requests
//           are taken again.
// Threads   the provider's, which produces the ring.
// Units     one slot for an answer.
// Cost      O(1) for each answer; an answer that leaves at once touches no list.
// Proof     test/core/bus/outbox_model.cpp
#pragma once

#include <cstdint>

#include "core/memory/block_fifo.hpp"
#include "core/ring/slot_ring.hpp"

namespace prosa {

// `Ring` is the reply ring; it is the caller's, for its answers in place.
template <typename Ring = SlotRing<>>
class Outbox {
  public:
    bool is_empty() const noexcept { return waiting_.is_empty(); }
    // Answers that wait.
    std::uint32_t count() const noexcept { return waiting_.count(); }

    bool may_take_request(Ring& replies) const noexcept { return is_empty() && replies.can_claim(1); }

    // Around a handler, from may_take_request on: its answer in place has its slot. Kept or answered, it needs none.
    void reserve_slot() noexcept { reserved_slots_ = 1; }
    void return_slot() noexcept { reserved_slots_ = 0; }

    // While an answer is written in the ring, its slot is the next one.
    void open_answer() noexcept { has_open_answer_ = true; }
    void close_answer() noexcept { has_open_answer_ = false; }
    bool has_open_answer() const noexcept { return has_open_answer_; }

    // `answer` leaves by `send(answer)`, which publishes it in the next slot and may give its block away; or waits.
    template <typename Send>
    void send_or_wait(Ring& replies, MessageBlock& answer, Send&& send) noexcept {
        if (is_empty() && may_send(replies)) [[likely]] {
            send(answer);
        } else {
            waiting_.push_back(answer);
        }
    }

    // Sends what waits, as long as it may; returns how many answers left.
    template <typename Send>
    std::uint32_t flush(Ring& replies, Send&& send) noexcept {
        std::uint32_t sent = 0;
        for (; !is_empty() && may_send(replies); ++sent) send(waiting_.pop_front());
        return sent;
    }

  private:
    bool may_send(Ring& replies) const noexcept {
        return !has_open_answer_ && replies.can_claim(1 + reserved_slots_);
    }

    BlockFifo waiting_;  // oldest first
    std::uint32_t reserved_slots_ = 0;
    bool has_open_answer_ = false;
};

}  // namespace prosa
