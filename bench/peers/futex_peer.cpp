// futex: the message lies in shared memory, a counter beside it says that it came, and the receiver sleeps
// on the counter.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {
namespace {

// One way.
// Ordering  [sent] count release in send -> acquire in receive : the message is readable
struct alignas(no_sharing_bytes) FutexSlot {
    std::atomic<std::uint32_t> count{0};
    PeerMessage message;
};
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "the kernel waits on its word");

class FutexEnd {
  public:
    FutexEnd(FutexSlot& out, FutexSlot& in) : out_(out), in_(in) {}

    void send(const PeerMessage& message) {
        out_.message = message;
        out_.count.fetch_add(1, std::memory_order_release);  // [sent]
        call(out_, FUTEX_WAKE_PRIVATE, 1);
    }
    bool receive(PeerMessage& message) {
        while (in_.count.load(std::memory_order_acquire) == received_)  // [sent]
            call(in_, FUTEX_WAIT_PRIVATE, received_);
        ++received_;
        message = in_.message;
        return true;
    }

  private:
    static void call(FutexSlot& slot, int operation, std::uint32_t value) {
        const long result = syscall(SYS_futex, &slot.count, operation, value, nullptr, nullptr, 0);
        PROSA_ASSERT(result >= 0 || errno == EAGAIN || errno == EINTR, "a futex on own memory works");
    }

    FutexSlot& out_;
    FutexSlot& in_;
    std::uint32_t received_ = 0;
};

class FutexLink {
  public:
    static constexpr bool is_pipelined = false;

    static absl::StatusOr<std::unique_ptr<FutexLink>> open(PeerWait) { return std::make_unique<FutexLink>(); }

    FutexEnd& requester() noexcept { return requester_; }
    FutexEnd& responder() noexcept { return responder_; }

  private:
    FutexSlot request_;
    FutexSlot reply_;
    FutexEnd requester_{request_, reply_};
    FutexEnd responder_{reply_, request_};
};

}  // namespace

std::vector<PeerRow> futex_rows() {
    return {link_row<FutexLink>("futex", PeerRole::other, PeerWait::blocking)};
}

}  // namespace prosa::bench
