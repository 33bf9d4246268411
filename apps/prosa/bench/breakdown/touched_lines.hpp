// apps/prosa/bench/breakdown/touched_lines.hpp: which cache lines two sides of one thread would take from
// each other.
//
// Every access of the program to the watched memory is seen: its pages are taken away, so that an access
// faults; the handler notes it, gives the page back for one instruction, and takes it away again. Each side
// has a cache without limits (the model), so a line moves when a side touches what the other one has written,
// or has and it has not. What a processor's caches do beside that (evictions, adjacent-line prefetches,
// prefetch instructions) is not seen, and an access across two lines counts for its first.
//
// Threads   one; no other thread may touch the watched pages. One watch in the process at a time.
// Signals   SIGSEGV and SIGTRAP are taken while a watch exists.
// Cost      two faults and four system calls for each access.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/status.hpp"

namespace prosa::bench {

struct MemoryRange {
    const void* begin;
    std::size_t bytes;
};

enum class Side : std::uint8_t { requester, provider };

struct LineMoves {
    std::uint64_t read_moves = 0;   // a side read what the other had written since: the line came to it
    std::uint64_t write_moves = 0;  // a side wrote a line that only the other had: the line came to it
    std::uint64_t upgrades = 0;     // a side wrote a line that both had: the other's copy went, nothing came

    std::uint64_t moves() const noexcept { return read_moves + write_moves; }
};

class TouchedLines {
  public:
    static constexpr std::size_t ranges_max = 8;

    // Watches these ranges from begin_watch on. Error: this build or machine cannot; memory for the model is
    // missing.
    static absl::StatusOr<std::unique_ptr<TouchedLines>> make(std::span<const MemoryRange> ranges);
    ~TouchedLines();
    TouchedLines(const TouchedLines&) = delete;
    TouchedLines& operator=(const TouchedLines&) = delete;

    // What is touched from now to end_watch belongs to that side.
    void begin_watch(Side side);
    void end_watch();

    // Since the last clear, in the range at that place.
    LineMoves moves_of(std::size_t range) const;
    void clear_moves();

  private:
    TouchedLines() = default;
};

}  // namespace prosa::bench
