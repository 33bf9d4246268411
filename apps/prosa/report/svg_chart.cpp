#include "apps/prosa/report/svg_chart.hpp"

#include <fmt/format.h>

#include <utility>

#include "apps/prosa/report/html_text.hpp"

namespace prosa {
namespace {

constexpr double width = 920;
constexpr double left = 70;
constexpr double right = 40;
constexpr double top = 12;
constexpr double bottom = 30;
constexpr std::size_t color_count = 8;

}  // namespace

SvgChart::SvgChart(std::string_view name, ChartAxis x_axis, ChartAxis y_axis, int height)
    : x_axis_(std::move(x_axis)), y_axis_(std::move(y_axis)), height_(height), name_(name) {
    add_axes();
}

double SvgChart::x_of(double value) const noexcept {
    return left + x_axis_.position(value) * (width - left - right);
}

double SvgChart::y_of(double value) const noexcept {
    return height_ - bottom - y_axis_.position(value) * (height_ - top - bottom);
}

void SvgChart::add_axes() {
    for (const AxisTick& tick : y_axis_.ticks()) {
        const double y = y_of(tick.value);
        content_ += fmt::format(R"(<line class="grid" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)",
                                left, y, width - right, y);
        content_ += fmt::format(R"(<text class="label" x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)",
                                left - 8, y + 4, tick.label);
    }
    for (const AxisTick& tick : x_axis_.ticks()) {
        const double x = x_of(tick.value);
        content_ += fmt::format(R"(<line class="grid" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", x,
                                top, x, height_ - bottom);
        content_ += fmt::format(R"(<text class="label" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)",
                                x, height_ - bottom + 19, tick.label);
    }
    content_ += fmt::format(R"(<line class="axis" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", left,
                            height_ - bottom, width - right, height_ - bottom);
}

void SvgChart::add_line(std::size_t style, const std::vector<ChartPoint>& points) {
    std::string path;
    const std::size_t color = style % color_count;
    for (const ChartPoint& point : points) {
        const bool begins = path.empty() || point.begins_line;
        path += fmt::format("{}{:.1f} {:.1f}", begins ? 'M' : 'L', x_of(point.x), y_of(point.y));
        if (!point.hint.empty())
            dots_ += fmt::format(
                R"(<circle class="s{}" cx="{:.1f}" cy="{:.1f}" r="3.5"><title>{}</title></circle>)", color,
                x_of(point.x), y_of(point.y), html_text(point.hint));
    }
    if (!path.empty())
        content_ += fmt::format(R"(<path class="line s{}{}" d="{}"/>)", color,
                                style == 0             ? " first"
                                : style >= color_count ? " dashed"
                                                       : "",
                                path);
}

std::string SvgChart::text() const {
    return fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>)", width, height_,
                       html_text(name_), content_, dots_);
}

}  // namespace prosa
