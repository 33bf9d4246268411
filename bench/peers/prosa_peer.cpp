// ProSA: two processors on reactors of their own, through the public interface, as the figure
// roundtrip_1field measures them. Header and body of its one-field message are 64 bytes together.
#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"
#include "bench/peers/peer.hpp"

namespace prosa::bench {
namespace {

absl::StatusOr<PeerRun> measure_prosa(const BenchRun& run, const PeerOrder& order, std::string_view idle) {
    if (!run.cpus().ok()) return run.cpus().status();
    const auto desk = std::make_shared<BenchDesk>();
    auto instance = BenchInstance::start(run, fmt::format("bench_peer_{}", idle),
                                         pair_configuration(*run.cpus(), idle, "answer"), desk);
    if (!instance.ok()) return instance.status();
    if (const absl::Status ready = (*instance)->wait_for_service("BENCH"); !ready.ok()) return ready;
    BenchOrder bench_order{.message = BenchMessage::one_field,
                           .warmup_ns = order.latency_ns / 10,
                           .duration_ns = order.latency_ns,
                           .count_max = order.count_max};
    if (const absl::Status measured = (*instance)->measure(bench_order); !measured.ok()) return measured;
    PeerRun result{.p50_ns = desk->run.percentile_ns(50),
                   .p999_ns = desk->run.percentile_ns(99.9),
                   .latency_count = desk->run.latency.total_count(),
                   .per_second = 0,
                   .batches_per_second = 0,
                   .on_one_cpu_ns = 0,
                   .note = ""};
    bench_order.outstanding = peer_outstanding;
    bench_order.duration_ns = order.pipelined_ns;
    if (const absl::Status measured = (*instance)->measure(bench_order); !measured.ok()) return measured;
    result.per_second = desk->run.per_second();
    return result;
}

PeerRow row(const char* form, std::string_view idle) {
    return {"ProSA, one field", form, PeerRole::own,
            [idle](const BenchRun& run, const PeerOrder& order) { return measure_prosa(run, order, idle); }};
}

}  // namespace

std::vector<PeerRow> prosa_rows() { return {row("busy", "spin"), row("blocking", "park")}; }

}  // namespace prosa::bench
