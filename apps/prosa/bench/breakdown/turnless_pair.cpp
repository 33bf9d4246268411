#include "apps/prosa/bench/breakdown/turnless_pair.hpp"

#include <atomic>

#include "apps/prosa/bench/breakdown/bus_rig.hpp"

namespace prosa::bench {

absl::StatusOr<LatencyRun> measure_turnless_pair(const BenchCpus& cpus, const BenchOrder& order) {
    PairRig pair;
    std::atomic<bool> has_ended{false};
    const auto request = [&] {
        BusNode& node = pair.rig().node(PairRig::requester);
        node.on_thread_start();
        pair.send(order);
        while (pair.desk().ended_runs.load(std::memory_order_relaxed) == 0)
            if (node.requester().drain_replies() == 0) cpu_relax();
        has_ended.store(true, std::memory_order_relaxed);
    };
    const auto answer = [&] {
        BusNode& node = pair.rig().node(PairRig::provider);
        node.on_thread_start();
        node.set_now(pair.rig().clock().now_ns());
        while (!has_ended.load(std::memory_order_relaxed))
            if (node.responder().serve_requests() == 0) cpu_relax();
    };
    const absl::Status status = run_on_two_cpus(cpus, request, answer);
    for (const ReactorId id : {PairRig::requester, PairRig::provider}) pair.rig().node(id).on_thread_start();
    if (!status.ok()) return status;
    if (pair.desk().failed_count != 0 || pair.answered_count() == 0)
        return make_error(absl::StatusCode::kInternal, "without turns {} requests were refused, {} answered",
                          pair.desk().failed_count, pair.answered_count());
    return pair.desk().run;
}

}  // namespace prosa::bench
