#include "apps/prosa/load_threshold.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include "core/base/units.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

constexpr std::string_view service_prefix = "service.";
constexpr std::string_view response_prefix = "response.";

std::string_view trimmed(std::string_view text) noexcept {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::optional<double> to_number(std::string_view text) noexcept {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

}  // namespace

absl::StatusOr<LoadThreshold> LoadThreshold::parse(std::string_view text) {
    const std::size_t at = text.find_first_of("<>");
    if (at == std::string_view::npos)
        return invalid_argument("threshold '{}': expected NAME, one of < <= > >=, VALUE, such as p99<50us",
                                text);
    const bool has_equal = at + 1 < text.size() && text[at + 1] == '=';
    LoadThreshold threshold;
    threshold.text_ = std::string(trimmed(text));
    if (text[at] == '<')
        threshold.relation_ = has_equal ? Relation::less_equal : Relation::less;
    else
        threshold.relation_ = has_equal ? Relation::greater_equal : Relation::greater;
    if (absl::Status named = threshold.parse_name(trimmed(text.substr(0, at))); !named.ok()) return named;
    if (absl::Status valued = threshold.parse_value(trimmed(text.substr(at + (has_equal ? 2 : 1))));
        !valued.ok())
        return valued;
    return threshold;
}

absl::Status LoadThreshold::parse_name(std::string_view name) {
    const std::string_view given = name;
    is_service_time_ = name.starts_with(service_prefix);
    const bool has_prefix = is_service_time_ || name.starts_with(response_prefix);
    if (has_prefix) name.remove_prefix(is_service_time_ ? service_prefix.size() : response_prefix.size());
    if (name.starts_with('p')) {
        const auto percentile = to_number(name.substr(1));
        if (percentile.has_value() && *percentile >= 0 && *percentile <= 100) {
            percentile_ = *percentile;
            return absl::OkStatus();
        }
    }
    if (name == "max") {
        percentile_ = 100;
        return absl::OkStatus();
    }
    const std::pair<std::string_view, Measure> names[] = {
        {"min", Measure::min},   {"mean", Measure::mean},     {"success", Measure::success},
        {"rate", Measure::rate}, {"failed", Measure::failed}, {"timeouts", Measure::timeouts},
        {"late", Measure::late}, {"unsent", Measure::unsent},
    };
    std::vector<std::string_view> known = {"p50", "p99.9", "max"};
    for (const auto& [each, measure] : names) {
        known.push_back(each);
        if (name != each || (has_prefix && measure > Measure::mean)) continue;
        measure_ = measure;
        return absl::OkStatus();
    }
    return invalid_argument("threshold '{}': unknown measure '{}'{}", text_, given, suggestion(name, known));
}

absl::Status LoadThreshold::parse_value(std::string_view value) {
    if (is_duration()) {
        const auto duration_ns = parse_duration(value);
        if (!duration_ns.ok())
            return invalid_argument("threshold '{}': {}", text_, message_of(duration_ns.status()));
        limit_ = static_cast<double>(*duration_ns);
        return absl::OkStatus();
    }
    if (measure_ == Measure::rate) {
        const auto rate = parse_rate(value);
        if (!rate.ok()) return invalid_argument("threshold '{}': {}", text_, message_of(rate.status()));
        limit_ = *rate;
        return absl::OkStatus();
    }
    if (measure_ == Measure::success && value.ends_with('%')) value.remove_suffix(1);
    const auto number = to_number(value);
    if (!number.has_value())
        return invalid_argument("threshold '{}': expected a number, got '{}'", text_, value);
    limit_ = *number;
    return absl::OkStatus();
}

double LoadThreshold::measured_duration(const HdrHistogram& histogram) const {
    if (measure_ == Measure::min) return static_cast<double>(histogram.min());
    if (measure_ == Measure::mean) return histogram.mean();
    return static_cast<double>(histogram.value_at_percentile(percentile_));
}

double LoadThreshold::measured(const LoadResult& result) const {
    const auto count = [&result](LoadCounter counter) { return static_cast<double>(result.totals[counter]); };
    switch (measure_) {
        case Measure::percentile:
        case Measure::min:
        case Measure::mean:
            return measured_duration(is_service_time_ ? result.service_time : result.response_time);
        case Measure::success:
            return result.worst_window_percent();
        case Measure::rate:
            return result.achieved_rate_per_s();
        case Measure::failed:
            return static_cast<double>(result.totals.failed());
        case Measure::timeouts:
            return count(LoadCounter::outcome_timeout);
        case Measure::late:
            return count(LoadCounter::late);
        case Measure::unsent:
            return count(LoadCounter::unsent);
    }
    return 0;
}

bool LoadThreshold::holds(const LoadResult& result) const {
    if (is_duration() && result.response_time.total_count() == 0) return false;  // nothing was measured
    const double value = measured(result);
    switch (relation_) {
        case Relation::less:
            return value < limit_;
        case Relation::less_equal:
            return value <= limit_;
        case Relation::greater:
            return value > limit_;
        case Relation::greater_equal:
            return value >= limit_;
    }
    return false;
}

std::string LoadThreshold::measured_text(const LoadResult& result) const {
    if (is_duration() && result.response_time.total_count() == 0) return "nothing was measured";
    const double value = measured(result);
    if (is_duration()) return human_duration(static_cast<Nanos>(value));
    if (measure_ == Measure::success) return fmt::format("{:.3f} %", value);
    if (measure_ == Measure::rate) return fmt::format("{:.1f}/s", value);
    return fmt::format("{:.0f}", value);
}

}  // namespace prosa
