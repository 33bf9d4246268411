// apps/prosa/turn_probe.hpp: whether every reactor has turned since a moment.
//
// A reactor that sleeps stands still without being stuck, so those who ask wake it first
// (BusMain::wake_reactors).
// Threads   one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/bus/bus_main.hpp"

namespace prosa {

class TurnProbe {
  public:
    void begin(std::span<const ReactorReport> reactors) {
        turns_.clear();
        for (const ReactorReport& reactor : reactors) turns_.push_back(turns_of(reactor));
    }

    // Since `begin`. One that has ended need not; one that came later is asked the next time.
    bool has_each_turned(std::span<const ReactorReport> reactors) const {
        const std::size_t count = std::min(turns_.size(), reactors.size());
        for (std::size_t i = 0; i < count; ++i)
            if (reactors[i].state != ReactorState::ended && turns_of(reactors[i]) == turns_[i]) return false;
        return true;
    }

  private:
    static std::uint64_t turns_of(const ReactorReport& reactor) noexcept {
        return reactor.counters[static_cast<std::size_t>(ReactorCounter::turns)];
    }

    std::vector<std::uint64_t> turns_;  // by reactor; reports list them in one order and drop none
};

}  // namespace prosa
