#include "apps/prosa/bench/bench_main.hpp"

#include <algorithm>

#include "apps/prosa/bench/bench_forms.hpp"
#include "apps/prosa/bench/breakdown/breakdown.hpp"
#include "apps/prosa/bench/figure_report.hpp"
#include "apps/prosa/bench/scale/scale.hpp"
#include "apps/prosa/exit_code.hpp"
#include "core/base/log.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa::bench {
namespace {

void print_list(const std::vector<FigureGroup>& groups) {
    constexpr const char* line = "{:<42} {:<9} {:<9} {}\n";
    fmt::print(line, "figure", "bar", "goal", "what");
    for (const FigureGroup& group : groups)
        for (const FigureSpec& spec : group.figures)
            fmt::print(line, spec.name, bar_text(spec), goal_text(spec), spec.what);
}

absl::Status check_names(const BenchOptions& options, const std::vector<FigureGroup>& groups) {
    std::vector<std::string_view> known;
    for (const FigureGroup& group : groups)
        for (const FigureSpec& spec : group.figures) known.emplace_back(spec.name);
    for (const std::string& name : options.figures)
        if (std::find(known.begin(), known.end(), name) == known.end())
            return invalid_argument("--figure: no figure is named '{}'{}", name, suggestion(name, known));
    return absl::OkStatus();
}

bool is_wanted(const BenchOptions& options, const char* name) {
    return options.figures.empty() ||
           std::find(options.figures.begin(), options.figures.end(), name) != options.figures.end();
}

class Measurement {
  public:
    Measurement(const BenchOptions& options, std::shared_ptr<BenchLog> log) : run_(options) {
        run_.use_log(std::move(log));
    }

    void take(const FigureGroup& group) {
        const auto& wanted = run_.options();
        if (std::none_of(group.figures.begin(), group.figures.end(),
                         [&](const FigureSpec& spec) { return is_wanted(wanted, spec.name); }))
            return;
        for (const FigureSpec& spec : group.figures) run_.say(fmt::format("{}: {}", spec.name, spec.what));
        std::vector<FigureResult> results(group.figures.size());
        if (run_.log() != nullptr) run_.log()->begin_figure(group.figures.front().name);
        const absl::Status status = group.measure(run_, results);
        if (!status.ok()) is_broken_ = true;
        for (std::size_t i = 0; i < results.size(); ++i) {
            if (!status.ok()) results[i].reason = message_of(status);
            if (!status.ok()) run_.say(fmt::format("  not measured: {}", results[i].reason));
            if (is_wanted(wanted, group.figures[i].name))
                figures_.push_back({group.figures[i], std::move(results[i])});
        }
    }

    absl::Status write() const {
        std::string lines;
        for (const MeasuredFigure& figure : figures_) lines += json_line(figure, run_.is_quick());
        if (const absl::Status written = write_lines(run_.options(), lines); !written.ok()) return written;
        if (run_.log() == nullptr) return absl::OkStatus();
        if (const absl::Status closed = run_.log()->close(); !closed.ok()) return closed;
        return write_forms(run_.options(), *run_.options().hlog, figures_);
    }

    const std::vector<MeasuredFigure>& figures() const noexcept { return figures_; }
    bool is_broken() const noexcept { return is_broken_; }

  private:
    BenchRun run_;
    std::vector<MeasuredFigure> figures_;
    bool is_broken_ = false;
};

// Null when none is wanted.
absl::StatusOr<std::shared_ptr<BenchLog>> open_log(const BenchOptions& options) {
    if (!options.hlog.has_value()) return nullptr;
    return BenchLog::create(*options.hlog);
}

}  // namespace

int bench_main(const std::vector<std::string>& arguments) {
    const auto [options, exit_code] = parse_bench_arguments(arguments);
    if (!options) return exit_code;
    const std::vector<FigureGroup> groups = figure_groups();
    if (options->lists_only) {
        print_list(groups);
        return exit_ok;
    }
    if (!set_log_level("error")) return exit_failed;
    if (options->scale_row) return scale_row_main(*options);
    // The names first: a refused one makes no file.
    absl::Status checked = check_names(*options, groups);
    if (checked.ok()) checked = check_outputs(*options);
    if (!checked.ok()) {
        fmt::print(stderr, "{}\n", message_of(checked));
        return exit_usage;
    }
    if (options->mode == BenchMode::breakdown) return breakdown_main(*options);
    if (options->mode == BenchMode::scale) return scale_main(*options);
    auto log = open_log(*options);
    if (!log.ok()) {
        fmt::print(stderr, "{}\n", message_of(log.status()));
        return exit_usage;
    }
    Measurement measurement(*options, *std::move(log));
    for (const FigureGroup& group : groups) measurement.take(group);
    fmt::print("{}", table_text(measurement.figures(), options->is_quick));
    const absl::Status written = measurement.write();
    if (!written.ok()) fmt::print(stderr, "{}\n", message_of(written));
    return written.ok() && !measurement.is_broken() ? exit_ok : exit_failed;
}

}  // namespace prosa::bench
