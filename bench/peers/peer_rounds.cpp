#include "bench/peers/peer_rounds.hpp"

#include <algorithm>

namespace prosa::bench {
namespace {

std::vector<double> values_of(const PeerRun& run, const Round& round) {
    const double raw_ns = (round.raw_before_ns + round.raw_after_ns) / 2;
    std::vector<double> values(peer_value_count);
    values[peer_p50_ns] = run.p50_ns;
    values[peer_p999_ns] = run.p999_ns;
    values[peer_over_raw] = raw_ns > 0 ? run.p50_ns / raw_ns : 0;
    values[peer_per_second] = run.per_second;
    values[peer_batches_per_second] = run.batches_per_second;
    values[peer_on_one_cpu_ns] = run.on_one_cpu_ns;
    return values;
}

// `raw_ns` is the line before, and afterwards that behind.
absl::StatusOr<Round> take_sample(const BenchRun& run, const PeerOrder& order, MeasuredPeer& peer,
                                  double& raw_ns) {
    auto measured = peer.row.measure(run, order);
    if (!measured.ok()) return measured.status();
    const auto after_ns = run.raw_line_ns();
    if (!after_ns.ok()) return after_ns.status();
    Round round{.raw_before_ns = raw_ns,
                .raw_after_ns = *after_ns,
                .kind = peer.series.kind_between(raw_ns, *after_ns),
                .values = {},
                .failure = ""};
    raw_ns = *after_ns;
    round.values = values_of(*measured, round);
    peer.note = std::move(measured->note);
    return round;
}

void take_round(const BenchRun& run, const PeerOrder& order, std::vector<MeasuredPeer>& peers) {
    const auto first_ns = run.raw_line_ns();
    double raw_ns = first_ns.value_or(0.0);
    for (MeasuredPeer& peer : peers) {
        auto sample =
            first_ns.ok() ? take_sample(run, order, peer, raw_ns) : absl::StatusOr<Round>(first_ns.status());
        if (!sample.ok()) {
            run.say(fmt::format("  {}, {}: {}", peer.row.name, peer.row.form, message_of(sample.status())));
            sample = Round{.kind = RoundKind::failed, .values = {}, .failure = message_of(sample.status())};
            raw_ns = run.raw_line_ns().value_or(0.0);
        }
        peer.series.add(*std::move(sample));
    }
}

bool is_enough(const std::vector<MeasuredPeer>& peers, const RoundLimits& limits) {
    return std::all_of(peers.begin(), peers.end(), [&limits](const MeasuredPeer& peer) {
        return peer.series.is_enough() || peer.series.count(RoundKind::failed) > limits.failures_max;
    });
}

}  // namespace

void take_peer_rounds(const BenchRun& run, const PeerRoundsOrder& order, std::vector<MeasuredPeer>& peers) {
    for (std::size_t round = 0; round < order.limits.attempts_max && !is_enough(peers, order.limits);
         ++round) {
        run.say(fmt::format("round {} of at most {}", round + 1, order.limits.attempts_max));
        take_round(run, order.order, peers);
    }
}

namespace {

Round pair_of(const Round& theirs, const Round& ours, const RoundSeries& series) {
    const auto [lowest_ns, highest_ns] =
        std::minmax({ours.raw_before_ns, ours.raw_after_ns, theirs.raw_before_ns, theirs.raw_after_ns});
    Round pair{.raw_before_ns = lowest_ns,
               .raw_after_ns = highest_ns,
               .kind = series.kind_between(lowest_ns, highest_ns),
               .values = {},
               .failure = ours.failure + theirs.failure};
    if (ours.kind == RoundKind::failed || theirs.kind == RoundKind::failed)
        pair.kind = RoundKind::failed;
    else
        pair.values.push_back(theirs.values[peer_p50_ns] / ours.values[peer_p50_ns]);
    return pair;
}

// The sample of ours that theirs is compared with: the nearest at the same placement, else that of the same
// turn.
const Round& partner_of(std::size_t at, const Round& theirs, const std::vector<Round>& ours,
                        const RoundSeries& series) {
    for (std::size_t distance = 0; distance < ours.size(); ++distance)
        for (const std::size_t other : {at - distance, at + distance}) {
            if (other >= ours.size()) continue;
            const RoundKind kind = pair_of(theirs, ours[other], series).kind;
            if (kind == RoundKind::counted || kind == RoundKind::other_placement) return ours[other];
        }
    return ours[at];
}

}  // namespace

RoundSeries compare(const MeasuredPeer& peer, const MeasuredPeer& own, const Placement& placement,
                    RoundLimits limits) {
    RoundSeries series(placement, limits);
    const std::vector<Round>& ours = own.series.rounds();
    for (std::size_t i = 0; i < peer.series.rounds().size(); ++i) {
        const Round& theirs = peer.series.rounds()[i];
        series.add(pair_of(theirs, partner_of(i, theirs, ours, series), series));
    }
    return series;
}

}  // namespace prosa::bench
