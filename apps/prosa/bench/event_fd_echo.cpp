#include "apps/prosa/bench/event_fd_echo.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/assert.hpp"

namespace prosa::bench {
namespace {

class EventFd {
  public:
    EventFd() : fd_(eventfd(0, EFD_CLOEXEC)) {}
    ~EventFd() { close(fd_); }
    EventFd(const EventFd&) = delete;
    EventFd& operator=(const EventFd&) = delete;

    bool is_open() const noexcept { return fd_ >= 0; }

    void wake(std::uint64_t value) noexcept {
        PROSA_ASSERT(write(fd_, &value, sizeof value) == sizeof value,
                     "an eventfd takes what fits its counter");
    }
    // Sleeps until there is a value, and takes it.
    std::uint64_t wait() noexcept {
        std::uint64_t value = 0;
        while (read(fd_, &value, sizeof value) != sizeof value)
            PROSA_ASSERT(errno == EINTR, "an eventfd is readable");
        return value;
    }

  private:
    int fd_;
};

constexpr std::uint64_t next = 1;
constexpr std::uint64_t last = 2;

}  // namespace

absl::StatusOr<LatencyRun> measure_event_fd_roundtrip(const BenchCpus& cpus, Nanos duration_ns) {
    EventFd there;
    EventFd back;
    if (!there.is_open() || !back.is_open())
        return make_error(absl::StatusCode::kResourceExhausted, "eventfd: {}", std::strerror(errno));
    LatencyRun run;
    const auto request = [&] {
        const Clock clock;
        const Nanos begin_ns = clock.now_ns();
        Nanos now_ns = begin_ns;
        while (now_ns < begin_ns + duration_ns) {
            const Nanos start_ns = clock.now_ns();
            there.wake(next);
            back.wait();
            now_ns = clock.now_ns();
            run.latency.record(now_ns - start_ns);
        }
        there.wake(last);
        run.elapsed_ns = now_ns - begin_ns;
    };
    const auto answer = [&] {
        while (there.wait() != last) back.wake(next);
    };
    if (const absl::Status status = run_on_two_cpus(cpus, request, answer); !status.ok()) return status;
    return run;
}

}  // namespace prosa::bench
