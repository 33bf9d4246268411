#include "apps/prosa/doctor/doctor_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "apps/prosa/bench/raw_line.hpp"
#include "apps/prosa/doctor/doctor_checks.hpp"
#include "apps/prosa/doctor/doctor_report.hpp"
#include "apps/prosa/exit_code.hpp"
#include "core/reactor/topology.hpp"

namespace prosa::doctor {
namespace {

constexpr Nanos look_ns = 10 * ns_per_ms;

constexpr const char* description =
    "Looks for everything on this machine that spoils latency, and says the remedy.\n"
    "It changes nothing, and needs no privileges: what the machine does not show is unknown.";

constexpr const char* footer = "Exit codes: 0 looked, whatever was found; 2 wrong usage.";

struct DoctorArguments {
    std::vector<int> cpus;
    bool is_json = false;
};

// A list such as `0-3,8`, all of it; ascending, each once.
std::vector<int> parse_cpus(const std::string& text) {
    std::vector<int> cpus = parse_cpu_list(text);
    std::sort(cpus.begin(), cpus.end());
    cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
    const Topology topology = read_topology();
    const bool are_there =
        std::all_of(cpus.begin(), cpus.end(), [&](int cpu) { return topology.find(cpu) != nullptr; });
    const bool is_list = text.find_first_not_of("0123456789,-") == std::string::npos &&
                         !text.ends_with(',') && !text.ends_with('-');
    if (cpus.empty() || !are_there || !is_list)
        throw CLI::ValidationError("--cpus",
                                   "expected CPUs of this machine such as 2-3 or 2,4, got '" + text + "'");
    return cpus;
}

}  // namespace

int doctor_command(std::vector<std::string> arguments) {
    DoctorArguments read;
    CLI::App app(description, "prosa doctor");
    app.footer(footer);
    app.add_flag("--json", read.is_json, "The findings as JSON");
    app.add_option_function<std::string>(
           "--cpus", [&read](const std::string& text) { read.cpus = parse_cpus(text); },
           "The CPUs of the reactors; default: the isolated ones, at least the two that an instance would "
           "take")
        ->type_name("LIST");
    try {
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_ok : exit_usage;
    }
    const DoctorScope scope = scope_of_this_machine(std::move(read.cpus));
    const std::vector<Finding> findings = all_findings(scope, [](int first, int second) {
        return bench::measure_raw_line_ns({.requester = first, .provider = second}, look_ns);
    });
    fmt::print("{}", read.is_json ? report_json(scope, findings) : report_text(findings));
    return exit_ok;
}

}  // namespace prosa::doctor
