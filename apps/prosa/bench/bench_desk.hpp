// apps/prosa/bench/bench_desk.hpp: where the measuring thread leaves orders and the processors their
// results.
//
// Threads   the measuring thread writes `order` before it sends the command that starts a run, and reads
//           results after the run has ended; in between both belong to the requester's reactor.
// Ordering  [ended] state release in end -> acquire in has_ended : the results are readable
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>

#include "apps/prosa/bench/bench_message.hpp"
#include "apps/prosa/bench/latency_run.hpp"

namespace prosa::bench {

struct BenchOrder {
    BenchMessage message = BenchMessage::ten_fields;
    std::uint32_t outstanding = 1;  // closed loop: as many under way
    double rate_per_s = 0;          // more than 0: open loop at this rate instead
    Nanos warmup_ns = 50 * ns_per_ms;
    Nanos duration_ns = ns_per_s;
    std::uint64_t count_max =
        std::numeric_limits<std::uint64_t>::max();  // measured transactions end the run, too
    bool has_mixed_fates = false;                   // some are kept, some time out: see fate_of
};

// What becomes of a transaction of a mixed run.
enum class Fate : std::uint8_t {
    answered,   // in place
    kept,       // answered on the provider's next turn
    timed_out,  // answered long after its deadline
};
inline Fate fate_of(std::uint64_t number) noexcept {
    if (number % 1024 == 512) return Fate::timed_out;
    return number % 8 == 1 ? Fate::kept : Fate::answered;
}
inline constexpr Nanos mixed_timeout_ns = 200 * ns_per_us;
inline constexpr Nanos mixed_late_answer_ns = 600 * ns_per_us;

// Called on the requester's reactor around what is measured, for what has to be counted there.
struct MeasuredSpan {
    void (*begin)() = nullptr;
    void (*end)() = nullptr;
    void (*on_reactor_start)() = nullptr;  // by requester and provider, on their reactors
};

struct BenchDesk {
    BenchOrder order;
    MeasuredSpan span;

    LatencyRun run;  // closed loop: from before the claim; open loop: from the intended time. Responses only
    std::uint64_t timeout_count = 0;
    std::uint64_t kept_count = 0;
    std::uint64_t failed_count = 0;  // refusals, and errors that the order did not ask for

    std::atomic<std::uint32_t> ended_runs{0};         // [ended]
    std::atomic<Nanos> published_ns{0};               // publisher: from the call to its view; 0: under way
    std::atomic<std::uint32_t> publication_count{0};  // seen by the publisher's reactor
};

}  // namespace prosa::bench
