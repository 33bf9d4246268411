// apps/prosa/report/svg_chart.hpp: lines over two axes, as one <svg> element of a page.
//
// Colours come from the page's style: the classes s0 to s7 of lines and points, `first`, `dashed`, and
// `grid`, `axis`, `label`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/prosa/report/chart_axis.hpp"

namespace prosa {

struct ChartPoint {
    double x = 0;
    double y = 0;
    std::string hint;          // shown when the pointer rests on it; empty: a corner of the line only
    bool begins_line = false;  // nothing is drawn from the point before
};

class SvgChart {
  public:
    // `height` in units of a drawing that is 920 wide; `name` is read out by a screen reader.
    SvgChart(std::string_view name, ChartAxis x_axis, ChartAxis y_axis, int height);

    // `style`: which of the page's colours; from the ninth on dashed.
    void add_line(std::size_t style, const std::vector<ChartPoint>& points);

    std::string text() const;

  private:
    double x_of(double value) const noexcept;
    double y_of(double value) const noexcept;
    void add_axes();

    ChartAxis x_axis_;
    ChartAxis y_axis_;
    const int height_;
    std::string name_;
    std::string content_;
    std::string dots_;  // above all lines
};

}  // namespace prosa
