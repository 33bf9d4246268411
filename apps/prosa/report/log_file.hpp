// apps/prosa/report/log_file.hpp: histogram logs (.hlog) and distributions (.hgrm) as series of latencies.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/prosa/report/latency_series.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/stats/hlog_writer.hpp"

namespace prosa {

struct LogFile {
    std::string name;  // of the file, without its folder
    std::vector<LatencySeries>
        series;  // one for each tag, in the order of their appearance; named by the tag
    RunTags run_tags;
    bool is_cut_off = false;  // its last line has no end, and was left out
};

// `unit_ns`: nanoseconds per unit of the values, where the file does not say it; nothing: 1, and in a distribution, a file
// that ends in .hgrm, 1 000 000. Error: with the file's name and the line; more than 1 GB of counters; more
// than 2^62 values with a tag; nothing was recorded.
PROSA_API absl::StatusOr<LogFile> read_log_file(const std::filesystem::path& path,
                                                std::optional<std::int64_t> unit_ns);

// Each series of each file for itself, named by the file where there are several, and the tag.
PROSA_API std::vector<LatencySeries> side_by_side(std::vector<LogFile> files);

// The files taken together: one series for each tag. Intervals lose their times. Error: more than 2^62
// values.
PROSA_API absl::StatusOr<std::vector<LatencySeries>> merged(const std::vector<LogFile>& files);

}  // namespace prosa
