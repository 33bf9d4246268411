// bench/peers/moodycamel_link.hpp: one queue of moodycamel's each way; messages by value, or by pointer.
//
// An End is made from the queue it sends to and the one it receives from, both End::Queue. Whether it waits
// is the queue's type.
#pragma once

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {

// What a queue asks for beside the message stands behind it here, and before it there.
template <typename Queue, typename Message, typename... Token>
bool take(Queue& from, Message& message, Token&... token) {
    if constexpr (requires { from.wait_dequeue(token..., message); }) {
        from.wait_dequeue(token..., message);
        return true;
    } else {
        return from.try_dequeue(token..., message);
    }
}

// The queue of `End` carries pointers; the messages lie beside it. A message's place is used again when its
// reply has come, or the request that follows it.
template <typename End>
class ByPointer {
  public:
    using Queue = typename End::Queue;

    ByPointer(Queue& out, Queue& in) : end_(out, in) {}

    void send(const PeerMessage& message) {
        PeerMessage& place = messages_[next_++ % messages_.size()];
        place = message;
        end_.send(&place);
    }
    bool receive(PeerMessage& message) {
        const PeerMessage* place = nullptr;
        if (!end_.receive(place)) return false;
        message = *place;
        return true;
    }

  private:
    End end_;
    std::array<PeerMessage, 2 * peer_outstanding> messages_{};
    std::size_t next_ = 0;
};

template <typename End>
class MoodycamelLink {
  public:
    static constexpr bool is_pipelined = true;

    static absl::StatusOr<std::unique_ptr<MoodycamelLink>> open(PeerWait) {
        return std::make_unique<MoodycamelLink>();
    }

    End& requester() noexcept { return requester_; }
    End& responder() noexcept { return responder_; }

  private:
    typename End::Queue requests_{4 * peer_outstanding};
    typename End::Queue replies_{4 * peer_outstanding};
    End requester_{requests_, replies_};
    End responder_{replies_, requests_};
};

}  // namespace prosa::bench
