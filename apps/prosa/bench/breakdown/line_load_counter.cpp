#include "apps/prosa/bench/breakdown/line_load_counter.hpp"

#include <cpuid.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace prosa::bench {
namespace {

constexpr std::uint64_t modified_elsewhere = 0x04D2;

std::string processor_vendor() {
    unsigned highest = 0;
    unsigned words[3] = {};
    if (__get_cpuid(0, &highest, &words[0], &words[2], &words[1]) == 0) return "unknown";
    return std::string(reinterpret_cast<const char*>(words), sizeof words);
}

}  // namespace

absl::StatusOr<LineLoadCounter> LineLoadCounter::start() {
    if (const std::string vendor = processor_vendor(); vendor != "GenuineIntel")
        return make_error(absl::StatusCode::kUnimplemented,
                          "no event is known for processors of {}, expected GenuineIntel", vendor);
    perf_event_attr event{};
    event.size = sizeof event;
    event.type = PERF_TYPE_RAW;
    event.config = modified_elsewhere;
    event.inherit = 1;
    event.exclude_kernel = 1;
    event.exclude_hv = 1;
    const auto descriptor =
        static_cast<int>(syscall(SYS_perf_event_open, &event, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
    if (descriptor < 0)
        return make_error(absl::StatusCode::kUnavailable, "perf_event_open: {}", std::strerror(errno));
    return LineLoadCounter(descriptor);
}

LineLoadCounter::LineLoadCounter(LineLoadCounter&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

LineLoadCounter::~LineLoadCounter() {
    if (descriptor_ >= 0) close(descriptor_);
}

absl::StatusOr<std::uint64_t> LineLoadCounter::count() const {
    std::uint64_t count = 0;
    if (read(descriptor_, &count, sizeof count) != static_cast<ssize_t>(sizeof count))
        return make_error(absl::StatusCode::kUnavailable, "the counter cannot be read: {}",
                          std::strerror(errno));
    return count;
}

}  // namespace prosa::bench
