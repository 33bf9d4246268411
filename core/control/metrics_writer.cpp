#include "core/control/metrics_writer.hpp"

#include <fmt/format.h>

#include <array>

#include "core/base/assert.hpp"
#include "core/base/clock.hpp"

namespace prosa {
namespace {

// Upper bounds of the buckets, from a call in memory to a call that timed out.
constexpr std::array<Nanos, 21> bucket_bounds_ns = {
    1 * ns_per_us,    5 * ns_per_us,   10 * ns_per_us,  25 * ns_per_us,   50 * ns_per_us,  100 * ns_per_us,
    250 * ns_per_us,  500 * ns_per_us, 1 * ns_per_ms,   2500 * ns_per_us, 5 * ns_per_ms,   10 * ns_per_ms,
    25 * ns_per_ms,   50 * ns_per_ms,  100 * ns_per_ms, 250 * ns_per_ms,  500 * ns_per_ms, 1 * ns_per_s,
    2500 * ns_per_ms, 5 * ns_per_s,    10 * ns_per_s};

constexpr std::string_view name_of(MetricKind kind) noexcept {
    switch (kind) {
        case MetricKind::counter:
            return "counter";
        case MetricKind::gauge:
            return "gauge";
        case MetricKind::histogram:
            return "histogram";
    }
    return "untyped";
}

double seconds(Nanos ns) noexcept { return static_cast<double>(ns) / static_cast<double>(ns_per_s); }

void append_escaped(std::string& text, std::string_view value) {
    for (const char c : value) {
        if (c == '\n')
            text += "\\n";
        else if (c == '"' || c == '\\')
            text += {'\\', c};
        else
            text += c;
    }
}

}  // namespace

void MetricsWriter::family(std::string_view name, MetricKind kind, std::string_view help) {
    family_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, name_of(kind));
}

void MetricsWriter::sample(Labels labels, std::int64_t value) {
    line("", labels, nullptr, fmt::format("{}", value));
}
void MetricsWriter::sample(Labels labels, std::uint64_t value) {
    line("", labels, nullptr, fmt::format("{}", value));
}
void MetricsWriter::sample(Labels labels, double value) {
    line("", labels, nullptr, fmt::format("{}", value));
}

void MetricsWriter::histogram(Labels labels, const HdrHistogram& values_ns) {
    const auto counts = values_ns.counts();
    std::size_t index = 0;
    std::uint64_t count = 0;
    for (const Nanos bound_ns : bucket_bounds_ns) {
        for (; index < counts.size() && values_ns.layout().value_at(index) <= bound_ns; ++index)
            count += counts[index];
        const std::string bound = fmt::format("{}", seconds(bound_ns));
        const Label le{"le", bound};
        line("_bucket", labels, &le, fmt::format("{}", count));
    }
    const Label le{"le", "+Inf"};
    const std::string total = fmt::format("{}", values_ns.total_count());
    line("_bucket", labels, &le, total);
    const double sum_ns = values_ns.mean() * static_cast<double>(values_ns.total_count());
    line("_sum", labels, nullptr, fmt::format("{:.9g}", sum_ns / static_cast<double>(ns_per_s)));
    line("_count", labels, nullptr, total);
}

void MetricsWriter::line(std::string_view suffix, Labels labels, const Label* last, std::string_view value) {
    PROSA_ASSERT(!family_.empty(), "a sample belongs to a family");
    text_ += family_;
    text_ += suffix;
    char separator = '{';
    const auto append = [&](const Label& label) {
        text_ += separator;
        separator = ',';
        text_ += label.first;
        text_ += "=\"";
        append_escaped(text_, label.second);
        text_ += '"';
    };
    for (const Label& label : labels) append(label);
    if (last != nullptr) append(*last);
    if (separator == ',') text_ += '}';
    text_ += ' ';
    text_ += value;
    text_ += '\n';
}

}  // namespace prosa
