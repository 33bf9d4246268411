// apps/prosa/bench/bench_options.hpp: the arguments of `prosa bench`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/prosa/bench/rounds.hpp"
#include "core/base/clock.hpp"
#include "core/base/status.hpp"

namespace CLI {
class App;
}

namespace prosa::bench {

enum class BenchMode : std::uint8_t { figures, breakdown, scale };

struct BenchOptions {
    BenchMode mode = BenchMode::figures;
    bool is_quick = false;
    bool lists_only = false;
    std::vector<std::string> figures;  // empty: all
    Placement placement;
    std::filesystem::path figures_file =
        "figures.jsonl";                   // the folder also gets the configurations that were run
    std::optional<std::string> hlog;       // where the distributions behind figures of latency go
    std::optional<std::string> hgrm;       // a folder: each of them as text
    std::optional<std::string> html;       // all of them as a page
    std::filesystem::path program;         // this one, to start `prosa load`
    std::filesystem::path helpers_folder;  // bench/ of the build: programs the product does not hold
    std::filesystem::path examples_folder = "examples";  // of the payment switch

    // Of a breakdown or a scale.
    Nanos duration_ns = 200 * ns_per_ms;  // of each measurement
    std::size_t round_count = 5;
    std::vector<std::uint32_t> reactor_counts{2, 4, 8, 16, 32, 64};
    std::optional<std::uint32_t> scale_row;  // this process measures one row, with so many reactors
};

// Nothing: the program ends with `exit_code`, and what it had to say was printed.
struct BenchArguments {
    std::optional<BenchOptions> options;
    int exit_code = 0;
};

// Those that each program has that takes rounds: --placement, --figures.
void add_round_options(CLI::App& app, BenchOptions& options);

BenchArguments parse_bench_arguments(std::vector<std::string> arguments);

// Error: one of the files that the run ends with cannot be written. It is made, empty, where it is not there.
absl::Status check_outputs(const BenchOptions& options);

// Error: the options' file cannot be written.
absl::Status write_lines(const BenchOptions& options, const std::string& lines);

}  // namespace prosa::bench
