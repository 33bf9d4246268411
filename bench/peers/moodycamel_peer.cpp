// moodycamel's ConcurrentQueue, for many producers and consumers: with a producer's and a consumer's token.
#include <concurrentqueue/blockingconcurrentqueue.h>
#include <concurrentqueue/concurrentqueue.h>

#include "bench/peers/moodycamel_link.hpp"

namespace prosa::bench {
namespace {

template <typename MessageQueue, typename Message = PeerMessage>
class ConcurrentEnd {
  public:
    using Queue = MessageQueue;

    ConcurrentEnd(Queue& out, Queue& in) : out_(out), in_(in), producer_(out), consumer_(in) {}

    void send(const Message& message) {
        PROSA_ASSERT(out_.enqueue(producer_, message), "a queue that may allocate takes the message");
    }
    bool receive(Message& message) { return take(in_, message, consumer_); }

  private:
    Queue& out_;
    Queue& in_;
    moodycamel::ProducerToken producer_;
    moodycamel::ConsumerToken consumer_;
};

}  // namespace

std::vector<PeerRow> moodycamel_rows() {
    using Busy = ConcurrentEnd<moodycamel::ConcurrentQueue<PeerMessage>>;
    using Blocking = ConcurrentEnd<moodycamel::BlockingConcurrentQueue<PeerMessage>>;
    using Pointer =
        ByPointer<ConcurrentEnd<moodycamel::ConcurrentQueue<const PeerMessage*>, const PeerMessage*>>;
    const std::string name = "moodycamel ConcurrentQueue";
    return {link_row<MoodycamelLink<Busy>>(name, PeerRole::other, PeerWait::busy),
            link_row<MoodycamelLink<Blocking>>(name, PeerRole::other, PeerWait::blocking),
            link_row<MoodycamelLink<Pointer>>(name + ", pointer", PeerRole::other, PeerWait::busy)};
}

}  // namespace prosa::bench
