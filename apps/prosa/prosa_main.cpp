#include "apps/prosa/prosa_main.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <new>
#include <utility>

#include "apps/prosa/bench/bench_main.hpp"
#include "apps/prosa/command_line.hpp"
#include "apps/prosa/convert/convert_command.hpp"
#include "apps/prosa/ctl_command.hpp"
#include "apps/prosa/doctor/doctor_command.hpp"
#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/list_command.hpp"
#include "apps/prosa/load_command.hpp"
#include "apps/prosa/report/report_command.hpp"
#include "apps/prosa/run_command.hpp"
#include "apps/prosa/topology_command.hpp"

namespace prosa {
namespace {

struct CommandRunner {
    const ProcessorRegistry& registry;

    int operator()(const RunArguments& arguments) const { return run_command(arguments, registry); }
    int operator()(const LoadArguments& arguments) const { return load_command(arguments, registry); }
    int operator()(const TopologyArguments& arguments) const { return topology_command(arguments, registry); }
    int operator()(const ListArguments&) const { return list_command(registry); }
    int operator()(const PassedArguments& arguments) const {
        if (arguments.command == "bench") return bench::bench_main(arguments.arguments);
        if (arguments.command == "convert") return convert::convert_command(arguments.arguments);
        if (arguments.command == "report") return report_command(arguments.arguments);
        if (arguments.command == "doctor") return doctor::doctor_command(arguments.arguments);
        return ctl_command(arguments.arguments);
    }
};

int run_program(int argc, const char* const* argv, ProcessorRegistry registry,
                const BuiltinAdaptors& adaptors) {
    if (const absl::Status added = register_builtin_processors(registry, adaptors); !added.ok()) {
        fmt::print(stderr, "{}\n", message_of(added));
        return exit_usage;
    }
    const CommandLine line = parse_command_line(argc, argv);
    fmt::print("{}", line.output);
    fmt::print(stderr, "{}", line.errors);
    return line.command.has_value() ? std::visit(CommandRunner{registry}, *line.command) : line.exit_code;
}

// Every command prints into a buffer: only here shows whether all of it could be written.
int flushed(int exit_code) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
    fmt::print(stderr, "prosa: standard output cannot be written\n");
    return exit_failed;
}

}  // namespace

int prosa_main(int argc, const char* const* argv, const ProcessorRegistry* own_kinds,
               const BuiltinAdaptors* adaptors) try {
    return flushed(run_program(argc, argv, own_kinds == nullptr ? ProcessorRegistry{} : *own_kinds,
                               adaptors == nullptr ? BuiltinAdaptors{} : *adaptors));
} catch (const std::bad_alloc&) {
    std::fputs("prosa: out of memory\n", stderr);
    return exit_failed;
} catch (const std::exception& error) {
    fmt::print(stderr, "prosa: {}\n", error.what());
    return exit_failed;
}

}  // namespace prosa
