#include "apps/prosa/bench/raw_line.hpp"

#include <atomic>
#include <cstdint>

#include "core/base/cache_line.hpp"

namespace prosa::bench {
namespace {

// Odd: the requester wrote, the provider answers with the next even number.
struct alignas(no_sharing_bytes) Line {
    std::atomic<std::uint64_t> turn{0};
};
constexpr std::uint64_t end_turn = ~std::uint64_t{0};

void answer_turns(Line& line) {
    for (std::uint64_t expected = 1;; expected += 2) {
        std::uint64_t seen = 0;
        while ((seen = line.turn.load(std::memory_order_acquire)) != expected)
            if (seen == end_turn) return;
        line.turn.store(expected + 1, std::memory_order_release);
    }
}

void take_turns(Line& line, Nanos duration_ns, LatencyRun& run) {
    const Clock clock;
    const Nanos begin_ns = clock.now_ns();
    const Nanos end_ns = begin_ns + duration_ns;
    Nanos now_ns = begin_ns;
    for (std::uint64_t turn = 1; now_ns < end_ns; turn += 2) {
        const Nanos start_ns = clock.now_ns();
        line.turn.store(turn, std::memory_order_release);
        while (line.turn.load(std::memory_order_acquire) != turn + 1) {
        }
        now_ns = clock.now_ns();
        run.latency.record(now_ns - start_ns);
    }
    line.turn.store(end_turn, std::memory_order_release);
    run.elapsed_ns = now_ns - begin_ns;
}

}  // namespace

absl::StatusOr<LatencyRun> measure_raw_line(const BenchCpus& cpus, Nanos duration_ns) {
    Line line;
    LatencyRun run;
    const absl::Status status = run_on_two_cpus(
        cpus, [&] { take_turns(line, duration_ns, run); }, [&] { answer_turns(line); });
    if (!status.ok()) return status;
    return run;
}

absl::StatusOr<double> measure_raw_line_ns(const BenchCpus& cpus, Nanos duration_ns) {
    const auto run = measure_raw_line(cpus, duration_ns);
    if (!run.ok()) return run.status();
    return run->percentile_ns(50);
}

}  // namespace prosa::bench
