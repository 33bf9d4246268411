// core/reactor/wake_word.hpp: lets a thread sleep without ever missing what a producer published before it slept.
//
// Threads   one sleeper: announce_sleep, awaken.  any number of producers: claim_wake.
// Progress  wait-free: each call is one read-modify-write.
// Ordering  [wake] every change of word_ is an acq_rel read-modify-write, by sleeper and producer alike, so all
//           changes stand in one order and each synchronises with the next.
// Protocol  sleeper    announce_sleep; look at every queue once more; if all are empty, wait; awaken
//           producer   publish into a queue; if claim_wake, wake the sleeper's waker
// No wake-up is lost
//           Take a producer's claim_wake, which follows its publication, and an announce_sleep.
//           Claim first: the announcement reads from the claim, directly or through the changes between them (a
//           release sequence, as all are read-modify-writes). So the publication happens before the sleeper's
//           second look, which sees it.
//           Announcement first: the claim finds `asleep`, and wakes; or another claim or the sleeper's awaken
//           came between. Another claim wakes the sleeper instead. After awaken the sleeper looks at its queues
//           anyway, before the next announcement, and this claim is then before or after that one.
//           The waker must keep a wake-up that comes before the wait (an eventfd does).
// Cost      one locked instruction; a producer pays it only for a peer that may park.
// Proof     test/core/reactor/wake_word_{test,stress,model}.cpp
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/cache_line.hpp"

namespace prosa {

template <template <typename> class Atomic = std::atomic>
class alignas(no_sharing_bytes) WakeWord {
  public:
    // Sleeper: from here on the next producer wakes it.
    void announce_sleep() noexcept { word_.exchange(asleep, std::memory_order_acq_rel); }  // [wake]

    // Sleeper: after the wait, or instead of it when the second look found work. True when a producer claimed the
    // wake-up since announce_sleep, so that the waker is signalled, now or soon.
    bool awaken() noexcept { return word_.exchange(awake, std::memory_order_acq_rel) == awake; }  // [wake]

    // Producer, after publishing: true when the caller must wake the sleeper. Only one of several is told so.
    [[nodiscard]] bool claim_wake() noexcept {
        return word_.exchange(awake, std::memory_order_acq_rel) == asleep;  // [wake]
    }

  private:
    static constexpr std::uint32_t awake = 0;
    static constexpr std::uint32_t asleep = 1;

    Atomic<std::uint32_t> word_{awake};
};

static_assert(sizeof(WakeWord<>) == no_sharing_bytes, "producers' changes touch no neighbour");

}  // namespace prosa
