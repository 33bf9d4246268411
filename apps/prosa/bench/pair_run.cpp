#include "apps/prosa/bench/pair_run.hpp"

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"
#include "core/memory/message_header.hpp"

namespace prosa::bench {

BareEcho bare_echo_of(const BenchOrder& order) {
    return {.slot_count = bench_ring_slots,
            .slot_bytes = bench_slot_bytes,
            .moved_bytes = std::uint32_t{sizeof(MessageHeader)} + body_bytes_of(order.message),
            .duration_ns = order.duration_ns};
}

absl::StatusOr<LatencyRun> measure_pair(const BenchRun& run, const BenchOrder& order,
                                        std::string_view behaviour) {
    const auto desk = std::make_shared<BenchDesk>();
    auto instance = BenchInstance::start(run, fmt::format("bench_{}", behaviour),
                                         pair_configuration(*run.cpus(), "spin", behaviour), desk);
    if (!instance.ok()) return instance.status();
    if (const absl::Status ready = (*instance)->wait_for_service("BENCH"); !ready.ok()) return ready;
    if (const absl::Status measured = (*instance)->measure(order); !measured.ok()) return measured;
    return desk->run;
}

}  // namespace prosa::bench
