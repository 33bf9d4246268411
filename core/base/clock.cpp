#include "core/base/clock.hpp"

#include <cpuid.h>
#include <time.h>

#include <cmath>

namespace prosa {
namespace {

Nanos read_clock(clockid_t id) noexcept {
    timespec t{};
    clock_gettime(id, &t);
    return t.tv_sec * ns_per_s + t.tv_nsec;
}

// CPUID leaf 0x80000007, EDX bit 8: the TSC ticks at a constant rate in all states (Intel SDM vol. 3, 18.17.1).
bool cpu_has_invariant_tsc() noexcept {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    if (__get_cpuid(0x8000'0007, &eax, &ebx, &ecx, &edx) == 0) return false;
    return (edx & (1U << 8)) != 0;
}

struct Pair {
    std::uint64_t ticks;
    Nanos ns;
};

// The tightest of several bracketed readings, so that a preemption between the two does not skew the scale.
Pair read_pair() noexcept {
    Pair best{};
    std::uint64_t narrowest = ~std::uint64_t{0};
    for (int i = 0; i < 16; ++i) {
        const std::uint64_t before = __rdtsc();
        const Nanos ns = monotonic_now_ns();
        const std::uint64_t after = __rdtsc();
        if (after - before >= narrowest) continue;
        narrowest = after - before;
        best = {before + (after - before) / 2, ns};
    }
    return best;
}

TscScale calibrate() noexcept {
    TscScale scale;
    if (!cpu_has_invariant_tsc()) return scale;
    constexpr Nanos half_window_ns = 5 * ns_per_ms;
    const Pair first = read_pair();
    while (monotonic_now_ns() - first.ns < half_window_ns) {
    }
    const Pair middle = read_pair();
    while (monotonic_now_ns() - middle.ns < half_window_ns) {
    }
    const Pair last = read_pair();

    const auto rate = [](const Pair& a, const Pair& b) {
        return static_cast<double>(b.ticks - a.ticks) / static_cast<double>(b.ns - a.ns);
    };
    // Two windows that disagree by more than 0.1 % show a TSC that jumps or a host that migrates us.
    if (std::abs(rate(first, middle) / rate(middle, last) - 1.0) > 1e-3) return scale;
    const double ticks_per_ns = rate(first, last);
    scale.source = ClockSource::tsc;
    scale.base_ticks = last.ticks;
    scale.base_ns = last.ns;
    scale.ns_per_tick_q32 = static_cast<std::uint64_t>(4294967296.0 / ticks_per_ns);
    scale.ticks_per_second = ticks_per_ns * 1e9;
    return scale;
}

}  // namespace

Nanos monotonic_now_ns() noexcept { return read_clock(CLOCK_MONOTONIC); }

Nanos wall_now_ns() noexcept { return read_clock(CLOCK_REALTIME); }

const TscScale& tsc_scale() noexcept {
    static const TscScale scale = calibrate();
    return scale;
}

}  // namespace prosa
