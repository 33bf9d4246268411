// ZeroMQ: a pair of PAIR sockets over inproc.
#include <zmq.h>

#include <cerrno>

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {
namespace {

struct EndContext {
    void operator()(void* context) const noexcept { zmq_ctx_term(context); }
};
struct CloseSocket {
    void operator()(void* socket) const noexcept { zmq_close(socket); }
};
using Socket = std::unique_ptr<void, CloseSocket>;

class ZeroMqEnd {
  public:
    ZeroMqEnd(Socket socket, PeerWait wait)
        : socket_(std::move(socket)), receive_flags_(wait == PeerWait::busy ? ZMQ_DONTWAIT : 0) {}

    void send(const PeerMessage& message) {
        PROSA_ASSERT(zmq_send(socket_.get(), &message, sizeof message, 0) == sizeof message,
                     "a pair takes a message below its high-water mark");
    }
    bool receive(PeerMessage& message) {
        const int bytes = zmq_recv(socket_.get(), &message, sizeof message, receive_flags_);
        PROSA_ASSERT(bytes == sizeof message || errno == EAGAIN, "a pair delivers whole messages");
        return bytes == sizeof message;
    }

  private:
    Socket socket_;
    const int receive_flags_;
};

class ZeroMqLink {
  public:
    static constexpr bool is_pipelined = true;

    static absl::StatusOr<std::unique_ptr<ZeroMqLink>> open(PeerWait wait) {
        std::unique_ptr<void, EndContext> context(zmq_ctx_new());
        Socket bound(zmq_socket(context.get(), ZMQ_PAIR));
        Socket connected(zmq_socket(context.get(), ZMQ_PAIR));
        if (zmq_bind(bound.get(), "inproc://echo") != 0 || zmq_connect(connected.get(), "inproc://echo") != 0)
            return make_error(absl::StatusCode::kInternal, "ZeroMQ: {}", zmq_strerror(errno));
        return std::unique_ptr<ZeroMqLink>(
            new ZeroMqLink(std::move(context), {std::move(connected), wait}, {std::move(bound), wait}));
    }

    ZeroMqEnd& requester() noexcept { return requester_; }
    ZeroMqEnd& responder() noexcept { return responder_; }

  private:
    ZeroMqLink(std::unique_ptr<void, EndContext> context, ZeroMqEnd requester, ZeroMqEnd responder)
        : context_(std::move(context)), requester_(std::move(requester)), responder_(std::move(responder)) {}

    std::unique_ptr<void, EndContext> context_;  // ends after its sockets
    ZeroMqEnd requester_;
    ZeroMqEnd responder_;
};

}  // namespace

std::vector<PeerRow> zeromq_rows() { return link_rows<ZeroMqLink>("ZeroMQ inproc PAIR", PeerRole::bus); }

}  // namespace prosa::bench
