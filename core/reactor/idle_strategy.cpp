#include "core/reactor/idle_strategy.hpp"

#include <sys/resource.h>

#include <array>

namespace prosa {
namespace {

constexpr std::array<std::string_view, 5> mode_names = {"adaptive", "spin", "yield", "backoff", "park"};

constexpr Nanos spin_phase_ns = 10 * ns_per_us;
constexpr Nanos yield_phase_ns = 100 * ns_per_us;
constexpr Nanos longest_pause_ns = ns_per_ms;

// Two spinning threads on one CPU take turns of about 3 ms; a quiet CPU interrupts a spinning thread a few times
// a second.
constexpr Nanos sample_interval_ns = 50 * ns_per_ms;
constexpr Nanos crowded_preemptions = 5;  // in one interval; over a longer time, at the same rate
constexpr Nanos back_off_ns = 500 * ns_per_ms;
constexpr Nanos crowded_park_after_ns = 20 * ns_per_us;

}  // namespace

std::string_view name_of(IdleMode mode) noexcept { return mode_names[static_cast<std::size_t>(mode)]; }

std::optional<IdleMode> parse_idle_mode(std::string_view name) noexcept {
    const auto found = std::find(mode_names.begin(), mode_names.end(), name);
    if (found == mode_names.end()) return std::nullopt;
    return static_cast<IdleMode>(found - mode_names.begin());
}

IdleAction IdleStrategy::idle_step(Nanos now_ns) noexcept {
    const Nanos idle_ns = now_ns - idle_since_ns_;
    switch (options_.mode) {
        case IdleMode::adaptive:
            return adapt(now_ns, idle_ns);
        case IdleMode::backoff:
            return back_off(now_ns, idle_ns);
        case IdleMode::park:
            return park(no_deadline_ns);
        case IdleMode::yield:
            return {.step = IdleStep::yield};
        case IdleMode::spin:
            break;
    }
    return {};
}

IdleAction IdleStrategy::adapt(Nanos now_ns, Nanos idle_ns) noexcept {
    const bool is_crowded = is_backing_off(now_ns) || !busy_threads_.fits();
    const Nanos park_after_ns =
        is_crowded ? std::min(options_.park_after_ns, crowded_park_after_ns) : options_.park_after_ns;
    if (idle_ns >= park_after_ns) return park(no_deadline_ns);
    IdleAction action{.step = is_crowded ? IdleStep::yield : IdleStep::spin};
    if (now_ns >= next_sample_ns_) {
        next_sample_ns_ = now_ns + sample_interval_ns;
        action.wants_preemptions = true;
    }
    return action;
}

IdleAction IdleStrategy::back_off(Nanos now_ns, Nanos idle_ns) noexcept {
    if (idle_ns < spin_phase_ns) return {};
    if (idle_ns < yield_phase_ns) return {.step = IdleStep::yield};
    const Nanos pause_ns = pause_ns_;
    pause_ns_ = std::min(2 * pause_ns_, longest_pause_ns);
    return park(now_ns + pause_ns);
}

IdleAction IdleStrategy::park(Nanos until_ns) noexcept {
    is_parked_ = true;
    busy_threads_.leave();
    return {.step = IdleStep::park, .park_until_ns = until_ns};
}

void IdleStrategy::unpark() noexcept {
    is_parked_ = false;
    busy_threads_.enter();
}

void IdleStrategy::note_preemptions(std::uint64_t count, Nanos now_ns) noexcept {
    const auto fresh = static_cast<Nanos>(count - preemptions_);
    const Nanos elapsed_ns = now_ns - sampled_ns_;
    // The first count covers the thread's whole life so far, not an interval.
    if (has_sample_ && fresh >= crowded_preemptions &&
        fresh * sample_interval_ns >= crowded_preemptions * elapsed_ns)
        back_off_until_ns_ = now_ns + back_off_ns;
    preemptions_ = count;
    sampled_ns_ = now_ns;
    has_sample_ = true;
}

std::uint64_t thread_preemptions() noexcept {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return static_cast<std::uint64_t>(usage.ru_nivcsw);
}

}  // namespace prosa
