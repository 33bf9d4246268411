// apps/prosa/command_line.hpp: the arguments of the program -> which command, with which options.
//
// Threads   one.
// Errors    what CLI11 says, on `errors`; the exit code is then exit_usage.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

struct RunArguments {
    std::filesystem::path config = "prosa.yml";
    std::optional<std::string> name;
    bool is_dry_run = false;
    std::optional<Nanos> duration_ns;
    std::optional<std::string> log_level;
};

struct LoadArguments {
    std::filesystem::path config = "prosa.yml";
    std::optional<std::string> name;
    std::string service;
    double rate_per_s = 0;
    Nanos duration_ns = 10 * ns_per_s;
    Nanos warmup_ns = ns_per_s;
    std::string schedule = "const";
    std::string arrivals = "uniform";
    std::optional<std::filesystem::path> input;
    std::optional<Nanos> timeout_ns;
    std::vector<double> percentiles = {50, 90, 99, 99.9, 99.99, 100};
    std::optional<std::string> json;  // a file, or `-`: standard output, instead of the tables
    std::optional<std::string> hlog;  // files of other HdrHistogram tools' formats
    std::optional<std::string> hgrm;
    std::optional<std::string> html;
    std::optional<std::string> csv;
    std::uint32_t runs = 1;
    bool watches_jitter = true;
    std::vector<std::pair<std::string, std::string>> run_tags;
    std::vector<std::string> thresholds;
    std::string reactor;  // empty: that of the service's first provider; `own`; or a number
    std::uint64_t seed = 1;
    std::optional<std::string> log_level;
};

struct TopologyArguments {
    std::optional<std::filesystem::path> config;  // say what this configuration's reactors would get
};

struct ListArguments {};

// A command that reads its own arguments.
struct PassedArguments {
    std::string command;  // bench, convert, ctl, doctor or report
    std::vector<std::string> arguments;
};

using CommandArguments =
    std::variant<RunArguments, LoadArguments, TopologyArguments, ListArguments, PassedArguments>;

struct CommandLine {
    std::optional<CommandArguments> command;  // none: the program ends with exit_code
    int exit_code = 0;
    std::string output;  // for standard output: help, version
    std::string errors;  // for standard error
};

// argv[0] is the program.
PROSA_API CommandLine parse_command_line(int argc, const char* const* argv);

// `50,99,99.9`: numbers from 0 to 100. Error: what was given instead.
PROSA_API absl::Status parse_percentiles(const std::string& text, std::vector<double>& percentiles);

}  // namespace prosa
