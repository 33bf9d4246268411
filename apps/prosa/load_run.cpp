#include "apps/prosa/load_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "adaptors/injector/dummy_adaptor.hpp"
#include "adaptors/injector/injector_processor.hpp"
#include "adaptors/injector/replay_adaptor.hpp"
#include "apps/prosa/bench/raw_line.hpp"
#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/instance_file.hpp"
#include "apps/prosa/instance_run.hpp"
#include "apps/prosa/jitter_probe.hpp"
#include "core/bus/message_pools.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

constexpr std::string_view generator_name = "prosa-load";
constexpr Nanos start_limit_ns = 10 * ns_per_s;

absl::Status failed(std::string_view what) { return make_error(absl::StatusCode::kInternal, "{}", what); }

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

std::shared_ptr<InjectorRun> make_generator_run(const LoadArguments& arguments, const LoadOptions& load,
                                                LoadBoard& board) {
    InjectorOptions options;
    options.service_name = arguments.service;
    options.load = load;
    return std::make_shared<InjectorRun>(std::string(generator_name), std::move(options), board);
}

// What makes the processor that sends.
absl::StatusOr<ProcessorFactory> make_generator(const LoadArguments& arguments, const BusOptions& bus,
                                                std::shared_ptr<InjectorRun> run) {
    if (!arguments.input.has_value()) return make_injector<DummyAdaptor>(std::move(run), {});
    SettingsErrors errors;
    ReplayAdaptor::Options replay;
    replay.file = TransactionFile::read(*arguments.input, BrokenLine::stop, body_bytes_max(bus), errors);
    if (replay.file == nullptr) return errors.status();
    return make_injector<ReplayAdaptor>(std::move(run), replay);
}

std::uint32_t reactor_of(const InstanceReport& report, ProviderId provider) {
    for (const ProcessorReport& processor : report.processors)
        for (const QueueReport& queue : processor.queues)
            if (processor.id == provider.processor && queue.queue == provider.queue)
                return value_of(queue.reactor);
    return 0;
}

// A load that was stopped ran for the seconds in which something was intended.
void cut_short(LoadResult& result) {
    while (!result.windows.empty() && result.windows.back().intended == 0) result.windows.pop_back();
    result.measured_ns =
        std::min(result.measured_ns, static_cast<Nanos>(result.windows.size()) * LoadWindows::window_ns);
}

// Nothing where two CPUs cannot run at once.
std::optional<double> raw_line_ns() {
    constexpr Nanos looked_at_ns = 10 * ns_per_ms;
    const auto cpus = bench::choose_bench_cpus();
    if (!cpus.ok()) return std::nullopt;
    const auto measured = bench::measure_raw_line_ns(*cpus, looked_at_ns);
    return measured.ok() ? std::optional<double>(*measured) : std::nullopt;
}

}  // namespace

absl::StatusOr<LoadMeasurement> LoadRun::measure(LoadOptions load, const LoadLog& log) {
    load.windows = std::make_shared<LoadWindows>(load.warmup_ns, load.duration_ns);
    const auto raw_line_before = raw_line_ns();
    generator_run_ = make_generator_run(arguments_, load, board_);
    auto generator = make_generator(arguments_, settings_.instance.bus, generator_run_);
    if (!generator.ok()) return generator.status();
    if (absl::Status started = start(*std::move(generator)); !started.ok()) {
        if (main_.is_stop_requested()) started = failed("the load was interrupted before it began");
        if (main_.stop_and_join("the load could not begin") == 0) return started;
        fmt::print(stderr, "{}\n", message_of(started));
        end_process(exit_failed);
    }
    LoadMeasurement measurement;
    measurement.raw_line_before_ns = raw_line_before;
    LatencyRecorder recorder(board_, log.writer, log.start_ns);
    JitterProbe jitter(jitter_place());
    measurement.is_stuck = watch(recorder) != 0;
    measurement.rate_changes = rate_changes_;
    measurement.jitter = jitter.stop();
    recorder.finish(monotonic_now_ns());
    measurement.result = measured(load);
    measurement.instance = main_.report();
    measurement.response_time = recorder.response_time();
    measurement.service_time = recorder.service_time();
    measurement.is_complete = all_finished(board_);
    if (!measurement.is_stuck) measurement.raw_line_after_ns = raw_line_ns();
    return measurement;
}

// A table in its place and keys on a terminal, else a line a second.
int LoadRun::watch(LatencyRecorder& recorder) {
    TerminalKeys keys(STDIN_FILENO);
    began_ns_ = monotonic_now_ns();
    rate_per_s_ = arguments_.rate_per_s;
    std::unique_ptr<ProgressDisplay> display = std::make_unique<Progress>(board_, main_, stderr);
    LiveScreen* screen = nullptr;
    if (isatty(STDERR_FILENO) == 1) {
        auto live = std::make_unique<LiveScreen>(board_, stderr, arguments_.service,
                                                 arguments_.warmup_ns + arguments_.duration_ns, rate_per_s_,
                                                 keys.has_terminal());
        screen = live.get();
        display = std::move(live);
    }
    return watch_instance(main_, *display, [&](Nanos now_ns) {
        recorder.tick(now_ns);
        take_keys(keys, screen, now_ns);
        return reason_to_stop(now_ns);
    });
}

void LoadRun::take_keys(TerminalKeys& keys, LiveScreen* screen, Nanos now_ns) {
    constexpr double step = 1.1;
    for (auto key = keys.next(); key; key = keys.next()) {
        if (*key == 'q') wants_stop_ = true;
        if (*key != '+' && *key != '-') continue;
        rate_per_s_ = std::max(*key == '+' ? rate_per_s_ * step : rate_per_s_ / step, 1.0);
        generator_run_->request_rate(rate_per_s_);
        rate_changes_.push_back({now_ns - began_ns_, rate_per_s_});
        if (screen != nullptr) screen->change_rate(rate_per_s_);
    }
}

JitterPlace LoadRun::jitter_place() {
    if (!arguments_.watches_jitter) return {std::nullopt, "Not watched: switched off."};
    std::vector<std::optional<int>> cpus;
    for (const ReactorReport& reactor : main_.report().reactors) cpus.push_back(reactor.cpu);
    return choose_jitter_cpu(read_topology(), cpus);
}

absl::Status LoadRun::start(ProcessorFactory generator) {
    std::optional<std::uint32_t> reactor;
    if (const absl::Status checked = check_reactor(arguments_.reactor, reactor); !checked.ok())
        return checked;
    if (const absl::Status added = add_processors(main_, settings_); !added.ok()) return added;
    if (const absl::Status started = main_.start(); !started.ok()) return failed(message_of(started));
    if (!main_.wait_until_running(start_limit_ns)) {
        const std::string crashed = crashed_text(main_.report());
        return failed(crashed.empty() ? "the instance did not start in 10 s" : crashed);
    }
    const auto provider = wait_for_provider();
    if (!provider.ok()) return provider.status();
    if (arguments_.reactor.empty()) reactor = *provider;
    ProcessorDefinition definition;
    definition.name = generator_name;
    definition.kind = "injector";
    definition.adaptor = arguments_.input.has_value() ? "replay" : "dummy";
    definition.make = std::move(generator);
    definition.reactor = reactor;
    const auto added = main_.add_processor(std::move(definition));
    return added.status();
}

// The reactor of the service's first provider.
absl::StatusOr<std::uint32_t> LoadRun::wait_for_provider() {
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
bool LoadRun::is_named_by_nobody(const InstanceReport& report) {
    const bool are_running = std::all_of(
        report.processors.begin(), report.processors.end(),
        [](const ProcessorReport& processor) { return processor.state == ProcessorState::running; });
    constexpr Nanos settling_ns = 500 * ns_per_ms;
    if (!are_running || running_since_ns_ == 0) running_since_ns_ = monotonic_now_ns();
    return are_running && monotonic_now_ns() - running_since_ns_ > settling_ns;
}

std::optional<std::string> LoadRun::reason_to_stop(Nanos now_ns) {
    if (wants_stop_) return "the key q was pressed";
    if (all_finished(board_)) return "the load has finished";
    if (now_ns - looked_ns_ < ns_per_s) return std::nullopt;
    looked_ns_ = now_ns;
    for (const ProcessorReport& processor : main_.report().processors)
        if (processor.name == generator_name && processor.state == ProcessorState::crashed)
            return "the load generator is crashed";
    return std::nullopt;
}

LoadResult LoadRun::measured(const LoadOptions& load) const {
    LoadResult result;
    result.measured_ns = load.duration_ns;
    result.windows = read_windows(*load.windows);
    if (!all_finished(board_)) cut_short(result);
    result.totals = total_counts(board_);
    result.response_time = total_response_time(board_);
    result.service_time = total_service_time(board_);
    result.ledger = make_ledger(main_.report(), board_);
    return result;
}
}  // namespace prosa
