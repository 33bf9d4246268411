// apps/prosa/bench/bench_log.hpp: the distributions behind figures of latency, as an interval log.
//
// An interval is a round. Its tag is the name of the first figure that was measured with it; `.bare` behind
// it: of what it is divided by.
//
// Threads   one.
#pragma once

#include <fstream>
#include <memory>
#include <string>

#include "apps/prosa/bench/latency_run.hpp"
#include "core/base/status.hpp"
#include "core/stats/hlog_writer.hpp"

namespace prosa::bench {

class BenchLog {
  public:
    static absl::StatusOr<std::shared_ptr<BenchLog>> create(const std::string& path);

    // What follows belongs to this figure.
    void begin_figure(std::string name) { figure_ = std::move(name); }

    // A run that has just ended.
    void add(std::string_view suffix, const LatencyRun& run);

    absl::Status close();

  private:
    explicit BenchLog(const std::string& path);

    const std::string path_;
    std::ofstream file_;
    HlogWriter writer_{file_};
    const Nanos start_ns_;
    std::string figure_;
};

}  // namespace prosa::bench
