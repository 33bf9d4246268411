#include "apps/prosa/bench/bench_forms.hpp"

#include "apps/prosa/environment_facts.hpp"
#include "apps/prosa/output_file.hpp"
#include "apps/prosa/report/latency_report.hpp"
#include "apps/prosa/report/log_file.hpp"
#include "core/stats/hgrm.hpp"

namespace prosa::bench {
namespace {

std::string value_text(const MeasuredFigure& figure) {
    const FigureResult& result = figure.result;
    const auto bar =
        figure.spec.bar_kind == BarKind::none ? "" : fmt::format(" (bar {})", bar_text(figure.spec));
    if (result.value) return fmt::format("{:.4g} {}{}", *result.value, figure.spec.unit, bar);
    if (!result.value_other_placement) return fmt::format("no value: {}", result.reason);
    return fmt::format("no value; {:.4g} {} at other placement{}", *result.value_other_placement,
                       figure.spec.unit, bar);
}

LatencyReport report_of(const BenchOptions& options, LogFile log, std::span<const MeasuredFigure> figures) {
    LatencyReport report;
    report.title = "prosa bench";
    report.subtitle = options.is_quick ? "quick form: shorter rounds" : "an interval is a round";
    report.percentiles = {50, 90, 99, 99.9, 99.99, 100};
    report.run_tags = log.run_tags;
    report.series = side_by_side({std::move(log)});
    report.environment = environment_facts();
    for (const MeasuredFigure& figure : figures) {
        report.environment.emplace_back(figure.spec.name, value_text(figure));
        if (figure.result.raw_line_ns)
            report.environment.emplace_back(
                fmt::format("{}, placement", figure.spec.name),
                fmt::format("raw line {:.0f} ns, {} rounds counted, {} at other placement",
                            *figure.result.raw_line_ns, figure.result.round_count,
                            figure.result.other_round_count));
    }
    return report;
}

absl::Status write_texts(const std::filesystem::path& folder, const LogFile& log) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    for (const LatencySeries& series : log.series) {
        const auto path = folder / (series.name + ".hgrm");
        if (const absl::Status written = write_output(path.string(), hgrm_text(series.total)); !written.ok())
            return written;
    }
    return absl::OkStatus();
}

}  // namespace

absl::Status write_forms(const BenchOptions& options, const std::string& log_path,
                         std::span<const MeasuredFigure> figures) {
    if (!options.html && !options.hgrm) return absl::OkStatus();
    auto log = read_log_file(log_path, 1);
    if (!log.ok()) return invalid_argument("--hgrm and --html: {}", message_of(log.status()));
    if (options.hgrm)
        if (const absl::Status written = write_texts(*options.hgrm, *log); !written.ok()) return written;
    if (!options.html) return absl::OkStatus();
    return write_output(*options.html, report_html(report_of(options, *std::move(log), figures)));
}

}  // namespace prosa::bench
