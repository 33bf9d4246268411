// apps/prosa/bench/bench_options.hpp: the arguments of `prosa bench`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/prosa/bench/rounds.hpp"

namespace CLI {
class App;
}

namespace prosa::bench {

struct BenchOptions {
    bool is_quick = false;
    bool lists_only = false;
    std::vector<std::string> figures;  // empty: all
    Placement placement;
    std::filesystem::path figures_file =
        "figures.jsonl";                   // the folder also gets the configurations that were run
    std::optional<std::string> hlog;       // where the distributions behind figures of latency go
    std::filesystem::path program;         // this one, to start `prosa load`
    std::filesystem::path helpers_folder;  // bench/ of the build: programs the product does not hold
    std::filesystem::path examples_folder = "examples";  // of the payment switch
};

// Nothing: the program ends with `exit_code`, and what it had to say was printed.
struct BenchArguments {
    std::optional<BenchOptions> options;
    int exit_code = 0;
};

// Those that each program has that takes rounds: --placement, --figures.
void add_round_options(CLI::App& app, BenchOptions& options);

BenchArguments parse_bench_arguments(std::vector<std::string> arguments);

}  // namespace prosa::bench
