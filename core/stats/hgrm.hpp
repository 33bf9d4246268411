// core/stats/hgrm.hpp: a percentile distribution as text (.hgrm), as HdrHistogram prints it.
//
// Columns Value, Percentile (0 to 1), TotalCount, 1/(1-Percentile); the distance to 1 halves every few lines.
// Behind it the mean, the deviation, the maximum and the count as comments.
//
// Threads   any.
// Errors    `run.hgrm:12: ...`: what was expected, what was there.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/stats/hdr_histogram.hpp"

namespace prosa {

struct HgrmFormat {
    int ticks_per_half_distance = 5;
    double unit = 1000;                 // values are divided by it: nanoseconds are printed as microseconds
    std::string_view unit_name = "us";  // said in a comment of our own; empty: none
};

PROSA_API std::string hgrm_text(const HdrHistogram& histogram, const HgrmFormat& format = {});

struct HgrmLine {
    double value = 0;
    double percentile = 0;  // 0 to 1
    std::uint64_t count_to_value = 0;
};

struct Hgrm {
    std::vector<HgrmLine> lines;  // values, percentiles and counts never fall; the last one is 1
    double mean = 0;
    double standard_deviation = 0;
    double max = 0;
    std::uint64_t total_count = 0;
    std::string unit_name;  // empty: the file does not say
};

// `name` is what errors call the input. At most a million lines of 4 096 bytes.
PROSA_API absl::StatusOr<Hgrm> read_hgrm(std::istream& input, std::string name);

// The values with their counts, as far as the lines tell them apart; the value of each percentile that is a
// line of the file is exact to the range's digits. `unit`: of the file's values, in the histogram's.
PROSA_API HdrHistogram histogram_of(const Hgrm& hgrm, double unit);

}  // namespace prosa
