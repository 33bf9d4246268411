#include "apps/prosa/bench/bench_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "apps/prosa/exit_code.hpp"
#include "core/base/units.hpp"

namespace prosa::bench {
namespace {

void set_placement(const std::string& text, Placement& placement) {
    const auto colon = text.find(':');
    double low = 0;
    double high = 0;
    if (colon == std::string::npos || !CLI::detail::lexical_cast(text.substr(0, colon), low) ||
        !CLI::detail::lexical_cast(text.substr(colon + 1), high) || low <= 0 || high < low)
        throw CLI::ValidationError("--placement",
                                   "expected LOW:HIGH in nanoseconds such as 80:160, got " + text);
    placement.low_ns = low;
    placement.high_ns = high;
}

void set_duration(const std::string& text, Nanos& duration_ns) {
    const auto parsed = parse_duration(text);
    if (!parsed.ok() || *parsed <= 0)
        throw CLI::ValidationError("--duration", "expected a duration such as 200ms, got " + text);
    duration_ns = *parsed;
}

std::filesystem::path own_path() {
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path("prosa") : path;
}

// What follows from the others.
void complete(BenchOptions& options, bool has_file, bool has_duration) {
    constexpr Nanos within_a_placement_ns = 60 * ns_per_ms;  // a round is seven of them
    if (!has_duration && options.mode == BenchMode::breakdown) options.duration_ns = within_a_placement_ns;
    if (!has_file && options.mode == BenchMode::breakdown) options.figures_file = "breakdown.jsonl";
    if (!has_file && options.mode == BenchMode::scale) options.figures_file = "scale.jsonl";
    // The other forms are made from it.
    if (!options.hlog && (options.html || options.hgrm))
        options.hlog = (options.figures_file.parent_path() / "bench.hlog").string();
    options.program = own_path();
    const auto installed_examples = options.program.parent_path().parent_path() / "share/doc/prosa/examples";
    if (!std::filesystem::exists(options.examples_folder) && std::filesystem::exists(installed_examples))
        options.examples_folder = installed_examples;
    if (options.helpers_folder.empty())
        options.helpers_folder = options.program.parent_path().parent_path().parent_path() / "bench";
}

void add_options(CLI::App& app, BenchOptions& options) {
    app.add_flag("--quick", options.is_quick, "Shorter rounds: at most 4 minutes, and marked as such");
    app.add_flag("--list", options.lists_only, "Print the figures, their bars and goals, measure nothing");
    app.add_option("--figure", options.figures, "Only this one (repeatable)")
        ->type_name("NAME")
        ->allow_extra_args(false);
    add_round_options(app, options);
    app.add_option(
           "--hlog", options.hlog,
           "Write the distributions behind the figures of latency (HdrHistogram's interval log): an interval "
           "for each round, a tag for each figure")
        ->type_name("FILE");
    app.add_option("--hgrm", options.hgrm,
                   "Write each of these distributions as HdrHistogram's text, DIR/FIGURE.hgrm")
        ->type_name("DIR");
    app.add_option("--html", options.html,
                   "Write them as a page with drawings, the figures and the environment")
        ->type_name("FILE");
    app.add_option("--helpers", options.helpers_folder,
                   "The folder bench/ of the build; default: beside the program's")
        ->type_name("DIR");
    app.add_option("--examples", options.examples_folder, "The folder with the payment switch's files")
        ->type_name("DIR")
        ->capture_default_str();
}

void add_analyses(CLI::App& app, BenchOptions& options) {
    const auto sets = [&options](BenchMode mode) {
        return [&options, mode](std::int64_t) { options.mode = mode; };
    };
    auto* const breakdown =
        app.add_flag("--breakdown", sets(BenchMode::breakdown),
                     "Where the time of a round trip goes, step by step; in breakdown.jsonl");
    auto* const scale =
        app.add_flag("--scale", sets(BenchMode::scale),
                     "What more reactors cost: memory, turns, idle CPU time, publications; in scale.jsonl")
            ->excludes(breakdown);
    for (const char* const of_figures : {"--figure", "--hlog", "--hgrm", "--html"})
        app.get_option(of_figures)->excludes(breakdown)->excludes(scale);
    app.add_option_function<std::string>(
           "--duration", [&options](const std::string& text) { set_duration(text, options.duration_ns); },
           "Of each measurement of --breakdown (default 60ms) and --scale (200ms)")
        ->type_name("TIME");
    app.add_option("--rounds", options.round_count,
                   "Rounds of --breakdown that should count; it says how many did")
        ->type_name("COUNT")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--reactors", options.reactor_counts,
                   "Rows of --scale (repeatable); default 2, 4, 8, 16, 32 and 64")
        ->type_name("COUNT")
        ->allow_extra_args(false)
        ->check(CLI::Range(2, 64));
    app.add_option("--scale_row", options.scale_row)->group("");  // how a scale starts its own children
}

}  // namespace

void add_round_options(CLI::App& app, BenchOptions& options) {
    app.add_option_function<std::string>(
           "--placement", [&options](const std::string& text) { set_placement(text, options.placement); },
           "Raw line round trips, in ns, between which a round counts; default 80:160")
        ->type_name("LOW:HIGH");
    app.add_option("--figures", options.figures_file, "Where the figures go, one JSON object a line")
        ->type_name("FILE")
        ->capture_default_str();
}

absl::Status check_outputs(const BenchOptions& options) {
    const auto check = [](const char* name, const std::filesystem::path& path) -> absl::Status {
        if (std::ofstream(path, std::ios::app)) return absl::OkStatus();
        return invalid_argument("{}: cannot write {}", name, path.string());
    };
    absl::Status checked = check("--figures", options.figures_file);
    if (options.html) checked.Update(check("--html", *options.html));
    return checked;
}

absl::Status write_lines(const BenchOptions& options, const std::string& lines) {
    std::ofstream file(options.figures_file);
    file << lines;
    file.flush();
    if (!file) return invalid_argument("--figures: cannot write {}", options.figures_file.string());
    return absl::OkStatus();
}

BenchArguments parse_bench_arguments(std::vector<std::string> arguments) {
    BenchOptions options;
    CLI::App app("Measures the bus on this machine. docs/latency.md says how, and how to read the table.",
                 "prosa bench");
    add_options(app, options);
    add_analyses(app, options);
    try {
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        return {std::nullopt, app.exit(error) == 0 ? exit_ok : exit_usage};
    }
    complete(options, app.count("--figures") > 0, app.count("--duration") > 0);
    return {options, exit_ok};
}

}  // namespace prosa::bench
