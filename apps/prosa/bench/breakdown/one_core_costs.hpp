// apps/prosa/bench/breakdown/one_core_costs.hpp: the steps of a round trip that stay inside a core.
#pragma once

#include "apps/prosa/bench/bench_message.hpp"
#include "apps/prosa/bench/breakdown/batch_cost.hpp"

namespace prosa::bench {

// Nanoseconds, of one call each unless said otherwise.
struct OneCoreCosts {
    double pending_credit_ns =
        0;  // an entry taken, matched by its index and id, freed; credit taken and returned
    double timer_insert_ns = 0;
    double timer_cancel_ns = 0;
    double claim_ns = 0;     // service table, provider, credit, slot, room for the body; without the entry
    double turn_ns = 0;      // one without work, of a reactor with one link
    double dispatch_ns = 0;  // from the bus to a processor's handler and back
    double counter_ns = 0;
    double histogram_ns = 0;
    double tvf_write_ns = 0;
    double tvf_read_ns = 0;
    double tvf_validate_ns = 0;  // what a message from outside costs once
    double transaction_ns = 0;   // a whole one, both sides, where no line moves
};

// On the calling thread, which should be pinned.
OneCoreCosts measure_one_core_costs(const BatchPlan& plan, BenchMessage message);

// One turn without work, of a reactor that could send to `link_count` others and receive from as many.
double measure_idle_turn_ns(const BatchPlan& plan, std::uint32_t link_count);

}  // namespace prosa::bench
