// apps/prosa/load_run.hpp: one run of `prosa load`: an instance from its start to its end, and what it did.
//
// Threads   the program's first thread, which hosts nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adaptors/injector/injector_run.hpp"
#include "adaptors/injector/load_options.hpp"
#include "apps/prosa/command_line.hpp"
#include "apps/prosa/jitter_probe.hpp"
#include "apps/prosa/latency_recorder.hpp"
#include "apps/prosa/live_screen.hpp"
#include "apps/prosa/load_result.hpp"
#include "apps/prosa/report/latency_report.hpp"
#include "apps/prosa/terminal_keys.hpp"
#include "core/base/status.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/config/instance_settings.hpp"

namespace prosa {

// Where the intervals of one run or of several go.
struct LoadLog {
    HlogWriter* writer = nullptr;  // none: nowhere
    Nanos start_ns = 0;            // monotonic; that of the log's header
};

// By a key.
struct RateChange {
    Nanos after_ns = 0;  // after the load began
    double rate_per_s = 0;
};

struct LoadMeasurement {
    LoadResult result;
    InstanceReport instance;
    LatencySeries response_time;
    LatencySeries service_time;
    std::optional<double> raw_line_before_ns;  // where the two first CPUs of an instance lie to each other
    std::optional<double> raw_line_after_ns;
    JitterReport jitter;
    std::vector<RateChange> rate_changes;
    bool is_complete = false;  // not cut short by a signal or a crash
    bool is_stuck =
        false;  // a thread did not end: the process has to leave by end_process, the run must stay
};

class LoadRun {
  public:
    // All outlive it.
    LoadRun(const LoadArguments& arguments, const InstanceSettings& settings, LoadBoard& board)
        : arguments_(arguments), settings_(settings), board_(board), main_(settings.instance) {}

    // Once. Error: the load could not begin; invalid or not found: by what the user asked for.
    absl::StatusOr<LoadMeasurement> measure(LoadOptions load, const LoadLog& log);

    // By a key or a signal, be it after the load had finished: no other run follows.
    bool is_interrupted() const noexcept { return wants_stop_ || main_.is_stop_requested(); }

  private:
    absl::Status start(ProcessorFactory generator);
    JitterPlace jitter_place();
    int watch(LatencyRecorder& recorder);
    void take_keys(TerminalKeys& keys, LiveScreen* screen, Nanos now_ns);
    absl::StatusOr<std::uint32_t> wait_for_provider();
    bool is_named_by_nobody(const InstanceReport& report);
    std::optional<std::string> reason_to_stop(Nanos now_ns);
    LoadResult measured(const LoadOptions& load) const;

    const LoadArguments& arguments_;
    const InstanceSettings& settings_;
    LoadBoard& board_;
    BusMain main_;
    std::shared_ptr<InjectorRun> generator_run_;
    Nanos began_ns_ = 0;
    double rate_per_s_ = 0;  // asked for now
    std::vector<RateChange> rate_changes_;
    bool wants_stop_ = false;
    Nanos looked_ns_ = 0;
    Nanos running_since_ns_ = 0;
};

}  // namespace prosa
