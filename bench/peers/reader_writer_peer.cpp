// moodycamel's ReaderWriterQueue, for one producer and one consumer.
#include <readerwriterqueue/readerwriterqueue.h>

#include "bench/peers/moodycamel_link.hpp"

namespace prosa::bench {
namespace {

template <typename MessageQueue, typename Message = PeerMessage>
class ReaderWriterEnd {
  public:
    using Queue = MessageQueue;

    ReaderWriterEnd(Queue& out, Queue& in) : out_(out), in_(in) {}

    void send(const Message& message) {
        PROSA_ASSERT(out_.enqueue(message), "a queue that may allocate takes the message");
    }
    bool receive(Message& message) { return take(in_, message); }

  private:
    Queue& out_;
    Queue& in_;
};

}  // namespace

std::vector<PeerRow> reader_writer_rows() {
    using Busy = ReaderWriterEnd<moodycamel::ReaderWriterQueue<PeerMessage>>;
    using Blocking = ReaderWriterEnd<moodycamel::BlockingReaderWriterQueue<PeerMessage>>;
    using Pointer =
        ByPointer<ReaderWriterEnd<moodycamel::ReaderWriterQueue<const PeerMessage*>, const PeerMessage*>>;
    const std::string name = "moodycamel ReaderWriterQueue";
    return {link_row<MoodycamelLink<Busy>>(name, PeerRole::other, PeerWait::busy),
            link_row<MoodycamelLink<Blocking>>(name, PeerRole::other, PeerWait::blocking),
            link_row<MoodycamelLink<Pointer>>(name + ", pointer", PeerRole::other, PeerWait::busy)};
}

}  // namespace prosa::bench
