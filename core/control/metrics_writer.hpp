// core/control/metrics_writer.hpp: writes metrics in the Prometheus text form, version 0.0.4.
//
//     MetricsWriter metrics;
//     metrics.family("prosa_services", MetricKind::gauge, "Providers of a service.");
//     metrics.sample({{"type", "node"}, {"id", name}}, 2);
//     std::string text = metrics.text();
//
// The form is lines of text, so a library for it would only add a registry that mirrors the instance's
// report.
//
// Source    https://prometheus.io/docs/instrumenting/exposition_formats/
// Threads   one.
// Order     as called; the samples of a family follow it at once. Asserted: a sample has a family.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/export.hpp"
#include "core/stats/hdr_histogram.hpp"

namespace prosa {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

class PROSA_API MetricsWriter {
  public:
    using Label = std::pair<std::string_view, std::string_view>;
    using Labels = std::initializer_list<Label>;

    void family(std::string_view name, MetricKind kind, std::string_view help);

    // Label values may hold any text; it is escaped.
    void sample(Labels labels, std::int64_t value);
    void sample(Labels labels, std::uint64_t value);
    void sample(Labels labels, double value);

    // Buckets, sum and count in seconds, of values in nanoseconds. A bucket is as exact as the histogram: a
    // value counts at the lowest one equivalent to it, in the sum at the middle one.
    void histogram(Labels labels, const HdrHistogram& values_ns);

    const std::string& text() const noexcept { return text_; }

  private:
    void line(std::string_view suffix, Labels labels, const Label* last, std::string_view value);

    std::string text_;
    std::string family_;
};

}  // namespace prosa
