#include "apps/prosa/bench/bench_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <system_error>
#include <utility>

#include "apps/prosa/exit_code.hpp"

namespace prosa::bench {
namespace {

void set_placement(const std::string& text, Placement& placement) {
    const auto colon = text.find(':');
    double low = 0;
    double high = 0;
    if (colon == std::string::npos || !CLI::detail::lexical_cast(text.substr(0, colon), low) ||
        !CLI::detail::lexical_cast(text.substr(colon + 1), high) || low <= 0 || high < low)
        throw CLI::ValidationError("--placement",
                                   "expected LOW:HIGH in nanoseconds such as 100:160, got " + text);
    placement.low_ns = low;
    placement.high_ns = high;
}

std::filesystem::path own_path() {
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path("prosa") : path;
}

void add_options(CLI::App& app, BenchOptions& options) {
    app.add_flag("--quick", options.is_quick, "Shorter rounds: at most 4 minutes, and marked as such");
    app.add_flag("--list", options.lists_only, "Print the figures and their bars, measure nothing");
    app.add_option("--figure", options.figures, "Only this one (repeatable)")
        ->type_name("NAME")
        ->allow_extra_args(false);
    add_round_options(app, options);
    app.add_option(
           "--hlog", options.hlog,
           "Write the distributions behind the figures of latency (HdrHistogram's interval log): an interval "
           "for each round, a tag for each figure")
        ->type_name("FILE");
    app.add_option("--helpers", options.helpers_folder,
                   "The folder bench/ of the build; default: beside the program's")
        ->type_name("DIR");
    app.add_option("--examples", options.examples_folder, "The folder with the payment switch's files")
        ->type_name("DIR")
        ->capture_default_str();
}

}  // namespace

void add_round_options(CLI::App& app, BenchOptions& options) {
    app.add_option_function<std::string>(
           "--placement", [&options](const std::string& text) { set_placement(text, options.placement); },
           "Raw line round trips, in ns, between which a round counts; default 100:160")
        ->type_name("LOW:HIGH");
    app.add_option("--figures", options.figures_file, "Where the figures go, one JSON object a line")
        ->type_name("FILE")
        ->capture_default_str();
}

BenchArguments parse_bench_arguments(std::vector<std::string> arguments) {
    BenchOptions options;
    CLI::App app("Measures the bus on this machine. docs/latency.md says how, and how to read the table.",
                 "prosa bench");
    add_options(app, options);
    try {
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        return {std::nullopt, app.exit(error) == 0 ? exit_ok : exit_usage};
    }
    options.program = own_path();
    if (options.helpers_folder.empty())
        options.helpers_folder = options.program.parent_path().parent_path().parent_path() / "bench";
    return {options, exit_ok};
}

}  // namespace prosa::bench
