// apps/prosa/bench/breakdown/line_load_counter.hpp: the processor's own count of lines that came from another
// core.
//
// Event MEM_LOAD_L3_HIT_RETIRED.XSNP_HITM (code D2H, mask 04H; Intel SDM vol. 3 and the event lists of
// Skylake to Cascade Lake): loads whose line another core of the package had modified. Lines fetched by
// prefetches and by stores are not in it. Virtual machines rarely let programs count.
#pragma once

#include <cstdint>

#include "core/base/status.hpp"

namespace prosa::bench {

class LineLoadCounter {
  public:
    // Counts this thread and those it starts from now on. Error: the processor or the kernel does not offer
    // it.
    static absl::StatusOr<LineLoadCounter> start();
    LineLoadCounter(LineLoadCounter&& other) noexcept;
    LineLoadCounter& operator=(LineLoadCounter&&) = delete;
    ~LineLoadCounter();

    // Of threads that ended, and of those that live. Error: it cannot be read.
    absl::StatusOr<std::uint64_t> count() const;

  private:
    explicit LineLoadCounter(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
};

}  // namespace prosa::bench
