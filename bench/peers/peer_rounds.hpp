// bench/peers/peer_rounds.hpp: all peers in turns, several times, each between two raw lines.
//
// A sample counts by its own two raw lines, as a round of the other figures does. The line after one
// sample is the line before the next one.
#pragma once

#include <absl/functional/function_ref.h>

#include <string>
#include <vector>

#include "apps/prosa/bench/figure.hpp"
#include "bench/peers/peer.hpp"

namespace prosa::bench {

// What a Round of a peer's series holds.
enum PeerValue : std::size_t {
    peer_p50_ns,
    peer_p999_ns,
    peer_over_raw,
    peer_per_second,
    peer_batches_per_second,
    peer_on_one_cpu_ns,
    peer_value_count
};

struct MeasuredPeer {
    PeerRow row;
    RoundSeries series;
    std::string note;  // of the last sample
};

struct PeerRoundsOrder {
    PeerOrder order;
    RoundLimits limits;
};

// Takes rounds until each peer has enough samples, or it is plain that this machine gives none. A sample
// that failed has no values; a peer that fails too often holds up nobody.
void take_peer_rounds(const BenchRun& run, const PeerRoundsOrder& order, std::vector<MeasuredPeer>& peers);

// Each of its samples over the nearest one of `own` at the same placement. A pair is judged by the lowest and
// the highest raw line around both.
RoundSeries compare(const MeasuredPeer& peer, const MeasuredPeer& own, const Placement& placement,
                    RoundLimits limits);

}  // namespace prosa::bench
