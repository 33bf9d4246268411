#include "apps/prosa/command_line.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/load_command.hpp"

namespace prosa {
namespace {

CommandLine parse(std::initializer_list<const char*> arguments) {
    std::vector<const char*> argv{"prosa"};
    argv.insert(argv.end(), arguments);
    return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

template <typename Arguments>
Arguments parsed(std::initializer_list<const char*> arguments) {
    const CommandLine line = parse(arguments);
    REQUIRE_MESSAGE(line.command.has_value(), line.errors);
    REQUIRE(std::holds_alternative<Arguments>(*line.command));
    return std::get<Arguments>(*line.command);
}

std::string error_of(std::initializer_list<const char*> arguments) {
    const CommandLine line = parse(arguments);
    CHECK_FALSE(line.command.has_value());
    CHECK(line.exit_code == exit_usage);
    return line.errors;
}

}  // namespace

TEST_CASE("run takes its configuration, name, duration and log level") {
    const auto run = parsed<RunArguments>(
        {"run", "-c", "x.yml", "-n", "blue", "--duration", "1500ms", "--log-level", "debug", "--dry_run"});
    CHECK(run.config == "x.yml");
    CHECK(run.name == "blue");
    CHECK(run.duration_ns == 1500 * ns_per_ms);
    CHECK(run.log_level == "debug");
    CHECK(run.is_dry_run);
    CHECK(parsed<RunArguments>({"run", "--log-level", "WARN"}).log_level == "WARN");
    CHECK(parsed<RunArguments>({"run", "--log-level", "3"}).log_level == "3");
    CHECK(parsed<RunArguments>({"run"}).config == "prosa.yml");
    CHECK_FALSE(parsed<RunArguments>({"run"}).duration_ns.has_value());
}

TEST_CASE("load takes everything about the load") {
    const auto load = parsed<LoadArguments>({"load",
                                             "-c",
                                             "x.yml",
                                             "--service",
                                             "PAYMENT",
                                             "--rate",
                                             "200k",
                                             "--duration",
                                             "3s",
                                             "--warmup",
                                             "0s",
                                             "--arrivals",
                                             "poisson",
                                             "--schedule",
                                             "line:1k",
                                             "--input",
                                             "t.jsonl",
                                             "--timeout",
                                             "50ms",
                                             "--percentiles",
                                             "50,99.9",
                                             "--json",
                                             "-",
                                             "--threshold",
                                             "p99<50us",
                                             "--threshold",
                                             "success>=99",
                                             "--reactor",
                                             "own",
                                             "--seed",
                                             "7"});
    CHECK(load.service == "PAYMENT");
    CHECK(load.rate_per_s == 200'000);
    CHECK(load.duration_ns == 3 * ns_per_s);
    CHECK(load.warmup_ns == 0);
    CHECK(load.arrivals == "poisson");
    CHECK(load.input == "t.jsonl");
    CHECK(load.timeout_ns == 50 * ns_per_ms);
    CHECK(load.percentiles == std::vector<double>{50, 99.9});
    CHECK(load.json == "-");
    CHECK(load.thresholds == std::vector<std::string>{"p99<50us", "success>=99"});
    CHECK(load.reactor == "own");
    CHECK(load.seed == 7);
}

TEST_CASE("bench and ctl get their arguments as they stand") {
    const auto bench = parsed<PassedArguments>({"bench", "--quick", "--help", "-x", "1"});
    CHECK(bench.command == "bench");
    CHECK(bench.arguments == std::vector<std::string>{"--quick", "--help", "-x", "1"});
    CHECK(parsed<PassedArguments>({"ctl", "status"}).command == "ctl");
}

TEST_CASE("help and version are no errors") {
    for (const auto* argument : {"--help", "--version"}) {
        const CommandLine line = parse({argument});
        CHECK_FALSE(line.command.has_value());
        CHECK(line.exit_code == exit_ok);
        CHECK(line.output.find("prosa") != std::string::npos);
    }
    CHECK(parse({"load", "--help"}).output.find("--threshold") != std::string::npos);
}

TEST_CASE("wrong arguments are usage errors that say what was expected") {
    CHECK(error_of({}).find("subcommand") != std::string::npos);
    CHECK(error_of({"rnu"}) == "prosa: unknown command 'rnu', did you mean 'run'?\n");
    CHECK(error_of({"run", "--duration", "5"}).find("'5' is not a duration") != std::string::npos);
    CHECK(error_of({"run", "--durration", "5s"}).find("--durration") != std::string::npos);
    CHECK(error_of({"run", "--log-level", "loud"}).find("'loud' is none of off, error, warn") !=
          std::string::npos);
    CHECK(error_of({"run", "--log-level", "warning"}).find("'warning' is none of off") != std::string::npos);
    CHECK(error_of({"load", "--rate", "1k"}).find("--service") != std::string::npos);
    CHECK(error_of({"load", "--service", "A"}).find("--rate") != std::string::npos);
    CHECK(error_of({"load", "--service", "a\nb", "--rate", "1k"}).find("got 'a\\u000ab'") !=
          std::string::npos);
    CHECK(error_of({"load", "--service", "A", "--rate", "fast"}).find("positive rate") != std::string::npos);
    CHECK(error_of({"load", "--service", "A", "--rate", "1", "--arrivals", "odd"}).find("odd") !=
          std::string::npos);
    CHECK(error_of({"load", "--service", "A", "--rate", "1", "--percentiles", "50,101"}).find("'101'") !=
          std::string::npos);
    CHECK(
        error_of({"load", "--service", "A", "--rate", "1", "--percentiles", "50,99,50.0"}).find("50 twice") !=
        std::string::npos);
    CHECK(error_of({"load", "--service", "A", "--rate", "1", "--tag", "a=1", "--tag", "a=2"})
              .find("'a' twice") != std::string::npos);
}

TEST_CASE("a schedule becomes the load's shape") {
    LoadArguments arguments;
    arguments.rate_per_s = 1000;
    arguments.duration_ns = 10 * ns_per_s;
    CHECK(load_options_of(arguments)->shape == RateShape::constant);

    arguments.schedule = "step";
    CHECK(load_options_of(arguments)->start_rate_per_s == 200);
    CHECK(load_options_of(arguments)->step_every_ns == 2 * ns_per_s);
    arguments.schedule = "step:100:50:500ms";
    CHECK(load_options_of(arguments)->shape == RateShape::step);
    CHECK(load_options_of(arguments)->start_rate_per_s == 100);
    CHECK(load_options_of(arguments)->step_rate_per_s == 50);
    CHECK(load_options_of(arguments)->step_every_ns == 500 * ns_per_ms);

    arguments.schedule = "line:10";
    CHECK(load_options_of(arguments)->shape == RateShape::line);
    CHECK(load_options_of(arguments)->start_rate_per_s == 10);

    for (const auto* wrong : {"stairs", "step:1", "step:a:b:c", "step:1:1:0s", "line:1:2", ""}) {
        arguments.schedule = wrong;
        CHECK_MESSAGE(!load_options_of(arguments).ok(), wrong);
    }
    arguments.schedule = "const";
    arguments.duration_ns = 0;
    CHECK_FALSE(load_options_of(arguments).ok());
}

}  // namespace prosa
