// apps/prosa/report/chart_axis.hpp: how numbers become places on an axis, and where its lines are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/export.hpp"

namespace prosa {

struct AxisTick {
    double value = 0;
    std::string label;
};

class PROSA_API ChartAxis {
  public:
    // Nanoseconds from about `low` to about `high`, in decades when they are more than a factor of 20 apart.
    // A `low` that is not positive counts as 1.
    static ChartAxis durations(double low, double high);
    // From 0, in round numbers.
    static ChartAxis counts(double high);
    static ChartAxis seconds(double high);
    // 0, 90, 99, 99.9 ... per cent at equal distances, as far as `count` values can tell them apart.
    static ChartAxis percentiles(std::uint64_t count);

    // From 0 to 1; clamped.
    double position(double value) const noexcept;
    const std::vector<AxisTick>& ticks() const noexcept { return ticks_; }

  private:
    enum class Scale : std::uint8_t { linear, logarithmic, percentile };

    ChartAxis(Scale scale, double low, double high);
    double scaled(double value) const noexcept;
    static ChartAxis round_steps(double high, double steps);

    Scale scale_;
    double low_;   // scaled
    double high_;  // scaled
    std::vector<AxisTick> ticks_;
};

// `5 ms`, `2.5 us`: as short as it is exact.
PROSA_API std::string axis_duration(double ns);

}  // namespace prosa
