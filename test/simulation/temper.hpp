// test/simulation/temper.hpp: how badly everybody behaves under one seed.
//
// Each kind of fault is off under a third of the seeds, and of another rate under the others: what hides
// behind a frequent fault comes to light where that one is off (swarm testing: Groce et al., 2012).
//
// Units     chances in ten thousand, of what the comment says.
#pragma once

#include <cstdint>

#include "test/simulation/random.hpp"

namespace prosa::simulation {

struct Temper {
    explicit Temper(Random& random) {
        const auto rate = [&random](std::uint32_t most) {
            return random.one_in(3) ? 0 : 1 + random.small_below(most);
        };
        throws = rate(120);
        fails = rate(40);
        is_fatal = rate(2000);
        throws_in_answer = rate(30);
        silent = rate(900);
        twice = rate(600);
        error = rate(900);
        aborts = rate(400);
        keeps_and_drops = rate(500);
        holds = rate(5000);
        relays = rate(3000);
        large = rate(3000);
        too_large = rate(200);
        throws_in_timer = rate(300);
        throws_in_turn = rate(40);
        throws_in_outcome = rate(20);
        fails_to_start = rate(3000);
        claim_aborts = rate(500);
        claims_overlap = rate(800);
        sends_in_outcome = rate(2000);
        operates = rate(150);
        hangs = rate(30);
        jumps = rate(20);
        main_stands_still = rate(20);
        clients_come = rate(60);
    }

    // of the requests that a provider gets
    std::uint32_t throws, fails, throws_in_answer, silent, twice, error, aborts, keeps_and_drops, holds,
        relays;
    std::uint32_t is_fatal;          // of those failures
    std::uint32_t large, too_large;  // of the bodies, requests' and answers'
    std::uint32_t throws_in_timer, throws_in_turn, throws_in_outcome, fails_to_start;  // of such calls
    std::uint32_t claim_aborts, claims_overlap, sends_in_outcome;           // of sends, of outcomes
    std::uint32_t operates, hangs, jumps, main_stands_still, clients_come;  // of the steps
};

}  // namespace prosa::simulation
