// core/stats/hlog_writer.hpp: an interval log of histograms (.hlog), HdrHistogram's format 1.3.
//
// Comments, a legend, then one line for each interval and tag:
//     Tag=service,1.000,1.002,0.084,HISTFAAAA...
// start in seconds after the base time, length in seconds, largest value (in milliseconds when values are
// nanoseconds), and the histogram as base64 of its compressed V2 encoding. Two kinds of comments are our own:
// `#[Run tag: k=v]`, and `#[Out of range: N]` before an interval of which N values lie at the ends of the
// histogram's range because they were beyond it.
//
// Threads   one.
// Errors    the output's state; the caller looks at it when done.
// Cost      about 1 ms for an interval of the default range.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/stats/hdr_histogram.hpp"

namespace prosa {

// Such as {"commit", "1a2b3c"}; see write_header.
using RunTags = std::vector<std::pair<std::string, std::string>>;

struct HlogHeader {
    std::string title;   // one line
    Nanos start_ns = 0;  // since 1970 UTC: the start and base time of the log
    RunTags run_tags;
};

class PROSA_API HlogWriter {
  public:
    // The output outlives it.
    explicit HlogWriter(std::ostream& output) : output_(output) {}

    // First. Asserted: no line end in the title or a tag.
    void write_header(const HlogHeader& header);

    // Flushes: what was measured outlives a writer that is killed. `start_ns` counts from the header's start.
    // An empty tag is none. Asserted: a tag has no comma, blank or line end.
    void write_interval(std::string_view tag, Nanos start_ns, Nanos length_ns, const HdrHistogram& histogram);

  private:
    std::ostream& output_;
};

}  // namespace prosa
