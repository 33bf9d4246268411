#include "apps/prosa/report/chart_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/units.hpp"

namespace prosa {
namespace {

constexpr double wide_factor = 20;
constexpr std::array<double, 3> round_parts{1, 2, 5};

// The highest 1, 2 or 5 times a power of ten that is at most `value`; the lowest that is at least.
double round_down(double value) noexcept {
    const double decade = std::pow(10, std::floor(std::log10(value)));
    double best = decade;
    for (const double part : round_parts)
        if (part * decade <= value * (1 + 1e-9)) best = part * decade;
    return best;
}
double round_up(double value) noexcept {
    const double down = round_down(value);
    if (down >= value * (1 - 1e-9)) return down;
    const double decade = std::pow(10, std::floor(std::log10(down) + 1e-9));
    return down < 1.5 * decade ? 2 * decade : down < 3 * decade ? 5 * decade : 10 * decade;
}

std::string count_label(double value) {
    if (value >= 1e6) return fmt::format("{:g} M", value / 1e6);
    if (value >= 1e3) return fmt::format("{:g} k", value / 1e3);
    return fmt::format("{:g}", value);
}

}  // namespace

std::string axis_duration(double ns) {
    if (ns >= 1e9) return fmt::format("{:g} s", ns / 1e9);
    if (ns >= 1e6) return fmt::format("{:g} ms", ns / 1e6);
    if (ns >= 1e3) return fmt::format("{:g} us", ns / 1e3);
    return fmt::format("{:g} ns", ns);
}

ChartAxis::ChartAxis(Scale scale, double low, double high) : scale_(scale), low_(0), high_(0) {
    low_ = scaled(low);
    high_ = scaled(high);
}

double ChartAxis::scaled(double value) const noexcept {
    switch (scale_) {
        case Scale::logarithmic:
            return std::log10(std::max(value, 1e-9));
        case Scale::percentile:
            return -std::log10(std::max(1 - value / 100, 1e-12));
        case Scale::linear:
            break;
    }
    return value;
}

double ChartAxis::position(double value) const noexcept {
    return high_ > low_ ? std::clamp((scaled(value) - low_) / (high_ - low_), 0.0, 1.0) : 0;
}

// At most `steps` of them.
ChartAxis ChartAxis::round_steps(double high, double steps) {
    const double step = round_up(std::max(high, 1e-9) / steps);
    const double last = std::ceil(high / step - 1e-9) * step;
    ChartAxis axis(Scale::linear, 0, std::max(last, step));
    for (double i = 0; i * step <= last * (1 + 1e-9); ++i) axis.ticks_.push_back({i * step, {}});
    return axis;
}

ChartAxis ChartAxis::durations(double low, double high) {
    low = std::max(low, 1.0);
    high = std::max(high, low);
    if (high / low < wide_factor) {
        ChartAxis axis = round_steps(high, 5);
        for (AxisTick& tick : axis.ticks_) tick.label = tick.value == 0 ? "0" : axis_duration(tick.value);
        return axis;
    }
    ChartAxis axis(Scale::logarithmic, round_down(low), round_up(high));
    const bool is_short = high / low < 1e3;
    for (double decade = std::pow(10, std::floor(std::log10(low))); decade <= high * 10; decade *= 10)
        for (const double part : round_parts) {
            const double value = part * decade;
            const bool is_inside =
                value >= round_down(low) * (1 - 1e-9) && value <= round_up(high) * (1 + 1e-9);
            if (is_inside && (is_short || part == 1)) axis.ticks_.push_back({value, axis_duration(value)});
        }
    return axis;
}

ChartAxis ChartAxis::counts(double high) {
    ChartAxis axis = round_steps(high, 4);
    for (AxisTick& tick : axis.ticks_) tick.label = count_label(tick.value);
    return axis;
}

ChartAxis ChartAxis::seconds(double high) {
    ChartAxis axis = round_steps(std::max(high, 1.0), 10);
    axis.high_ = std::max(high, 1.0);
    std::erase_if(axis.ticks_, [high](const AxisTick& tick) { return tick.value > std::max(high, 1.0); });
    for (AxisTick& tick : axis.ticks_) tick.label = fmt::format("{:g} s", tick.value);
    return axis;
}

ChartAxis ChartAxis::percentiles(std::uint64_t count) {
    const int nines = std::clamp(
        static_cast<int>(std::ceil(std::log10(std::max<double>(static_cast<double>(count), 10)) - 1e-9)), 2,
        9);
    ChartAxis axis(Scale::percentile, 0, 100 - 100 * std::pow(10, -nines));
    axis.ticks_ = {{0, "0 %"}, {50, "50 %"}};
    for (int nine = 1; nine <= nines; ++nine)
        axis.ticks_.push_back(
            {100 - 100 * std::pow(10, -nine),
             nine <= 2 ? fmt::format("{} %", nine == 1 ? 90 : 99)
                       : fmt::format("99.{} %", std::string(static_cast<std::size_t>(nine) - 2, '9'))});
    return axis;
}

}  // namespace prosa
