// eventfd: the message lies in shared memory, and a descriptor each way says that it came.
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {
namespace {

// One way.
struct alignas(no_sharing_bytes) EventFdSlot {
    explicit EventFdSlot(PeerWait wait)
        : fd(eventfd(0, EFD_CLOEXEC | (wait == PeerWait::busy ? EFD_NONBLOCK : 0))) {}
    ~EventFdSlot() { close(fd); }
    EventFdSlot(const EventFdSlot&) = delete;
    EventFdSlot& operator=(const EventFdSlot&) = delete;

    const int fd;
    PeerMessage message;
};

class EventFdEnd {
  public:
    EventFdEnd(EventFdSlot& out, EventFdSlot& in) : out_(out), in_(in) {}

    void send(const PeerMessage& message) {
        const std::uint64_t one = 1;
        out_.message = message;
        PROSA_ASSERT(write(out_.fd, &one, sizeof one) == sizeof one, "an eventfd takes one more");
    }
    bool receive(PeerMessage& message) {
        std::uint64_t count = 0;
        if (read(in_.fd, &count, sizeof count) != sizeof count) {
            PROSA_ASSERT(errno == EAGAIN || errno == EINTR, "an eventfd is readable");
            return false;
        }
        message = in_.message;
        return true;
    }

  private:
    EventFdSlot& out_;
    EventFdSlot& in_;
};

class EventFdLink {
  public:
    static constexpr bool is_pipelined = false;

    explicit EventFdLink(PeerWait wait) : request_(wait), reply_(wait) {}
    static absl::StatusOr<std::unique_ptr<EventFdLink>> open(PeerWait wait) {
        auto link = std::make_unique<EventFdLink>(wait);
        if (link->request_.fd < 0 || link->reply_.fd < 0)
            return make_error(absl::StatusCode::kResourceExhausted, "eventfd: {}", std::strerror(errno));
        return link;
    }

    EventFdEnd& requester() noexcept { return requester_; }
    EventFdEnd& responder() noexcept { return responder_; }

  private:
    EventFdSlot request_;
    EventFdSlot reply_;
    EventFdEnd requester_{request_, reply_};
    EventFdEnd responder_{reply_, request_};
};

}  // namespace

std::vector<PeerRow> event_fd_rows() { return link_rows<EventFdLink>("eventfd", PeerRole::other); }

}  // namespace prosa::bench
