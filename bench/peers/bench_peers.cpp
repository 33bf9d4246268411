// bench_peers [--quick] [--list] [--peer NAME]... [--placement LOW:HIGH] [--figures FILE]
//
// Measures our round trip beside those of other libraries and of the kernel's means. docs/latency.md says
// how, and how to read the table.
//
// Exit: 0 measured; 1 a peer failed, or the figures could not be written; 2 bad usage.
#include <CLI/CLI.hpp>

#include "apps/prosa/exit_code.hpp"
#include "bench/peers/peer_report.hpp"
#include "core/base/log.hpp"

namespace prosa::bench {
namespace {

struct PeersOptions {
    BenchOptions bench;
    std::vector<std::string> peers;  // empty: all
};

bool is_wanted(const PeersOptions& options, const PeerSource& source) {
    return options.peers.empty() || source.rows == limit_rows || source.rows == prosa_rows ||
           std::find(options.peers.begin(), options.peers.end(), source.name) != options.peers.end();
}

std::vector<MeasuredPeer> wanted_peers(const PeersOptions& options, RoundLimits limits) {
    std::vector<MeasuredPeer> peers;
    for (const PeerSource& source : peer_sources()) {
        if (source.rows == nullptr || !is_wanted(options, source)) continue;
        for (PeerRow& row : source.rows())
            peers.push_back({std::move(row), RoundSeries(options.bench.placement, limits), ""});
    }
    return peers;
}

void print_list() {
    for (const PeerSource& source : peer_sources())
        fmt::print("{:<17} {}\n", source.name,
                   source.rows != nullptr ? "built" : fmt::format("not built: package {}", source.package));
}

// They compare the best of all: where only some were measured there are none.
absl::Status report_figures(const PeersOptions& options, const std::vector<MeasuredPeer>& peers,
                            RoundLimits limits) {
    if (!options.peers.empty()) return absl::OkStatus();
    const auto figures = peer_figures(peers, options.bench.placement, limits);
    fmt::print("\n{}", table_text(figures, options.bench.is_quick));
    return replace_figures(options.bench.figures_file, figures, options.bench.is_quick);
}

int measure(const PeersOptions& options) {
    const BenchRun run(options.bench);
    const bool is_quick = options.bench.is_quick;
    // Many short samples: a placement that moves from one second to the next lets few long ones count, and a
    // figure needs two of one round.
    const PeerRoundsOrder order{.order = {.latency_ns = run.pick(150, 100) * ns_per_ms,
                                          .pipelined_ns = run.pick(100, 60) * ns_per_ms,
                                          .on_one_cpu_ns = run.pick(20, 10) * ns_per_ms},
                                .limits = {.wanted_count = 5, .attempts_max = is_quick ? 7U : 30U}};
    std::vector<MeasuredPeer> peers = wanted_peers(options, order.limits);
    take_peer_rounds(run, order, peers);
    fmt::print("{}", peer_table_text(peers, peer_sources()));
    const absl::Status written = report_figures(options, peers, order.limits);
    if (!written.ok()) fmt::print(stderr, "{}\n", message_of(written));
    const bool is_broken = std::any_of(peers.begin(), peers.end(), [&](const MeasuredPeer& peer) {
        return peer.series.count(RoundKind::failed) > order.limits.failures_max;
    });
    return written.ok() && !is_broken ? exit_ok : exit_failed;
}

int run_program(int argc, char** argv) {
    PeersOptions options;
    CLI::App app("Measures the bus beside others. docs/latency.md says how, and how to read the table.");
    std::vector<std::string> names;
    for (const PeerSource& source : peer_sources()) names.emplace_back(source.name);
    app.add_flag("--quick", options.bench.is_quick, "Shorter samples: within a minute, and marked as such");
    app.add_flag("--list", options.bench.lists_only, "Print the peers, and which packages are missing");
    app.add_option("--peer", options.peers,
                   "Only this one beside ours and the limits, without the figures (repeatable)")
        ->type_name("NAME")
        ->allow_extra_args(false)
        ->check(CLI::IsMember(names));
    add_round_options(app, options.bench);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_ok : exit_usage;
    }
    if (!set_log_level("error")) return exit_failed;
    if (!options.bench.lists_only) return measure(options);
    print_list();
    return exit_ok;
}

}  // namespace
}  // namespace prosa::bench

int main(int argc, char** argv) { return prosa::bench::run_program(argc, argv); }
