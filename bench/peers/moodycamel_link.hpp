// bench/peers/moodycamel_link.hpp: one queue of moodycamel's each way; messages by value.
//
// An End is made from the queue it sends to and the one it receives from, both End::Queue. Whether it waits
// is the queue's type.
#pragma once

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {

// What a queue asks for beside the message stands behind it here, and before it there.
template <typename Queue, typename... Token>
bool take(Queue& from, PeerMessage& message, Token&... token) {
    if constexpr (requires { from.wait_dequeue(token..., message); }) {
        from.wait_dequeue(token..., message);
        return true;
    } else {
        return from.try_dequeue(token..., message);
    }
}

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
