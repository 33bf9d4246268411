#include "apps/prosa/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string_view>

#include "apps/prosa/exit_code.hpp"
#include "core/base/log.hpp"
#include "core/base/units.hpp"
#include "core/base/visible_text.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

constexpr const char* description =
    "A service bus for transaction switching.\n"
    "Exit codes: 0 done; 1 failed at run time, or counts that disagree; 2 wrong usage or configuration;\n"
    "3 load: the rate was not reached, or a threshold failed; 4 ctl: no instance can be reached.";

constexpr const char* config_text =
    "Configuration: a YAML or TOML file, or a folder of them (sorted, later wins)";

template <typename Take>
CLI::Option* add_parsed(CLI::App& app, const std::string& name, const std::string& help, const char* form,
                        Take take) {
    return app
        .add_option_function<std::string>(
            name,
            [name, take](const std::string& text) {
                const absl::Status status = take(text);
                if (!status.ok()) throw CLI::ValidationError(name, message_of(status));
            },
            help)
        ->type_name(form);
}

template <typename T>
CLI::Option* add_duration(CLI::App& app, const std::string& name, T& value_ns, const std::string& help) {
    return add_parsed(app, name, help, "DURATION", [&value_ns](const std::string& text) {
        const auto parsed = parse_duration(text);
        if (parsed.ok()) value_ns = *parsed;
        return parsed.status();
    });
}

void add_common(CLI::App& app, std::filesystem::path& config, std::optional<std::string>& name,
                std::optional<std::string>& log_level) {
    app.add_option("-c,--config", config, config_text)->type_name("FILE|DIR")->capture_default_str();
    app.add_option("-n,--name", name, "The instance's name, instead of the configuration's")
        ->type_name("NAME");
    app.add_option("--log-level,--log_level", log_level, "Instead of the configuration's observability.level")
        ->check(CLI::Validator(
            [](std::string& text) {
                return parse_log_level(text) ? std::string()
                                             : fmt::format("'{}' is none of {}", text, log_levels_text);
            },
            "{off,error,warn,info,debug,trace}"));
}

CLI::App* add_run(CLI::App& app, RunArguments& options) {
    CLI::App* const run = app.add_subcommand("run", "Run the instance of a configuration");
    add_common(*run, options.config, options.name, options.log_level);
    run->add_flag(
        "--dry_run,--dry-run", options.is_dry_run,
        "Check everything, print the effective configuration and the plan, start nothing; where no file "
        "is, write a default one");
    add_duration(*run, "--duration", options.duration_ns,
                 "Stop after this time, whatever the duration of its sources; default: when they end");
    return run;
}

void add_pace(CLI::App& load, LoadArguments& options) {
    add_parsed(load, "--rate", "Requests per second, such as 100k", "RATE",
               [&options](const std::string& text) {
                   const auto parsed = parse_rate(text);
                   if (parsed.ok()) options.rate_per_s = *parsed;
                   return parsed.status();
               })
        ->required();
    add_duration(load, "--duration", options.duration_ns, "Measured time, after the warm-up; default 10s");
    add_duration(load, "--warmup", options.warmup_ns, "Sent before, and not measured; default 1s");
    load.add_option(
            "--schedule", options.schedule,
            "How the rate goes: const, step:FROM:BY:EVERY (up by BY each EVERY to the rate), line:FROM "
            "(steadily from FROM to the rate)")
        ->capture_default_str();
    load.add_option("--arrivals", options.arrivals, "Times between requests: uniform or poisson")
        ->check(CLI::IsMember({"uniform", "poisson"}))
        ->capture_default_str();
    load.add_option("--runs", options.runs, "Repeat the load, each time with a fresh instance; default 1")
        ->check(CLI::Range(1, 1000))
        ->type_name("N");
    load.add_flag_callback(
        "--no_jitter,--no-jitter", [&options] { options.watches_jitter = false; },
        "No thread that watches the machine's jitter on a CPU that no reactor needs");
    load.add_option("--seed", options.seed, "Of the Poisson arrivals")->capture_default_str();
}

// It stands in titles of a line.
absl::Status parse_service(const std::string& text, std::string& service) {
    if (text.empty() || text.find_first_of("\r\n") != std::string::npos)
        return invalid_argument("expected a name on one line, got '{}'", visible_text(text));
    service = text;
    return absl::OkStatus();
}

absl::Status parse_run_tag(const std::string& text, std::vector<std::pair<std::string, std::string>>& tags) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || text.find_first_of("\r\n") != std::string::npos)
        return invalid_argument("expected NAME=VALUE on one line, got '{}'", text);
    std::string name = text.substr(0, equals);
    if (std::any_of(tags.begin(), tags.end(), [&name](const auto& tag) { return tag.first == name; }))
        return invalid_argument("expected each name once, got '{}' twice", name);
    tags.emplace_back(std::move(name), text.substr(equals + 1));
    return absl::OkStatus();
}

void add_outputs(CLI::App& load, LoadArguments& options) {
    load.add_option("--json", options.json, "Write everything as JSON to a file, or to standard output (-)")
        ->type_name("FILE|-");
    load.add_option("--hlog", options.hlog,
                    "Write the histograms of each second (HdrHistogram's interval log): response times, and "
                    "service times with the tag `service`")
        ->type_name("FILE");
    load.add_option("--hgrm", options.hgrm,
                    "Write the distribution of response times (HdrHistogram's text, in us)")
        ->type_name("FILE");
    load.add_option("--html", options.html, "Write a page with drawings, which needs nothing else")
        ->type_name("FILE");
    load.add_option("--csv", options.csv, "Write everything as CSV to a file, or to standard output (-)")
        ->type_name("FILE|-");
    load.add_option_function<std::vector<std::string>>(
            "--tag",
            [&options](const std::vector<std::string>& texts) {
                for (const std::string& text : texts)
                    if (const absl::Status parsed = parse_run_tag(text, options.run_tags); !parsed.ok())
                        throw CLI::ValidationError("--tag", message_of(parsed));
            },
            "Kept in every output, such as commit=1a2b (repeatable)")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
}

CLI::App* add_load(CLI::App& app, LoadArguments& options) {
    CLI::App* const load =
        app.add_subcommand("load", "Start an instance without its sources and drive one service, open loop");
    add_common(*load, options.config, options.name, options.log_level);
    add_parsed(*load, "--service", "The service to drive", "NAME", [&options](const std::string& text) {
        return parse_service(text, options.service);
    })->required();
    add_pace(*load, options);
    load->add_option("--input", options.input, "Transactions, one JSON object a line, repeated")
        ->type_name("FILE");
    add_duration(*load, "--timeout", options.timeout_ns, "Deadline of a request; default: bus.call_timeout");
    add_parsed(*load, "--percentiles", "Which to report; default 50,90,99,99.9,99.99,100", "LIST",
               [&options](const std::string& text) { return parse_percentiles(text, options.percentiles); });
    add_outputs(*load, options);
    load->add_option(
            "--threshold", options.thresholds,
            "Exit with 3 unless it holds, such as 'p99<50us', 'service.p99.9<=1ms', 'success>=99.5', "
            "'rate>=99k', 'timeouts<1' (repeatable)")
        ->type_name("CONDITION")
        ->allow_extra_args(false);
    load->add_option(
            "--reactor", options.reactor,
            "Where the requests are sent from: own, or a reactor's number; default: the reactor of the "
            "service's first provider")
        ->type_name("own|N");
    return load;
}

CLI::App* add_passed(CLI::App& app, const std::string& name, const std::string& help) {
    CLI::App* const passed = app.add_subcommand(name, help);
    passed->prefix_command()->set_help_flag();
    return passed;
}

CommandLine rejected(const CLI::App& app, const CLI::ParseError& error) {
    std::ostringstream output;
    std::ostringstream errors;
    const int code = app.exit(error, output, errors);
    return {.command = std::nullopt,
            .exit_code = code == 0 ? exit_ok : exit_usage,
            .output = output.str(),
            .errors = errors.str()};
}

// CLI11 would say that a command is missing; it is better to say which one was meant.
std::optional<CommandLine> reject_unknown_command(const CLI::App& app, std::string_view name) {
    if (name.starts_with('-')) return std::nullopt;
    const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
    std::vector<std::string> owned;
    for (const CLI::App* each : subcommands) owned.push_back(each->get_name());
    const std::vector<std::string_view> names(owned.begin(), owned.end());
    if (std::find(names.begin(), names.end(), name) != names.end()) return std::nullopt;
    return CommandLine{
        .command = std::nullopt,
        .exit_code = exit_usage,
        .output = "",
        .errors = fmt::format("prosa: unknown command '{}'{}\n", name, suggestion(name, names))};
}

}  // namespace

absl::Status parse_percentiles(const std::string& text, std::vector<double>& percentiles) {
    std::vector<double> given;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        double value = 0;
        if (!CLI::detail::lexical_cast(part, value) || !(value >= 0 && value <= 100))
            return invalid_argument("expected numbers from 0 to 100 such as 50,99,99.9, got '{}'", part);
        if (std::find(given.begin(), given.end(), value) != given.end())
            return invalid_argument("expected each number once, got {} twice", value);
        given.push_back(value);
    }
    if (given.empty()) return invalid_argument("expected numbers such as 50,99,99.9, got nothing");
    percentiles = std::move(given);
    return absl::OkStatus();
}

CommandLine parse_command_line(int argc, const char* const* argv) {
    CLI::App app(description, "prosa");
    app.require_subcommand(1);
    app.set_version_flag("-V,--version", "prosa " PROSA_VERSION);
    RunArguments run_arguments;
    LoadArguments load_arguments;
    TopologyArguments topology_arguments;
    CLI::App* const run = add_run(app, run_arguments);
    CLI::App* const load = add_load(app, load_arguments);
    CLI::App* const bench = add_passed(app, "bench", "Measure the bus on this machine");
    CLI::App* const topology =
        app.add_subcommand("topology", "What this machine offers, and what would be pinned where");
    topology->add_option("-c,--config", topology_arguments.config, config_text)->type_name("FILE|DIR");
    CLI::App* const list = app.add_subcommand("list", "Kinds of processors and their adaptors");
    CLI::App* const ctl = add_passed(app, "ctl", "Talk to a running instance");
    CLI::App* const convert = add_passed(app, "convert", "Convert messages: JSON, TVF, text");
    CLI::App* const report =
        add_passed(app, "report", "Percentiles of histogram logs, side by side or merged");
    CLI::App* const doctor = add_passed(app, "doctor", "What spoils latency on this machine, and the remedy");
    if (argc > 1)
        if (auto rejection = reject_unknown_command(app, argv[1])) return *std::move(rejection);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return rejected(app, error);
    }
    CommandLine line;
    if (run->parsed()) line.command = run_arguments;
    if (load->parsed()) line.command = load_arguments;
    if (topology->parsed()) line.command = topology_arguments;
    if (list->parsed()) line.command = ListArguments{};
    for (const CLI::App* passed : {bench, ctl, convert, report, doctor})
        if (passed->parsed()) line.command = PassedArguments{passed->get_name(), passed->remaining()};
    return line;
}

}  // namespace prosa
