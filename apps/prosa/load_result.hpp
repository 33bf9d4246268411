// apps/prosa/load_result.hpp: what `prosa load` measured.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adaptors/injector/load_windows.hpp"
#include "apps/prosa/instance_ledger.hpp"
#include "apps/prosa/load_totals.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"

namespace prosa {

// One second of intended time.
struct LoadWindow {
    std::uint64_t intended = 0;
    std::uint64_t sent = 0;       // sent in that second
    std::uint64_t responses = 0;  // to what was intended in that second

    // 100 when nothing was intended.
    double success_percent() const noexcept {
        return intended == 0 ? 100.0 : 100.0 * static_cast<double>(responses) / static_cast<double>(intended);
    }
};

struct PROSA_API LoadResult {
    Nanos measured_ns = 0;  // after the warm-up
    std::vector<LoadWindow> windows;
    LoadTotals totals;                       // the warm-up's included, as in the ledger
    HdrHistogram response_time{HdrRange{}};  // from the intended send time; both without the warm-up
    HdrHistogram service_time{HdrRange{}};   // from the real send
    InstanceLedger ledger;

    std::uint64_t intended() const noexcept;  // in all windows
    std::uint64_t sent() const noexcept;
    std::uint64_t responses() const noexcept;

    // Requests really sent per second of the measured time; what was sent after its end does not count.
    double achieved_rate_per_s() const noexcept;
    double intended_rate_per_s() const noexcept;

    // At least 99 % of what was intended in the measured time was sent in it.
    bool is_rate_reached() const noexcept;

    // The window with the lowest success, the first of equals; 0 when there is none.
    std::size_t worst_window() const noexcept;
    double worst_window_percent() const noexcept;
};

PROSA_API std::vector<LoadWindow> read_windows(const LoadWindows& windows);

}  // namespace prosa
