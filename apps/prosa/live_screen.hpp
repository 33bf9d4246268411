// apps/prosa/live_screen.hpp: a load while it runs, as a table that stays in its place on a terminal.
//
// Threads   one; the sources write on while it reads.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "apps/prosa/load_totals.hpp"
#include "apps/prosa/progress.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"

namespace prosa {

// One picture of a load.
struct LiveState {
    std::string title;
    Nanos passed_ns = 0;
    Nanos total_ns = 0;     // with the warm-up
    double rate_per_s = 0;  // what is asked for now
    double sent_per_s = 0;  // in the last second
    LoadTotals totals;
    const HdrHistogram& last_second;  // response times
    const HdrHistogram& so_far;
    bool has_keys = false;
};

// Lines, each with its end.
PROSA_API std::string live_text(const LiveState& state);

// Without what goes beyond the columns.
PROSA_API std::string cut_lines(std::string_view text, std::size_t columns);

class PROSA_API LiveScreen final : public ProgressDisplay {
  public:
    // The board outlives it. `total_ns` with the warm-up.
    LiveScreen(const LoadBoard& board, std::FILE* output, std::string title, Nanos total_ns,
               double rate_per_s, bool has_keys);

    // Draws when a second has passed since the last picture, or the rate has changed.
    void tick(Nanos now_ns) override;
    void change_rate(double rate_per_s) noexcept;

  private:
    void measure(Nanos now_ns);
    void draw(Nanos now_ns);

    const LoadBoard& board_;
    std::FILE* const output_;
    const std::string title_;
    const Nanos total_ns_;
    const bool has_keys_;
    const Nanos started_ns_;
    Nanos last_ns_;
    double rate_per_s_;
    double sent_per_s_ = 0;
    std::uint64_t last_sent_ = 0;
    LatencyIntervals intervals_;
    HdrHistogram last_second_;
    HdrHistogram so_far_;
    std::size_t drawn_lines_ = 0;
    bool has_changed_ = true;
};

}  // namespace prosa
