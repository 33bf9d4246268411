#include "apps/prosa/bench/breakdown/line_count.hpp"

#include <array>

#include "apps/prosa/bench/breakdown/bus_rig.hpp"

namespace prosa::bench {
namespace {

// The first slot: nothing was taken from the ring yet.
MemoryRange slots_of(const SlotRing<>& ring) { return {ring.ahead(0), ring.memory_bytes()}; }

void transact(PairRig& pair, TouchedLines& lines, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
        lines.begin_watch(Side::provider);
        pair.rig().turn(PairRig::provider);
        lines.end_watch();
        lines.begin_watch(Side::requester);
        pair.rig().turn(PairRig::requester);
        lines.end_watch();
    }
}

}  // namespace

absl::StatusOr<LineCount> count_lines(BenchMessage message, std::uint32_t ring_slots,
                                      std::uint32_t neighbour_count) {
    PairRig pair(ring_slots);
    pair.rig().surround(PairRig::requester, "REQUESTERS_NEIGHBOUR", neighbour_count);
    pair.rig().surround(PairRig::provider, "PROVIDERS_NEIGHBOUR", neighbour_count);
    const Link& link = pair.link();
    const std::array<MemoryRange, 3> ranges{slots_of(link.requests), slots_of(link.replies),
                                            MemoryRange{&link, sizeof link}};
    const auto lines = TouchedLines::make(ranges);
    if (!lines.ok()) return lines.status();
    pair.begin(message);
    transact(pair, **lines, ring_slots);
    (*lines)->clear_moves();
    const std::uint64_t before = pair.answered_count();
    transact(pair, **lines, ring_slots);
    PROSA_ASSERT(pair.answered_count() == before + ring_slots, "each two turns are one transaction");
    const auto per_transaction = [&](std::uint64_t count) { return static_cast<double>(count) / ring_slots; };
    const std::array moves{(*lines)->moves_of(0), (*lines)->moves_of(1), (*lines)->moves_of(2)};
    return LineCount{.request_slot_moves = per_transaction(moves[0].moves()),
                     .reply_slot_moves = per_transaction(moves[1].moves()),
                     .shared_word_moves = per_transaction(moves[2].moves()),
                     .upgrades = per_transaction(moves[0].upgrades + moves[1].upgrades + moves[2].upgrades),
                     .transaction_count = ring_slots};
}

}  // namespace prosa::bench
