// apps/prosa/bench/breakdown/line_count.hpp: how many cache lines a transaction moves between two cores.
//
// Two reactors of the shipped bus turn on one thread, in turns; TouchedLines sees each access to what they
// share: the slots of both rings, and the words of the link.
#pragma once

#include "apps/prosa/bench/bench_message.hpp"
#include "apps/prosa/bench/breakdown/touched_lines.hpp"

namespace prosa::bench {

// Lines per transaction.
struct LineCount {
    double request_slot_moves = 0;
    double reply_slot_moves = 0;
    double shared_word_moves = 0;  // the others of a link; once a lap of the rings
    double upgrades = 0;           // the other's copy goes, no line comes
    std::uint32_t transaction_count = 0;

    double moves() const noexcept { return request_slot_moves + reply_slot_moves + shared_word_moves; }
};

// Over one lap of rings of so many slots, after a lap that is not counted. Each of the two reactors has links
// to and from `neighbour_count` others, too, which it looks at in each turn; nobody writes there. Error: see
// TouchedLines::make.
absl::StatusOr<LineCount> count_lines(BenchMessage message, std::uint32_t ring_slots,
                                      std::uint32_t neighbour_count = 0);

}  // namespace prosa::bench
