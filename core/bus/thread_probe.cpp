#include "core/bus/thread_probe.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace prosa {
namespace {

// The letter after the name in brackets, which may hold brackets itself; 0 when there is none.
char state_in(std::string_view stat) noexcept {
    const std::size_t name_end = stat.rfind(") ");
    return name_end == stat.npos || name_end + 2 >= stat.size() ? '\0' : stat[name_end + 2];
}

}  // namespace

KernelThreadProbe::~KernelThreadProbe() {
    if (stat_ >= 0) ::close(stat_);
}

void KernelThreadProbe::attach() noexcept {
    stat_ = ::open("/proc/thread-self/stat", O_RDONLY | O_CLOEXEC);
    if (stat_ < 0 || ::pthread_getcpuclockid(::pthread_self(), &clock_) != 0) return;
    is_attached_.store(true, std::memory_order_release);  // [attach]
}

std::optional<ThreadReading> KernelThreadProbe::read() noexcept {
    if (!is_attached_.load(std::memory_order_acquire)) return std::nullopt;  // [attach]
    timespec cpu{};
    std::array<char, 128> text;
    const ssize_t bytes = ::pread(stat_, text.data(), text.size(), 0);
    if (bytes <= 0 || ::clock_gettime(clock_, &cpu) != 0) return std::nullopt;
    const char state = state_in({text.data(), static_cast<std::size_t>(bytes)});
    if (state == '\0') return std::nullopt;
    return ThreadReading{cpu.tv_sec * ns_per_s + cpu.tv_nsec, state == 'S' || state == 'D'};
}

}  // namespace prosa
