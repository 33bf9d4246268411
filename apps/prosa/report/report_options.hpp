// apps/prosa/report/report_options.hpp: the arguments of `prosa report`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace prosa {

struct ReportOptions {
    std::vector<std::filesystem::path> files;
    bool is_merged = false;
    std::optional<std::int64_t> unit_ns;
    std::vector<double> percentiles = {50, 90, 99, 99.9, 99.99, 99.999, 100};
    std::optional<std::string> json;  // a file, or `-`: standard output, instead of the table; csv as well
    std::optional<std::string> csv;
    std::optional<std::string> html;
};

// Nothing: the program ends with `exit_code`, and what it had to say was printed.
struct ReportArguments {
    std::optional<ReportOptions> options;
    int exit_code = 0;
};

ReportArguments parse_report_arguments(std::vector<std::string> arguments);

}  // namespace prosa
