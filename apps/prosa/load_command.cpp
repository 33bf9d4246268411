#include "apps/prosa/load_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/instance_file.hpp"
#include "apps/prosa/instance_run.hpp"
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
        if (const absl::Status opened = log_.open(arguments_); !opened.ok())
            return report_error(opened, exit_usage);
        return measure(*load);
    }

  private:
    int measure(const LoadOptions& load) {
        LoadBoard board;
        auto loaded = load_instance({.path = arguments_.config,
                                     .name = arguments_.name,
                                     .registry = registry_,
                                     .load_board = board,
                                     .leaves_out_sources = true});
        if (!loaded.ok()) return report_error(loaded.status(), exit_usage);
        InstanceSettings& settings = loaded->settings;
        for (const std::string& warning : settings.warnings) fmt::print(stderr, "warning: {}\n", warning);
        if (!set_log_level(arguments_.log_level.value_or(settings.log_level))) return exit_usage;
        settings.instance.handles_signals = true;
        const auto transaction_log = open_transaction_log(*loaded);
        if (!transaction_log.ok()) return report_error(transaction_log.status(), exit_usage);
        LoadRun run(arguments_, settings, board);
        const auto measurement = run.measure(load, log_.log());
        if (*transaction_log != nullptr) (*transaction_log)->close();
        if (!measurement.ok()) return report_error(measurement.status(), exit_code_of(measurement.status()));
        const int exit_code = judge(*measurement);
        if (measurement->is_stuck) end_process(exit_failed);
        return exit_code;
    }

    int judge(const LoadMeasurement& measurement) {
        const LoadResult& result = measurement.result;
        if (const absl::Status printed = print({arguments_, measurement, thresholds_}); !printed.ok())
            return report_error(printed, exit_failed);
        const std::string crashed = crashed_text(measurement.instance);
        fmt::print(stderr, "{}", crashed);
        if (!crashed.empty() || !result.ledger.disagreements().empty()) return exit_failed;
        const bool are_met =
            std::all_of(thresholds_.begin(), thresholds_.end(),
                        [&result](const auto& threshold) { return threshold.holds(result); });
        return are_met && result.is_rate_reached() ? exit_ok : exit_missed;
    }

    absl::Status print(const LoadReport& report) {
        if (arguments_.json != "-") fmt::print("{}", load_text(report));
        absl::Status written = log_.close();
        if (arguments_.json.has_value()) written.Update(write_output(*arguments_.json, load_json(report)));
        if (arguments_.hgrm.has_value())
            written.Update(
                write_output(*arguments_.hgrm, hgrm_text(report.measurement.result.response_time)));
        return written;
    }

    const LoadArguments& arguments_;
    const ProcessorRegistry& registry_;
    std::vector<LoadThreshold> thresholds_;
    LogFileOutput log_;
};

}  // namespace

int load_command(const LoadArguments& arguments, const ProcessorRegistry& registry) {
    return LoadCommand(arguments, registry).run();
}

}  // namespace prosa
