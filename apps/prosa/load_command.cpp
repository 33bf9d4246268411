#include "apps/prosa/load_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "adaptors/injector/dummy_adaptor.hpp"
#include "adaptors/injector/injector_processor.hpp"
#include "adaptors/injector/replay_adaptor.hpp"
#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/instance_file.hpp"
#include "apps/prosa/instance_run.hpp"
#include "apps/prosa/load_report.hpp"
#include "core/base/log.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

constexpr std::string_view generator_name = "prosa-load";

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

// Error: neither `own` nor a number.
absl::Status check_reactor(const std::string& text, std::optional<std::uint32_t>& reactor) {
    if (text.empty() || text == "own") return absl::OkStatus();
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size())
        return invalid_argument("--reactor expects own or a number, got '{}'", text);
    reactor = number;
    return absl::OkStatus();
}

// What makes the processor that sends.
absl::StatusOr<ProcessorFactory> make_generator(const LoadArguments& arguments, const LoadOptions& load,
                                                LoadBoard& board) {
    InjectorOptions options;
    options.service_name = arguments.service;
    options.load = load;
    auto run = std::make_shared<InjectorRun>(std::string(generator_name), std::move(options), board);
    if (!arguments.input.has_value()) return make_injector<DummyAdaptor>(std::move(run), {});
    SettingsErrors errors;
    ReplayAdaptor::Options replay;
    replay.file = TransactionFile::read(*arguments.input, BrokenLine::stop, errors);
    if (replay.file == nullptr) return errors.status();
    return make_injector<ReplayAdaptor>(std::move(run), replay);
}

class LoadCommand {
  public:
    LoadCommand(const LoadArguments& arguments, const InstanceSettings& settings, LoadBoard& board)
        : arguments_(arguments), settings_(settings), board_(board), main_(settings.instance) {}

    int run(LoadOptions load, const std::vector<LoadThreshold>& thresholds) {
        load.windows = std::make_shared<LoadWindows>(load.warmup_ns, load.duration_ns);
        auto generator = make_generator(arguments_, load, board_);
        if (!generator.ok()) return report_error(generator.status(), exit_usage);
        if (const int exit_code = start(*std::move(generator)); exit_code != exit_ok)
            return stop_early(exit_code);
        int joined = 0;
        {
            Progress progress(board_, main_, stderr);
            joined = watch_instance(main_, progress, [this](Nanos now_ns) { return reason_to_stop(now_ns); });
        }
        const int exit_code = judge(measured(load), thresholds);
        if (joined != 0) end_process(exit_failed);
        return exit_code;
    }

  private:
    static constexpr Nanos start_limit_ns = 10 * ns_per_s;

    int start(ProcessorFactory generator) {
        std::optional<std::uint32_t> reactor;
        if (const absl::Status checked = check_reactor(arguments_.reactor, reactor); !checked.ok())
            return report_error(checked, exit_usage);
        if (const absl::Status added = add_processors(main_, settings_); !added.ok())
            return report_error(added, exit_usage);
        if (const absl::Status started = main_.start(); !started.ok())
            return report_error(started, exit_failed);
        if (!main_.wait_until_running(start_limit_ns)) {
            const std::string crashed = crashed_text(main_.report());
            fmt::print(stderr, "{}", crashed.empty() ? "the instance did not start in 10 s\n" : crashed);
            return exit_failed;
        }
        const auto provider = wait_for_provider();
        if (!provider.ok()) return report_error(provider.status(), exit_usage);
        if (arguments_.reactor.empty()) reactor = *provider;
        ProcessorDefinition definition;
        definition.name = generator_name;
        definition.kind = "injector";
        definition.adaptor = arguments_.input.has_value() ? "replay" : "dummy";
        definition.make = std::move(generator);
        definition.reactor = reactor;
        const auto added = main_.add_processor(std::move(definition));
        return added.ok() ? exit_ok : report_error(added.status(), exit_usage);
    }

    int stop_early(int exit_code) {
        if (main_.stop_and_join("the load could not begin") != 0) end_process(exit_failed);
        return exit_code;
    }

    // The reactor of the service's first provider.
    absl::StatusOr<std::uint32_t> wait_for_provider() {
        const Nanos deadline_ns = monotonic_now_ns() + start_limit_ns;
        InstanceReport report = main_.report();
        while (!main_.is_stopping() && monotonic_now_ns() < deadline_ns) {
            for (const ServiceReport& service : report.services)
                if (service.name == arguments_.service && !service.providers.empty())
                    return reactor_of(report, service.providers.front());
            if (main_.join_for(ns_per_ms)) break;
            report = main_.report();
            if (is_named_by_nobody(report)) break;
        }
        std::vector<std::string_view> known;
        for (const ServiceReport& service : report.services) known.push_back(service.name);
        return not_found("service '{}' has no provider{}", arguments_.service,
                         suggestion(arguments_.service, known));
    }

    // All processors run, and what they announced is published, but the service is not among it.
    bool is_named_by_nobody(const InstanceReport& report) {
        const bool are_running = std::all_of(
            report.processors.begin(), report.processors.end(),
            [](const ProcessorReport& processor) { return processor.state == ProcessorState::running; });
        constexpr Nanos settling_ns = 500 * ns_per_ms;
        if (!are_running || running_since_ns_ == 0) running_since_ns_ = monotonic_now_ns();
        return are_running && monotonic_now_ns() - running_since_ns_ > settling_ns;
    }

    static std::uint32_t reactor_of(const InstanceReport& report, ProviderId provider) {
        for (const ProcessorReport& processor : report.processors)
            for (const QueueReport& queue : processor.queues)
                if (processor.id == provider.processor && queue.queue == provider.queue)
                    return value_of(queue.reactor);
        return 0;
    }

    std::optional<std::string> reason_to_stop(Nanos now_ns) {
        if (all_finished(board_)) return "the load has finished";
        if (now_ns - looked_ns_ < ns_per_s) return std::nullopt;
        looked_ns_ = now_ns;
        for (const ProcessorReport& processor : main_.report().processors)
            if (processor.name == generator_name && processor.state == ProcessorState::crashed)
                return "the load generator is crashed";
        return std::nullopt;
    }

    LoadResult measured(const LoadOptions& load) {
        LoadResult result;
        result.measured_ns = load.duration_ns;
        result.windows = read_windows(*load.windows);
        result.totals = total_counts(board_);
        result.response_time = total_response_time(board_);
        result.service_time = total_service_time(board_);
        result.ledger = make_ledger(main_.report(), board_);
        return result;
    }

    int judge(const LoadResult& result, const std::vector<LoadThreshold>& thresholds) {
        const InstanceReport instance = main_.report();
        const LoadReport report{arguments_, result, thresholds, instance};
        if (const absl::Status printed = print(report); !printed.ok())
            return report_error(printed, exit_failed);
        const std::string crashed = crashed_text(instance);
        fmt::print(stderr, "{}", crashed);
        if (!crashed.empty() || !result.ledger.disagreements().empty()) return exit_failed;
        const bool are_met =
            std::all_of(thresholds.begin(), thresholds.end(),
                        [&result](const auto& threshold) { return threshold.holds(result); });
        return are_met && result.is_rate_reached() ? exit_ok : exit_missed;
    }

    absl::Status print(const LoadReport& report) {
        if (arguments_.json == "-") {
            fmt::print("{}", load_json(report));
            return absl::OkStatus();
        }
        fmt::print("{}", load_text(report));
        if (!arguments_.json.has_value()) return absl::OkStatus();
        std::ofstream file(*arguments_.json);
        file << load_json(report);
        file.close();
        return file ? absl::OkStatus() : invalid_argument("{}: cannot be written", *arguments_.json);
    }

    const LoadArguments& arguments_;
    const InstanceSettings& settings_;
    LoadBoard& board_;
    BusMain main_;
    Nanos looked_ns_ = 0;
    Nanos running_since_ns_ = 0;
};

}  // namespace

int load_command(const LoadArguments& arguments, const ProcessorRegistry& registry) {
    const auto load = load_options_of(arguments);
    if (!load.ok()) return report_error(load.status(), exit_usage);
    const auto thresholds = parse_thresholds(arguments.thresholds);
    if (!thresholds.ok()) return report_error(thresholds.status(), exit_usage);
    LoadBoard board;
    auto loaded = load_instance({.path = arguments.config,
                                 .name = arguments.name,
                                 .registry = registry,
                                 .load_board = board,
                                 .leaves_out_sources = true});
    if (!loaded.ok()) return report_error(loaded.status(), exit_usage);
    for (const std::string& warning : loaded->settings.warnings) fmt::print(stderr, "warning: {}\n", warning);
    if (!set_log_level(arguments.log_level.value_or(loaded->settings.log_level))) return exit_usage;
    loaded->settings.instance.handles_signals = true;
    return LoadCommand(arguments, loaded->settings, board).run(*load, *thresholds);
}

}  // namespace prosa
