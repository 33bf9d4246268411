// core/memory/read_ahead.hpp: brings the lines of messages into this core before they are handled.
//
// A lone message has its body's lines fetched side by side. When messages come in streams, those of the next ones
// are fetched with them: one after the other, each would cost a line's way for its header and another for its body.
// A look beyond the first message happens in a stream only: otherwise it would take the line of a slot away from
// the producer that is about to fill it.
//
// Threads   the ring's consumer. Cost: bench/core/ring/slot_ring_bench.cpp, and `pipelined_10field_over_bare`.
#pragma once

#include <cstdint>

#include "core/memory/message.hpp"

namespace prosa {

class ReadAhead {
  public:
    // Before the peeked message of `ring` is handled.
    template <typename Ring>
    void prepare(const Ring& ring, const MessageHeader& peeked) noexcept {
        if (!is_streaming_) [[likely]] return prefetch_message(peeked);
        if (fetched_ == 0) {
            fetched_ = ring.ready_count(ahead_max);
            for (std::uint32_t i = 0; i < fetched_; ++i) prefetch_message(header_at(ring.ahead(i)));
        }
        --fetched_;
    }

    // After a look at the ring that found `count` messages.
    void end_look(std::uint32_t count) noexcept {
        is_streaming_ = count > 1;
        fetched_ = 0;
    }

  private:
    static constexpr std::uint32_t ahead_max = 8;

    std::uint32_t fetched_ = 0;  // messages from the peeked one on whose lines are under way
    bool is_streaming_ = false;  // the last look found several messages
};

}  // namespace prosa
