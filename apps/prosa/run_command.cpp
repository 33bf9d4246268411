#include "apps/prosa/run_command.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "adaptors/injector/injector_run.hpp"
#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/instance_control.hpp"
#include "apps/prosa/instance_file.hpp"
#include "apps/prosa/instance_run.hpp"
#include "apps/prosa/instance_summary.hpp"
#include "apps/prosa/plan_text.hpp"
#include "apps/prosa/service_notifier.hpp"
#include "core/base/log.hpp"
#include "core/control/control_server.hpp"
#include "core/control/control_socket.hpp"
#include "core/settings/settings_printer.hpp"

namespace prosa {
namespace {

int usage_error(const absl::Status& status) {
    fmt::print(stderr, "{}\n", message_of(status));
    return exit_usage;
}

void show_warnings(const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) fmt::print(stderr, "warning: {}\n", warning);
}

int print_plan(const LoadedInstance& loaded) {
    BusMain main(loaded.settings.instance);
    if (const absl::Status added = add_processors(main, loaded.settings); !added.ok())
        return usage_error(added);
    if (const absl::Status checked = check_transaction_log(loaded); !checked.ok())
        return usage_error(checked);
    if (const absl::Status checked = check_ctl_socket(loaded); !checked.ok()) return usage_error(checked);
    show_warnings(loaded.settings.warnings);
    show_warnings(service_warnings(loaded.tree));
    fmt::print("{}\n{}", to_yaml(loaded.tree), plan_text(loaded, main.plan()));
    return exit_ok;
}

int dry_run(const InstanceFileInput& input) {
    auto loaded = load_instance(input);
    if (loaded.ok()) return print_plan(*loaded);
    if (!absl::IsNotFound(loaded.status())) return usage_error(loaded.status());
    const std::string extension = input.path.extension().string();
    if (extension != ".yml" && extension != ".yaml" && extension != ".toml")
        return usage_error(loaded.status());

    const auto written = write_default_instance(input);
    if (!written.ok()) return usage_error(written.status());
    if (*written) fmt::print(stderr, "{}: written with the default configuration\n", input.path.string());
    loaded = load_instance(input);
    return loaded.ok() ? print_plan(*loaded) : usage_error(loaded.status());
}

class RunCommand {
  public:
    RunCommand(const RunArguments& options, const LoadedInstance& loaded, const LoadBoard& board,
               std::shared_ptr<TransactionLog> log)
        : options_(options),
          loaded_(loaded),
          settings_(loaded.settings),
          board_(board),
          log_(std::move(log)),
          main_(loaded.settings.instance),
          control_(main_, board_, log_.get()) {}

    int run() {
        if (const absl::Status added = add_processors(main_, settings_); !added.ok())
            return usage_error(added);
        if (const absl::Status listening = listen(); !listening.ok()) return usage_error(listening);
        if (const absl::Status started = main_.start(); !started.ok()) {
            fmt::print(stderr, "{}\n", message_of(started));
            return exit_failed;
        }
        started_ns_ = monotonic_now_ns();
        const int joined = watch();
        close_transaction_log(log_);
        const int exit_code = summarise();
        if (joined != 0) end_process(exit_failed);
        return exit_code;
    }

  private:
    int watch() {
        std::optional<ServiceNotifier> notifier = make_notifier();
        WatchHooks hooks;
        if (notifier) hooks.each_tick = [&notifier](Nanos now_ns) { notifier->tick(now_ns); };
        hooks.before_join = [this, &notifier] {
            if (notifier) notifier->note_stopping();
            server_.reset();
        };
        const std::unique_ptr<ProgressDisplay> progress = make_progress();
        return watch_instance(
            main_, *progress, [this](Nanos now_ns) { return reason_to_stop(now_ns); }, hooks);
    }

    // A service manager keeps every line, and hears of the state by other means.
    std::unique_ptr<ProgressDisplay> make_progress() const {
        if (is_started_by_service_manager()) return std::make_unique<NoProgress>();
        return std::make_unique<Progress>(board_, main_, stderr);
    }

    // A service manager that cannot be told ends the instance itself when its time is over.
    std::optional<ServiceNotifier> make_notifier() {
        const auto settings = read_notify_settings();
        auto created = settings.ok() ? ServiceNotifier::create(main_, *settings)
                                     : absl::StatusOr<ServiceNotifier>(settings.status());
        if (created.ok()) return *std::move(created);
        fmt::print(stderr, "warning: the service manager is told nothing: {}\n",
                   message_of(created.status()));
        return std::nullopt;
    }

    // A socket that was asked for must be had; without the default one the instance still runs.
    absl::Status listen() {
        const bool is_chosen = !settings_.ctl_socket.empty();
        ControlServerOptions options;
        options.path = is_chosen ? settings_.ctl_socket : default_control_path(settings_.instance.name);
        auto started = ControlServer::start(
            options, [this](std::string_view request) { return control_.handle(request); });
        if (started.ok()) {
            server_ = *std::move(started);
            return absl::OkStatus();
        }
        if (is_chosen) return at_ctl_socket(loaded_, started.status());
        fmt::print(stderr, "warning: no prosa ctl for this instance: {}\n", message_of(started.status()));
        return absl::OkStatus();
    }

    std::optional<std::string> reason_to_stop(Nanos now_ns) {
        if (all_finished(board_)) return "the sources have finished";
        if (options_.duration_ns.has_value() && now_ns - started_ns_ >= *options_.duration_ns)
            return "the duration is over";
        if (now_ns - looked_ns_ >= ns_per_s) {
            looked_ns_ = now_ns;
            if (are_sources_done(settings_, board_, main_.report()))
                return "every source has finished or is crashed";
        }
        return std::nullopt;
    }

    int summarise() {
        const InstanceReport report = main_.report();
        fmt::print("{}", summary_text(report, board_, monotonic_now_ns() - started_ns_));
        const std::string crashed = crashed_text(report);
        fmt::print(stderr, "{}", crashed);
        const bool is_good = crashed.empty() && make_ledger(report, board_).disagreements().empty();
        return is_good ? exit_ok : exit_failed;
    }

    const RunArguments& options_;
    const LoadedInstance& loaded_;
    const InstanceSettings& settings_;
    const LoadBoard& board_;
    const std::shared_ptr<TransactionLog> log_;  // null: none
    BusMain main_;
    InstanceControl control_;
    std::unique_ptr<ControlServer> server_;  // goes before what it shows
    Nanos started_ns_ = 0;
    Nanos looked_ns_ = 0;
};

}  // namespace

int run_command(const RunArguments& options, const ProcessorRegistry& registry) {
    LoadBoard board;
    const InstanceFileInput input{.path = options.config,
                                  .name = options.name,
                                  .duration_ns = options.duration_ns,
                                  .registry = registry,
                                  .load_board = board};
    if (options.is_dry_run) return dry_run(input);
    auto loaded = load_instance(input);
    if (absl::IsNotFound(loaded.status())) {
        fmt::print(stderr, "{}\n(prosa run --dry_run -c {} writes a default one)\n",
                   message_of(loaded.status()), options.config.string());
        return exit_usage;
    }
    if (!loaded.ok()) return usage_error(loaded.status());
    show_warnings(loaded->settings.warnings);
    show_warnings(service_warnings(loaded->tree));
    if (!set_log_level(options.log_level.value_or(loaded->settings.log_level))) return exit_usage;
    loaded->settings.instance.handles_signals = true;
    auto log = open_transaction_log(*loaded);
    if (!log.ok()) return usage_error(log.status());
    return RunCommand(options, *loaded, board, *std::move(log)).run();
}

}  // namespace prosa
