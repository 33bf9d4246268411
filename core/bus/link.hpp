// core/bus/link.hpp: everything two reactors (or a client and a reactor) share for one direction of requests.
//
// Threads   requester: produces `requests`, consumes `replies`.  provider: the other ends. Each member says who
//           writes it. Shared-owned by both, so that they may go in either order.
// Ordering  that of SlotRing, HomewardMailbox and WakeWord; [closed] closed release in the requester's end ->
//           acquire in the provider's : nothing more comes.
// Units     a link takes 2 * ring_slots * slot_bytes of memory.
#pragma once

#include <atomic>
#include <memory>

#include "core/base/ids.hpp"
#include "core/bus/bus_options.hpp"
#include "core/bus/message_pools.hpp"
#include "core/reactor/wake_word.hpp"
#include "core/reactor/waker.hpp"
#include "core/ring/slot_ring.hpp"

namespace prosa {

// How long one end may sleep over something that waits until the other has made room.
inline constexpr Nanos retry_after_ns = ns_per_ms;

// One end of a link: a reactor, or a client's thread.
struct Peer {
    ReactorId id{};
    std::shared_ptr<Waker> waker;
    bool may_park = true;  // false when its idle strategy only spins: nobody has to wake it
    std::shared_ptr<MessagePools> pools;
};

struct Link {
    Link(const BusOptions& options, Peer from, Peer to)
        : requester(std::move(from)),
          provider(std::move(to)),
          requests(options.ring_slots, options.slot_bytes),
          replies(options.ring_slots, options.slot_bytes) {}

    const Peer requester;
    const Peer provider;

    SlotRing<> requests;
    SlotRing<> replies;
    WakeWord<> provider_wake;               // the provider announces its sleep, the requester wakes it
    WakeWord<> requester_wake;              // the other way round
    HomewardMailbox<> blocks_to_requester;  // the requester's blocks, freed by the provider
    HomewardMailbox<> blocks_to_provider;   // the provider's blocks, freed by the requester
    MessageBlock* last_blocks_to_provider =
        nullptr;                         // by the requester, when it goes; the provider's from then on
    std::atomic<bool> is_closed{false};  // by the requester, when it goes
};

// Requester's side, after publishing a batch of requests.
inline void wake_provider(Link& link) noexcept {
    if (link.provider.may_park && link.provider_wake.claim_wake()) link.provider.waker->wake();
}

// Provider's side, after publishing a batch of replies.
inline void wake_requester(Link& link) noexcept {
    if (link.requester.may_park && link.requester_wake.claim_wake()) link.requester.waker->wake();
}

}  // namespace prosa
