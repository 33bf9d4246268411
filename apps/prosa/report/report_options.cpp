#include "apps/prosa/report/report_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

#include "apps/prosa/command_line.hpp"
#include "apps/prosa/exit_code.hpp"
#include "core/base/clock.hpp"

namespace prosa {
namespace {

constexpr const char* description =
    "Percentiles of histogram logs (.hlog, V1 or V2) and distributions (.hgrm), side by side or merged.\n"
    "Each tag of a log is a column of its own.";

const std::map<std::string, std::int64_t> units = {
    {"ns", 1}, {"us", ns_per_us}, {"ms", ns_per_ms}, {"s", ns_per_s}};

constexpr const char* footer =
    "Exit codes: 0 reported; 1 an output cannot be written; 2 wrong usage, or a log that cannot be read.";

void add_options(CLI::App& app, ReportOptions& options) {
    app.add_option("files", options.files, "Logs of prosa or of any other HdrHistogram tool")
        ->required()
        ->type_name("FILE");
    app.add_flag("--merge", options.is_merged, "All files taken together, one column for each tag");
    app.add_option_function<std::string>(
           "--unit", [&options](const std::string& unit) { options.unit_ns = units.at(unit); },
           "Of values whose file does not say it; default ns, in a .hgrm ms")
        ->type_name("UNIT")
        ->check(CLI::IsMember({"ns", "us", "ms", "s"}));
    app.add_option_function<std::string>(
           "--percentiles",
           [&options](const std::string& text) {
               const absl::Status parsed = parse_percentiles(text, options.percentiles);
               if (!parsed.ok()) throw CLI::ValidationError("--percentiles", message_of(parsed));
           },
           "Which to report; default 50,90,99,99.9,99.99,99.999,100")
        ->type_name("LIST");
    app.add_option("--json", options.json, "Write everything as JSON to a file, or to standard output (-)")
        ->type_name("FILE|-");
    app.add_option("--csv", options.csv, "Write everything as CSV to a file, or to standard output (-)")
        ->type_name("FILE|-");
    app.add_option("--html", options.html, "Write everything as one page with drawings")->type_name("FILE");
}

// A second time, its values would only count double.
void check_files(const std::vector<std::filesystem::path>& files) {
    for (auto file = files.begin(); file != files.end(); ++file)
        for (auto other = files.begin(); other != file; ++other) {
            std::error_code unknown;  // whether it is there is said when it is read
            if (*other == *file || std::filesystem::equivalent(*other, *file, unknown))
                throw CLI::ValidationError("files", "expected each once, got '" + other->string() +
                                                        "' and '" + file->string() + "'");
        }
}

}  // namespace

ReportArguments parse_report_arguments(std::vector<std::string> arguments) {
    ReportOptions options;
    CLI::App app(description, "prosa report");
    app.footer(footer);
    add_options(app, options);
    try {
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
        app.parse(std::move(arguments));
        check_files(options.files);
    } catch (const CLI::ParseError& error) {
        return {std::nullopt, app.exit(error) == 0 ? exit_ok : exit_usage};
    }
    return {options, exit_ok};
}

}  // namespace prosa
