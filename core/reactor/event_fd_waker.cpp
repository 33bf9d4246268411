#include "core/reactor/event_fd_waker.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/assert.hpp"
#include "core/base/status.hpp"

namespace prosa {
namespace {

timespec to_timespec(Nanos timeout_ns) noexcept {
    constexpr Nanos longest_ns = 24 * 3600 * ns_per_s;
    const Nanos ns = std::clamp<Nanos>(timeout_ns, 0, longest_ns);
    return {ns / ns_per_s, ns % ns_per_s};
}

// epoll_pwait2 came with Linux 5.11; older container filters refuse what they do not know.
int wait_for_events(int epoll_fd, std::span<epoll_event> events, const timespec& timeout) noexcept {
    const int room = static_cast<int>(events.size());
    const int count = epoll_pwait2(epoll_fd, events.data(), room, &timeout, nullptr);
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    pollfd ready{epoll_fd, POLLIN, 0};
    if (ppoll(&ready, 1, &timeout, nullptr) <= 0) return 0;
    return epoll_wait(epoll_fd, events.data(), room, 0);
}

}  // namespace

absl::StatusOr<EventFdWaker> EventFdWaker::create() {
    const auto failed = [](const char* call) {
        return make_error(absl::StatusCode::kResourceExhausted, "no waker for a reactor: {}: {}", call,
                          std::strerror(errno));
    };
    const int event_fd = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (event_fd < 0) return failed("eventfd");
    const int epoll_fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0) {
        const absl::Status status = failed("epoll_create1");
        ::close(event_fd);
        return status;
    }
    EventFdWaker waker(event_fd, epoll_fd);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.u64 = wake_tag;
    if (::epoll_ctl(epoll_fd, EPOLL_CTL_ADD, event_fd, &event) != 0) return failed("epoll_ctl");
    return waker;
}

EventFdWaker::EventFdWaker(EventFdWaker&& other) noexcept
    : event_fd_(std::exchange(other.event_fd_, -1)), epoll_fd_(std::exchange(other.epoll_fd_, -1)) {}

EventFdWaker& EventFdWaker::operator=(EventFdWaker&& other) noexcept {
    std::swap(event_fd_, other.event_fd_);
    std::swap(epoll_fd_, other.epoll_fd_);
    return *this;
}

EventFdWaker::~EventFdWaker() {
    if (epoll_fd_ >= 0) ::close(epoll_fd_);
    if (event_fd_ >= 0) ::close(event_fd_);
}

void EventFdWaker::wake() noexcept {
    const std::uint64_t one = 1;
    const ssize_t written = ::write(event_fd_, &one, sizeof one);
    PROSA_ASSERT(written == sizeof one, "an eventfd that is only added to by ones accepts them");
}

EventFdWaker::Wakeup EventFdWaker::wait(Nanos timeout_ns, std::span<epoll_event> io_events) noexcept {
    epoll_event wake_only{};
    const auto events = io_events.empty() ? std::span<epoll_event>(&wake_only, 1) : io_events;
    const int count = wait_for_events(epoll_fd_, events, to_timespec(timeout_ns));
    PROSA_ASSERT(count >= 0 || errno == EINTR, "the waker's descriptors are open");
    Wakeup wakeup;
    for (int i = 0; i < count; ++i) {
        const epoll_event event = events[static_cast<std::size_t>(i)];
        if (event.data.u64 == wake_tag)
            wakeup.is_woken = true;
        else
            events[wakeup.io_count++] = event;
    }
    if (io_events.empty()) wakeup.io_count = 0;
    return wakeup;
}

}  // namespace prosa
