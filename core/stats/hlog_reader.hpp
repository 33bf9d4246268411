// core/stats/hlog_reader.hpp: reads interval logs of histograms (.hlog), also those of other HdrHistogram
// tools.
//
// Accepted are V1 and V2 histograms, compressed or not, tags, comments, legends, logs with absolute and with
// relative times: without a base time, times more than a year before the start time are relative to it.
//
//     HlogReader reader(input, "run.hlog");
//     for (auto interval = reader.next(); ...; interval = reader.next())   // nothing: the end
//
// Threads   one.
// Errors    `run.hlog:12: ...`: what was expected, what was there. A log is taken as hostile: a line has at most
//           16 MiB, one histogram is in memory at a time.
#pragma once

#include <optional>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/stats/hdr_histogram.hpp"
#include "core/stats/hlog_writer.hpp"
#include "core/stats/line_source.hpp"

namespace prosa {

struct HlogInterval {
    std::string tag;     // empty: none
    double start_s = 0;  // since 1970 UTC, or since whenever the log's times count when it does not say
    double length_s = 0;
    HdrHistogram histogram;
    std::uint64_t out_of_range_count = 0;  // as `#[Out of range: N]` says
};

class PROSA_API HlogReader {
  public:
    static constexpr std::size_t line_bytes_max = std::size_t{16} << 20;

    // The input outlives it. `name` is what errors call it.
    HlogReader(std::istream& input, std::string name) : lines_(input, std::move(name), line_bytes_max) {}

    // Nothing at the end. A last line that cannot be read because its end is missing is left out: that is how
    // a writer that was killed leaves its log.
    absl::StatusOr<std::optional<HlogInterval>> next();

    // As far as the log was read. Seconds since 1970 UTC; nothing when the log does not say.
    std::optional<double> start_time_s() const noexcept { return start_time_s_; }
    bool is_cut_off() const noexcept { return is_cut_off_; }
    const RunTags& run_tags() const noexcept { return run_tags_; }

  private:
    absl::Status read_comment();
    absl::StatusOr<HlogInterval> read_interval();
    double offset_for(double first_start_s);

    LineSource lines_;
    std::optional<double> start_time_s_;
    std::optional<double> base_time_s_;
    std::optional<double> offset_s_;  // decided at the first interval
    RunTags run_tags_;
    std::uint64_t out_of_range_count_ = 0;
    bool is_cut_off_ = false;
};

}  // namespace prosa
