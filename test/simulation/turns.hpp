// test/simulation/turns.hpp: who turned, and when: the history of one instance.
//
// Units     a moment counts the turns of all threads, from 1 on; a thread is a reactor or a client.
// Cost      16 bytes for each turn.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/clock.hpp"

namespace prosa::simulation {

using Thread = std::uint32_t;
using Moment = std::uint64_t;

class Turns {
  public:
    Thread add_thread() {
        of_.emplace_back();
        return static_cast<Thread>(of_.size() - 1);
    }

    // A turn of that thread; it runs until another turns.
    void begin(Thread thread, Nanos now_ns) {
        running_ = thread;
        of_[thread].push_back({++now_, now_ns});
    }

    Thread running() const noexcept { return running_; }
    Moment now() const noexcept { return now_; }

    // When the thread's last turn but so many began; 0 when it has not turned so often.
    Nanos began_ns(Thread thread, std::size_t turns_ago) const {
        const auto& turns = of_[thread];
        return turns.size() > turns_ago ? turns[turns.size() - 1 - turns_ago].now_ns : 0;
    }

    // The thread's turn that is the count-th after the moment; none when it has not turned so often since.
    std::optional<Moment> after(Thread thread, Moment moment, std::size_t count = 1) const {
        const auto& turns = of_[thread];
        const auto next = std::upper_bound(turns.begin(), turns.end(), moment,
                                           [](Moment at, const Turn& turn) { return at < turn.moment; });
        if (static_cast<std::size_t>(turns.end() - next) < count) return std::nullopt;
        return next[static_cast<std::ptrdiff_t>(count) - 1].moment;
    }
    // When the turn of that moment, one of the thread, began.
    Nanos time_of(Thread thread, Moment moment) const {
        const auto& turns = of_[thread];
        return std::lower_bound(turns.begin(), turns.end(), moment,
                                [](const Turn& turn, Moment at) { return turn.moment < at; })
            ->now_ns;
    }

  private:
    struct Turn {
        Moment moment;
        Nanos now_ns;
    };

    std::vector<std::vector<Turn>> of_;  // by thread
    Thread running_ = 0;
    Moment now_ = 0;
};

}  // namespace prosa::simulation
