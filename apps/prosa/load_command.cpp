#include "apps/prosa/load_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <utility>

#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/instance_file.hpp"
#include "apps/prosa/instance_run.hpp"
#include "apps/prosa/load_latency_report.hpp"
#include "apps/prosa/load_report.hpp"
#include "apps/prosa/load_run.hpp"
#include "apps/prosa/output_file.hpp"
#include "core/base/log.hpp"
#include "core/stats/hgrm.hpp"

namespace prosa {
namespace {

int exit_code_of(const absl::Status& status) {
    return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ? exit_usage : exit_failed;
}

int report_error(const absl::Status& status, int exit_code) {
    fmt::print(stderr, "{}\n", message_of(status));
    return exit_code;
}

absl::StatusOr<std::vector<LoadThreshold>> parse_thresholds(const std::vector<std::string>& texts) {
    std::vector<LoadThreshold> thresholds;
    for (const std::string& text : texts) {
        auto threshold = LoadThreshold::parse(text);
        if (!threshold.ok()) return threshold.status();
        thresholds.push_back(*std::move(threshold));
    }
    return thresholds;
}

// The interval log of a load, when one is wanted.
class LogFileOutput {
  public:
    absl::Status open(const LoadArguments& arguments) {
        if (!arguments.hlog.has_value()) return absl::OkStatus();
        path_ = *arguments.hlog;
        file_.open(path_);
        if (!file_) return cannot_be_written();
        log_ = {&writer_, monotonic_now_ns()};
        writer_.write_header({.title = fmt::format("prosa " PROSA_VERSION " load of {}", arguments.service),
                              .start_ns = wall_now_ns(),
                              .run_tags = arguments.run_tags});
        return absl::OkStatus();
    }
    const LoadLog& log() const noexcept { return log_; }

    absl::Status close() {
        if (log_.writer == nullptr) return absl::OkStatus();
        file_.close();
        return file_ ? absl::OkStatus() : cannot_be_written();
    }

  private:
    absl::Status cannot_be_written() const { return invalid_argument("{}: cannot be written", path_); }

    std::string path_;
    std::ofstream file_;
    HlogWriter writer_{file_};
    LoadLog log_;
};

// The other files that were asked for.
struct ResultFiles {
    absl::Status open(const LoadArguments& arguments) {
        absl::Status opened;
        for (auto [path, output] : {std::pair{&arguments.json, &json},
                                    {&arguments.csv, &csv},
                                    {&arguments.html, &html},
                                    {&arguments.hgrm, &hgrm}}) {
            if (!path->has_value()) continue;
            auto file = OutputFile::open(**path);
            opened.Update(file.status());
            if (file.ok()) output->emplace(*std::move(file));
        }
        return opened;
    }

    std::optional<OutputFile> json;
    std::optional<OutputFile> csv;
    std::optional<OutputFile> html;
    std::optional<OutputFile> hgrm;
};

class LoadCommand {
  public:
    LoadCommand(const LoadArguments& arguments, const ProcessorRegistry& registry)
        : arguments_(arguments), registry_(registry) {}

    int run() {
        const auto load = load_options_of(arguments_);
        if (!load.ok()) return report_error(load.status(), exit_usage);
        auto thresholds = parse_thresholds(arguments_.thresholds);
        if (!thresholds.ok()) return report_error(thresholds.status(), exit_usage);
        thresholds_ = *std::move(thresholds);
        const auto takes_output =
            takes_standard_output({&arguments_.json, &arguments_.csv, &arguments_.html, &arguments_.hgrm});
        if (!takes_output.ok()) return report_error(takes_output.status(), exit_usage);
        has_text_ = !*takes_output;
        return measure(*load);
    }

  private:
    // What one run needs; it stays when a thread of it did not end.
    struct Place {
        LoadBoard board;
        std::optional<LoadedInstance> loaded;
        std::optional<LoadRun> run;
    };

    int measure(const LoadOptions& load) {
        bool is_stuck = false;
        while (runs_.size() < arguments_.runs && !is_stuck) {
            auto place = std::make_unique<Place>();
            if (const absl::Status begun = begin(*place); !begun.ok()) return report_error(begun, exit_usage);
            const absl::Status measured = measure_once(load, *place);
            if (!measured.ok()) return report_error(measured, exit_code_of(measured));
            const bool is_last = place->run->is_interrupted() || !runs_.back().is_complete;
            is_stuck = runs_.back().is_stuck;
            if (is_stuck) place.release();
            if (is_last) break;
        }
        const int exit_code = conclude();
        if (is_stuck) end_process(exit_failed);
        return exit_code;
    }

    // The results of an earlier load stay until this one's configuration is known to be good.
    absl::Status begin(Place& place) {
        auto loaded = load_instance({.path = arguments_.config,
                                     .name = arguments_.name,
                                     .registry = registry_,
                                     .load_board = place.board,
                                     .leaves_out_sources = true});
        if (!loaded.ok()) return invalid_argument("{}", message_of(loaded.status()));
        InstanceSettings& settings = place.loaded.emplace(*std::move(loaded)).settings;
        if (runs_.empty())
            for (const std::string& warning : settings.warnings) fmt::print(stderr, "warning: {}\n", warning);
        const std::string& level = arguments_.log_level.value_or(settings.log_level);
        if (!set_log_level(level)) return invalid_argument("'{}' is no log level", level);
        settings.instance.handles_signals = true;
        if (!runs_.empty()) return absl::OkStatus();
        absl::Status opened = log_.open(arguments_);
        opened.Update(files_.open(arguments_));
        return opened;
    }

    absl::Status measure_once(const LoadOptions& load, Place& place) {
        const auto transaction_log = open_transaction_log(*place.loaded);
        if (!transaction_log.ok()) return invalid_argument("{}", message_of(transaction_log.status()));
        auto measurement =
            place.run.emplace(arguments_, place.loaded->settings, place.board).measure(load, log_.log());
        close_transaction_log(*transaction_log);
        if (!measurement.ok()) return measurement.status();
        runs_.push_back(*std::move(measurement));
        return absl::OkStatus();
    }

    int conclude() {
        if (const absl::Status printed = print(); !printed.ok()) return report_error(printed, exit_failed);
        int exit_code = exit_ok;
        for (const LoadMeasurement& run : runs_) {
            const int judged = judge(run);
            if (judged == exit_failed) return exit_failed;
            exit_code = std::max(exit_code, judged);
        }
        return exit_code;
    }

    int judge(const LoadMeasurement& run) const {
        const std::string crashed = crashed_text(run.instance);
        fmt::print(stderr, "{}", crashed);
        if (!crashed.empty() || !run.result.ledger.disagreements().empty()) return exit_failed;
        const bool are_met =
            std::all_of(thresholds_.begin(), thresholds_.end(),
                        [&run](const auto& threshold) { return threshold.holds(run.result); });
        return are_met && run.result.is_rate_reached() ? exit_ok : exit_missed;
    }

    absl::Status print() {
        const LatencyReport report = latency_report_of(arguments_, runs_);
        std::vector<LoadReport> reports;
        for (const LoadMeasurement& run : runs_) reports.push_back({arguments_, run, thresholds_});
        if (has_text_) print_text(reports, report);
        absl::Status written = log_.close();
        const auto write = [&written](std::optional<OutputFile>& file, auto make_text) {
            if (file.has_value()) written.Update(file->write(make_text()));
        };
        write(files_.json, [&] { return load_json(report, reports); });
        write(files_.csv, [&] { return report_csv(report); });
        write(files_.html, [&] { return report_html(report); });
        write(files_.hgrm, [&] { return hgrm_text(report.series.front().total); });
        return written;
    }

    static void print_text(const std::vector<LoadReport>& reports, const LatencyReport& report) {
        for (std::size_t i = 0; i < reports.size(); ++i) {
            if (reports.size() > 1) fmt::print("{}run {} of {}\n", i == 0 ? "" : "\n", i + 1, reports.size());
            fmt::print("{}", load_text(reports[i]));
        }
        fmt::print("{}", variation_text(report.variation));
    }

    const LoadArguments& arguments_;
    const ProcessorRegistry& registry_;
    std::vector<LoadThreshold> thresholds_;
    bool has_text_ = true;
    LogFileOutput log_;
    ResultFiles files_;
    std::vector<LoadMeasurement> runs_;
};

}  // namespace

int load_command(const LoadArguments& arguments, const ProcessorRegistry& registry) {
    return LoadCommand(arguments, registry).run();
}

}  // namespace prosa
