// moodycamel: one ConcurrentQueue each way, with producer and consumer tokens; messages by value.
#include <concurrentqueue/blockingconcurrentqueue.h>
#include <concurrentqueue/concurrentqueue.h>

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {
namespace {

template <typename Queue>
class MoodycamelEnd {
  public:
    MoodycamelEnd(Queue& out, Queue& in) : out_(out), in_(in), producer_(out), consumer_(in) {}

    void send(const PeerMessage& message) {
        PROSA_ASSERT(out_.enqueue(producer_, message), "a queue that may allocate takes the message");
    }
    bool receive(PeerMessage& message) {
        if constexpr (requires { in_.wait_dequeue(consumer_, message); }) {
            in_.wait_dequeue(consumer_, message);
            return true;
        } else {
            return in_.try_dequeue(consumer_, message);
        }
    }

  private:
    Queue& out_;
    Queue& in_;
    moodycamel::ProducerToken producer_;
    moodycamel::ConsumerToken consumer_;
};

template <typename Queue>
class MoodycamelLink {
  public:
    static constexpr bool is_pipelined = true;

    // Whether it waits is the queue's type.
    static absl::StatusOr<std::unique_ptr<MoodycamelLink>> open(PeerWait) {
        return std::make_unique<MoodycamelLink>();
    }

    auto& requester() noexcept { return requester_; }
    auto& responder() noexcept { return responder_; }

  private:
    Queue requests_{4 * peer_outstanding};
    Queue replies_{4 * peer_outstanding};
    MoodycamelEnd<Queue> requester_{requests_, replies_};
    MoodycamelEnd<Queue> responder_{replies_, requests_};
};

}  // namespace

std::vector<PeerRow> moodycamel_rows() {
    using Busy = MoodycamelLink<moodycamel::ConcurrentQueue<PeerMessage>>;
    using Blocking = MoodycamelLink<moodycamel::BlockingConcurrentQueue<PeerMessage>>;
    return {link_row<Busy>("moodycamel ConcurrentQueue", PeerRole::other, PeerWait::busy),
            link_row<Blocking>("moodycamel ConcurrentQueue", PeerRole::other, PeerWait::blocking)};
}

}  // namespace prosa::bench
