#include "apps/prosa/bench/switch_figures.hpp"

#include <algorithm>
#include <fstream>

#include "apps/prosa/bench/child_process.hpp"
#include "apps/prosa/bench/json_numbers.hpp"

namespace prosa::bench {
namespace {

constexpr int run_count = 3;

// The example's switch, its issuers healthy: no delay, no failures. Its authorisations fit a slot: in blocks, the pool
// would end what may be under way. Rings for 80 ms at 200 k/s: that long a virtual CPU may be away.
constexpr std::string_view configuration = R"(name: bench-switch
bus: {{ slot_bytes: 512, ring_slots: 16384 }}
router-1: {{ processor: router, adaptor: rules, reactor: 0, service_names: [PAYMENT],
            adaptor_config_path: "{0}/router_rules.yml" }}
issuer-a: {{ processor: stub, adaptor: rules, reactor: 1, service_names: [ISSUER_A],
            adaptor_config_path: "{0}/issuer_a_rules.yml" }}
issuer-b: {{ processor: stub, adaptor: rules, reactor: 1, service_names: [ISSUER_B],
            adaptor_config_path: "{0}/issuer_b_rules.yml" }}
)";

constexpr const char* bound =
    "bounded from below by two hops and their answers; above that by who else wants the two CPUs: what was "
    "intended "
    "while a reactor was away waits, and the queue drains at the slower reactor's pace";

absl::StatusOr<std::filesystem::path> write_configuration(const BenchOptions& options) {
    const std::filesystem::path path = options.figures_file.parent_path() / "bench_switch.yml";
    std::ofstream file(path);
    file << fmt::format(configuration, std::filesystem::absolute(options.examples_folder).string());
    file.flush();
    if (!file) return invalid_argument("cannot write {}", path.string());
    return path;
}

std::filesystem::path transactions_of(const BenchOptions& options) {
    return options.examples_folder / "transactions.jsonl";
}

struct SwitchRun {
    double worst_success_percent = 0;
    double p50_us = 0;
    double p99_us = 0;
    double p999_us = 0;
    double service_p99_us = 0;  // from the real send
    double achieved_per_s = 0;
};

absl::StatusOr<SwitchRun> read_run(const std::string& json) {
    const auto printed = parse_json(json, "prosa load");
    if (!printed.ok()) return printed.status();
    SwitchRun run;
    const auto read = [&](double& to, double scale, const absl::StatusOr<double>& number) {
        if (number.ok()) to = *number / scale;
        return number.status();
    };
    absl::Status status =
        read(run.worst_success_percent, 1, number_at(*printed, "success_percent_worst_window"));
    status.Update(read(run.achieved_per_s, 1, number_at(*printed, "achieved_rate_per_s")));
    status.Update(read(run.p50_us, 1e3, number_at(*printed, "response_time_ns", "p50")));
    status.Update(read(run.p99_us, 1e3, number_at(*printed, "response_time_ns", "p99")));
    status.Update(read(run.p999_us, 1e3, number_at(*printed, "response_time_ns", "p99.9")));
    status.Update(read(run.service_p99_us, 1e3, number_at(*printed, "service_time_ns", "p99")));
    if (!status.ok()) return status;
    return run;
}

absl::StatusOr<SwitchRun> run_load(const BenchRun& run, const std::filesystem::path& path) {
    const auto& options = run.options();
    const auto output = run_program(
        options.program, {"load", "-c", path.string(), "--service", "PAYMENT", "--rate", "200k", "--duration",
                          run.is_quick() ? "3s" : "10s", "--warmup", "1s", "--arrivals", "poisson", "--input",
                          transactions_of(options).string(), "--json", "-"});
    if (!output.ok()) return output.status();
    auto read = read_run(output->text);
    if (read.ok()) return read;
    return make_error(absl::StatusCode::kInternal, "prosa load ended with {}: {}", output->exit_code,
                      message_of(read.status()));
}

absl::Status measure_switch(BenchRun& run, std::span<FigureResult> results) {
    if (lacks(transactions_of(run.options()), "--examples names the folder it is in", results))
        return absl::OkStatus();
    const auto path = write_configuration(run.options());
    if (!path.ok()) return path.status();
    std::vector<double> success, p50, p99, p999, service_p99, achieved;
    for (int i = 0; i < run_count; ++i) {
        const auto one = run_load(run, *path);
        if (!one.ok()) return one.status();
        run.say(fmt::format(
            "  worst window {:.3f} %, p50 {:.2f} us, p99 {:.2f} us, p99.9 {:.2f} us, sent {:.0f}/s",
            one->worst_success_percent, one->p50_us, one->p99_us, one->p999_us, one->achieved_per_s));
        success.push_back(one->worst_success_percent);
        p50.push_back(one->p50_us);
        p99.push_back(one->p99_us);
        p999.push_back(one->p999_us);
        service_p99.push_back(one->service_p99_us);
        achieved.push_back(one->achieved_per_s);
    }
    results[0].value = *std::min_element(success.begin(), success.end());
    results[1].value = median_of(p99);
    results[1].details = {{"p50_us", median_of(p50)},
                          {"p999_us", median_of(p999)},
                          {"service_p99_us", median_of(service_p99)},
                          {"sent_per_s", median_of(achieved)}};
    results[1].note = bound;
    for (FigureResult& result : results) {
        result.round_count = run_count;
        if (const auto raw_ns = run.raw_line_ns(); raw_ns.ok()) result.raw_line_ns = *raw_ns;
    }
    return absl::OkStatus();
}

}  // namespace

FigureGroup switch_group() {
    return {
        {{"switch_200k_success_percent", "%",
          "prosa load at 200 k/s Poisson: worst 1 s window of 3 runs, responses to what was intended in it",
          BarKind::at_least, 99.5},
         {"switch_200k_p99_us", "us", "its response time from the intended time, median of the runs"}},
        measure_switch};
}

}  // namespace prosa::bench
