// The limits: one word that two threads write in turns, and the bare ring.
#include <sys/syscall.h>
#include <unistd.h>

#include "apps/prosa/bench/bare_echo.hpp"
#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/figure.hpp"
#include "apps/prosa/bench/raw_line.hpp"
#include "bench/peers/peer.hpp"

namespace prosa::bench {
namespace {

PeerRun run_of(const LatencyRun& latency) {
    return {.p50_ns = latency.percentile_ns(50),
            .p999_ns = latency.percentile_ns(99.9),
            .latency_count = latency.latency.total_count(),
            .per_second = 0,
            .batches_per_second = 0,
            .on_one_cpu_ns = 0,
            .note = ""};
}

absl::StatusOr<PeerRun> measure_line(const BenchRun& run, const PeerOrder& order) {
    if (!run.cpus().ok()) return run.cpus().status();
    const auto latency = measure_raw_line(*run.cpus(), order.latency_ns);
    if (!latency.ok()) return latency.status();
    return run_of(*latency);
}

absl::StatusOr<PeerRun> measure_bare_ring(const BenchRun& run, const PeerOrder& order) {
    if (!run.cpus().ok()) return run.cpus().status();
    BareEcho echo{.slot_count = bench_ring_slots,
                  .slot_bytes = bench_slot_bytes,
                  .moved_bytes = sizeof(PeerMessage),
                  .duration_ns = order.latency_ns};
    const auto latency = measure_bare_roundtrip(*run.cpus(), echo);
    if (!latency.ok()) return latency.status();
    echo.duration_ns = order.pipelined_ns;
    const auto per_second = measure_bare_pipelined(*run.cpus(), echo, peer_outstanding);
    if (!per_second.ok()) return per_second.status();
    PeerRun measured = run_of(*latency);
    measured.per_second = *per_second;
    return measured;
}

// The shortest: what every message costs at least that goes by way of the kernel.
absl::StatusOr<PeerRun> measure_system_call(const BenchRun& run, const PeerOrder& order) {
    if (!run.cpus().ok()) return run.cpus().status();
    PeerRun measured;
    const absl::Status status = run_on_two_cpus(
        *run.cpus(),
        [&] {
            measured.on_one_cpu_ns = ns_of_each(order.on_one_cpu_ns, order.count_max, [] {
                for (std::uint64_t i = 0; i < peer_step; ++i) syscall(SYS_getppid);
                return peer_step;
            });
        },
        [] {});
    if (!status.ok()) return status;
    return measured;
}

}  // namespace

std::vector<PeerRow> limit_rows() {
    return {{"raw line", "busy", PeerRole::limit, measure_line},
            {"bare ring", "busy", PeerRole::limit, measure_bare_ring},
            {"system call", "busy", PeerRole::limit, measure_system_call}};
}

}  // namespace prosa::bench
