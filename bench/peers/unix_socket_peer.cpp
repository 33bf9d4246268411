// Unix stream socket: both ends of a socket pair; a message is 64 bytes of the stream.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {
namespace {

class UnixSocketEnd {
  public:
    UnixSocketEnd(int fd, PeerWait wait) : fd_(fd), flags_(wait == PeerWait::busy ? MSG_DONTWAIT : 0) {}
    ~UnixSocketEnd() { close(fd_); }
    UnixSocketEnd(const UnixSocketEnd&) = delete;
    UnixSocketEnd& operator=(const UnixSocketEnd&) = delete;

    // What is under way fits the socket's buffer.
    void send(const PeerMessage& message) {
        PROSA_ASSERT(::send(fd_, &message, sizeof message, MSG_NOSIGNAL) == sizeof message,
                     "a stream takes a short message whole");
    }
    bool receive(PeerMessage& message) {
        const ssize_t bytes = recv(fd_, &message, sizeof message, flags_);
        if (bytes == sizeof message) return true;
        PROSA_ASSERT(bytes < 0 && (errno == EAGAIN || errno == EINTR), "a short message arrives whole");
        return false;
    }

  private:
    const int fd_;
    const int flags_;
};

class UnixSocketLink {
  public:
    static constexpr bool is_pipelined = true;

    UnixSocketLink(const std::array<int, 2>& fds, PeerWait wait)
        : requester_(fds[0], wait), responder_(fds[1], wait) {}
    static absl::StatusOr<std::unique_ptr<UnixSocketLink>> open(PeerWait wait) {
        std::array<int, 2> fds{};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0)
            return make_error(absl::StatusCode::kResourceExhausted, "socketpair: {}", std::strerror(errno));
        return std::make_unique<UnixSocketLink>(fds, wait);
    }

    UnixSocketEnd& requester() noexcept { return requester_; }
    UnixSocketEnd& responder() noexcept { return responder_; }

  private:
    UnixSocketEnd requester_;
    UnixSocketEnd responder_;
};

}  // namespace

std::vector<PeerRow> unix_socket_rows() {
    return link_rows<UnixSocketLink>("Unix stream socket", PeerRole::other);
}

}  // namespace prosa::bench
