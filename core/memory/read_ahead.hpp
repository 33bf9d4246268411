// core/memory/read_ahead.hpp: how a ring's consumer looks at it: which lines are fetched, and when.
//
// A lone message has its body's lines fetched side by side. When messages come in streams, those of the next ones
// are fetched with them: one after the other, each would cost a line's way for its header and another for its body.
// A look beyond the first message happens in a stream only: otherwise it would take the line of a slot away from
// the producer that is about to fill it.
//
// A consumer that has caught up with a busy producer would take each slot's line away in just the same manner. So a
// producer that works through a queue of its own, with more of it at hand, marks its messages with `more_follows`, and
// the consumer lets them gather: it looks again gather_ns after its turn began. So much later, at most, is a message of
// a queue seen, whose own answer would wait in the producer's queue as well.
//
// Threads   the ring's consumer.
// Units     times in ns, of the consumer's turns.
// Cost      `pipelined_10field_over_bare`
#pragma once

#include <cstdint>

#include "core/memory/message.hpp"

namespace prosa {

class ReadAhead {
  public:
    // Nothing gathers in a reactor's link with itself, where no line travels, nor where time passes in steps.
    explicit ReadAhead(bool may_gather) noexcept : may_gather_(may_gather) {}

    // False while messages gather.
    bool may_look(Nanos now_ns) const noexcept { return now_ns >= look_again_ns_; }

    // no_deadline_ns when nothing gathers.
    Nanos next_look_ns(Nanos now_ns) const noexcept {
        return may_look(now_ns) ? no_deadline_ns : look_again_ns_;
    }

    // Before the peeked message of `ring` is handled.
    template <typename Ring>
    void prepare(const Ring& ring, const MessageHeader& peeked) noexcept {
        more_follows_ = (peeked.flags & more_follows) != 0;
        if (!is_streaming_) [[likely]]
            return prefetch_message(peeked);
        if (fetched_ == 0) {
            fetched_ = ring.ready_count(ahead_max);
            for (std::uint32_t i = 0; i < fetched_; ++i) prefetch_message(header_at(ring.ahead(i)));
            // In a queue the next headers are very likely there: nobody waits for them then.
            for (std::uint32_t i = 0; is_queue_ && i < ahead_max; ++i)
                prefetch_read(ring.ahead(ahead_max + i));
        }
        --fetched_;
    }

    // After a look at the ring that found `count` messages, and then none when the ring `is_empty`.
    void end_look(std::uint32_t count, bool is_empty, Nanos now_ns) noexcept {
        is_streaming_ = count > 1;
        is_queue_ = count >= queue_min;
        fetched_ = 0;
        if (more_follows_ && is_empty && may_gather_) [[unlikely]]
            look_again_ns_ = now_ns + gather_ns;
        more_follows_ = false;
    }

    // While a message is handled: it is one of a queue, and the next ones are here already.
    bool has_more() const noexcept { return is_queue_ && fetched_ != 0; }

  private:
    static constexpr std::uint32_t ahead_max = 4;
    static constexpr std::uint32_t queue_min = 16;
    static constexpr Nanos gather_ns = 2 * ns_per_us;

    Nanos look_again_ns_ = 0;
    std::uint32_t fetched_ = 0;  // messages from the peeked one on whose lines are under way
    bool may_gather_;
    bool is_streaming_ = false;  // the last look found several messages
    bool is_queue_ = false;      // it found many
    bool more_follows_ = false;  // says the message read last
};

}  // namespace prosa
