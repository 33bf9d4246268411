// LMAX Disruptor: a Java program, run as a child on both CPUs, which pins its two threads itself.
#include "apps/prosa/bench/child_process.hpp"
#include "apps/prosa/bench/figure.hpp"
#include "apps/prosa/bench/json_numbers.hpp"
#include "bench/peers/peer.hpp"

namespace prosa::bench {
namespace {

constexpr Nanos compiler_warmup_ns = 400 * ns_per_ms;  // until its hot loops are machine code

std::vector<std::string> arguments_of(const BenchCpus& cpus, const PeerOrder& order, const char* wait) {
    return {"-c",
            fmt::format("{},{}", cpus.requester, cpus.provider),
            PROSA_PEER_JAVA,
            "-XX:+UseSerialGC",
            "-cp",
            PROSA_PEER_CLASSES,
            "DisruptorEcho",
            wait,
            fmt::format("{}", cpus.requester),
            fmt::format("{}", cpus.provider),
            fmt::format("{}", compiler_warmup_ns),
            fmt::format("{}", order.latency_ns),
            fmt::format("{}", order.pipelined_ns),
            fmt::format("{}", std::min(order.count_max, std::uint64_t{1} << 62)),
            fmt::format("{}", peer_outstanding)};
}

absl::StatusOr<PeerRun> parse_run(const std::string& text) {
    const auto printed = parse_json(text, "DisruptorEcho");
    if (!printed.ok()) return printed.status();
    PeerRun run;
    double count = 0;
    const std::array<std::pair<const char*, double*>, 5> numbers{
        {{"p50_ns", &run.p50_ns},
         {"p999_ns", &run.p999_ns},
         {"count", &count},
         {"per_second", &run.per_second},
         {"batches_per_second", &run.batches_per_second}}};
    for (const auto& [key, number] : numbers) {
        const auto read = number_at(*printed, key);
        if (!read.ok()) return read.status();
        *number = *read;
    }
    run.latency_count = static_cast<std::uint64_t>(count);
    return run;
}

absl::StatusOr<PeerRun> measure_disruptor(const BenchRun& run, const PeerOrder& order, const char* wait) {
    if (!run.cpus().ok()) return run.cpus().status();
    const auto output = run_program(PROSA_PEER_TASKSET, arguments_of(*run.cpus(), order, wait));
    if (!output.ok()) return output.status();
    if (output->exit_code != 0)
        return make_error(absl::StatusCode::kInternal, "DisruptorEcho ended with {}", output->exit_code);
    return parse_run(output->text);
}

PeerRow row(const char* wait, PeerRole role) {
    return {"LMAX Disruptor (Java)", wait, role, [wait](const BenchRun& run, const PeerOrder& order) {
                return measure_disruptor(run, order, wait);
            }};
}

}  // namespace

std::vector<PeerRow> disruptor_rows() {
    return {row("busy", PeerRole::disruptor), row("blocking", PeerRole::other)};
}

}  // namespace prosa::bench
