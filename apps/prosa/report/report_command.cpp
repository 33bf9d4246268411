#include "apps/prosa/report/report_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/output_file.hpp"
#include "apps/prosa/report/latency_report.hpp"
#include "apps/prosa/report/log_file.hpp"
#include "apps/prosa/report/report_options.hpp"
#include "core/base/visible_text.hpp"

namespace prosa {
namespace {

// The file's name; where others have the same, the path as it was given.
std::string name_among(const std::filesystem::path& path, const std::vector<std::filesystem::path>& all) {
    const auto alike = std::count_if(all.begin(), all.end(), [&path](const std::filesystem::path& other) {
        return other.filename() == path.filename();
    });
    return alike > 1 ? path.string() : path.filename().string();
}

absl::StatusOr<LatencyReport> read_report(const ReportOptions& options) {
    std::vector<LogFile> files;
    LatencyReport report;
    for (const auto& path : options.files) {
        auto file = read_log_file(path, options.unit_ns);
        if (!file.ok()) return file.status();
        file->name = name_among(path, options.files);
        if (file->is_cut_off)
            report.warnings.push_back(
                fmt::format("{}: the last line was cut off, and is left out", file->name));
        for (const auto& [name, value] : file->run_tags)
            report.run_tags.emplace_back(
                options.files.size() > 1 ? fmt::format("{}: {}", file->name, name) : name, value);
        files.push_back(*std::move(file));
    }
    report.title = options.is_merged ? fmt::format("{} logs merged", files.size()) : "Latency";
    report.percentiles = options.percentiles;
    if (!options.is_merged) {
        report.series = side_by_side(std::move(files));
        return report;
    }
    auto series = merged(files);
    if (!series.ok()) return series.status();
    report.series = *std::move(series);
    return report;
}

absl::Status write_forms(const ReportOptions& options, const LatencyReport& report, bool has_table) {
    if (has_table) fmt::print("{}", series_table(report));
    absl::Status written;
    if (options.json.has_value()) written.Update(write_output(*options.json, report_json(report)));
    if (options.csv.has_value()) written.Update(write_output(*options.csv, report_csv(report)));
    if (options.html.has_value()) written.Update(write_output(*options.html, report_html(report)));
    return written;
}

int report_error(const absl::Status& status, int exit_code) {
    fmt::print(stderr, "{}\n", visible_text(message_of(status)));
    return exit_code;
}

}  // namespace

int report_command(std::vector<std::string> arguments) {
    const auto [options, exit_code] = parse_report_arguments(std::move(arguments));
    if (!options) return exit_code;
    const auto takes_output = takes_standard_output({&options->json, &options->csv, &options->html});
    if (!takes_output.ok()) return report_error(takes_output.status(), exit_usage);
    const auto report = read_report(*options);
    if (!report.ok()) return report_error(report.status(), exit_usage);
    for (const std::string& warning : report->warnings)
        fmt::print(stderr, "warning: {}\n", visible_text(warning));
    const absl::Status written = write_forms(*options, *report, !*takes_output);
    return written.ok() ? exit_ok : report_error(written, exit_failed);
}

}  // namespace prosa
