#include "apps/prosa/bench/bench_log.hpp"

#include <algorithm>

namespace prosa::bench {

BenchLog::BenchLog(const std::string& path) : path_(path), file_(path), start_ns_(monotonic_now_ns()) {
    writer_.write_header(
        {.title = "prosa " PROSA_VERSION " bench", .start_ns = wall_now_ns(), .run_tags = {}});
}

absl::StatusOr<std::shared_ptr<BenchLog>> BenchLog::create(const std::string& path) {
    std::shared_ptr<BenchLog> log(new BenchLog(path));
    if (!log->file_) return invalid_argument("--hlog: cannot write {}", path);
    return log;
}

void BenchLog::add(std::string_view suffix, const LatencyRun& run) {
    const Nanos now_ns = monotonic_now_ns();
    writer_.write_interval(fmt::format("{}{}", figure_, suffix),
                           std::max<Nanos>(now_ns - run.elapsed_ns - start_ns_, 0), run.elapsed_ns,
                           run.latency);
}

absl::Status BenchLog::close() {
    file_.close();
    return file_ ? absl::OkStatus() : invalid_argument("--hlog: cannot write {}", path_);
}

}  // namespace prosa::bench
