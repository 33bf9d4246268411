// apps/prosa/progress.hpp: one line a second that says how an instance does.
//
// Threads   one.
// Output    standard error: rewritten in place on a terminal, else one line after the other.
#pragma once

#include <cstdio>
#include <string>

#include "apps/prosa/load_totals.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"

namespace prosa {

// What shows how an instance does while it runs.
class PROSA_API ProgressDisplay {
  public:
    virtual ~ProgressDisplay() = default;

    // Often; it decides itself when to print.
    virtual void tick(Nanos now_ns) = 0;
};

class NoProgress final : public ProgressDisplay {
  public:
    void tick(Nanos) override {}
};

class PROSA_API Progress final : public ProgressDisplay {
  public:
    // All outlive it.
    Progress(const LoadBoard& board, const BusMain& main, std::FILE* output);
    ~Progress() override;
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // Prints when a second has passed since the last line.
    void tick(Nanos now_ns) override;

  private:
    std::string sources_line(Nanos now_ns);
    std::string providers_line(Nanos now_ns);
    double rate_since_last(std::uint64_t count, Nanos now_ns) noexcept;

    const LoadBoard& board_;
    const BusMain& main_;
    std::FILE* const output_;
    const bool is_terminal_;
    const Nanos started_ns_;
    Nanos last_ns_;
    std::uint64_t last_count_ = 0;
    LatencyIntervals response_times_;
    bool has_open_line_ = false;
};

}  // namespace prosa
