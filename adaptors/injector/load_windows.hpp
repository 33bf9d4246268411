// adaptors/injector/load_windows.hpp: how a load went in each second of it.
//
// A window is a second of intended time after the warm-up: what was intended in it, and how much of that was
// answered by a response, whenever that came. So a stall shows in the windows it hit, and is not averaged away.
// Sends are counted by the second they really happened in.
//
// Threads   writer: the generator's reactor.  any: the readings.
// Units     offsets from the generator's start in nanoseconds; windows are 0-based.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/base/clock.hpp"
#include "core/stats/counter.hpp"

namespace prosa {

class LoadWindows {
  public:
    static constexpr Nanos window_ns = ns_per_s;

    // A duration of 0 has no windows; a part of a second at its end has one of its own.
    LoadWindows(Nanos warmup_ns, Nanos duration_ns)
        : warmup_ns_(warmup_ns),
          duration_ns_(duration_ns),
          count_(static_cast<std::size_t>((duration_ns + window_ns - 1) / window_ns)),
          windows_(std::make_unique<Window[]>(count_)) {}

    void note_intended(Nanos intended_ns) noexcept { add(intended_ns, &Window::intended); }
    void note_sent(Nanos sent_ns) noexcept { add(sent_ns, &Window::sent); }
    void note_response(Nanos intended_ns) noexcept { add(intended_ns, &Window::responses); }

    std::size_t count() const noexcept { return count_; }
    std::uint64_t intended(std::size_t window) const noexcept { return windows_[window].intended.value(); }
    std::uint64_t sent(std::size_t window) const noexcept { return windows_[window].sent.value(); }
    std::uint64_t responses(std::size_t window) const noexcept { return windows_[window].responses.value(); }

  private:
    struct Window {
        Counter intended;
        Counter sent;
        Counter responses;
    };

    void add(Nanos offset_ns, Counter Window::*counter) noexcept {
        const Nanos measured_ns = offset_ns - warmup_ns_;
        if (measured_ns < 0 || measured_ns > duration_ns_ || count_ == 0) return;
        // The arrival at the very end belongs to the last window.
        const auto window = static_cast<std::size_t>(measured_ns / window_ns);
        (windows_[std::min(window, count_ - 1)].*counter).add();
    }

    const Nanos warmup_ns_;
    const Nanos duration_ns_;
    const std::size_t count_;
    const std::unique_ptr<Window[]> windows_;
};

}  // namespace prosa
