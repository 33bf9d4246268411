// apps/prosa/bench/figure_report.hpp: the table for people and the lines for programs.
//
// A line of the file: {"figure", "value" (number or null), "unit", "raw_line_ns", "rounds"} as everybody
// expects them, and "value_other_placement", "rounds_other_placement", "reason", "bar", "goal", "passed"
// (null without a value or a bar), "quick", "note", "details" (an object) and "all_rounds" (with both raw
// lines and whether they count).
#pragma once

#include <string>

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

struct MeasuredFigure {
    FigureSpec spec;
    FigureResult result;
};

// Nothing without a bar.
std::optional<bool> passes(const FigureSpec& spec, std::optional<double> value);

std::string json_line(const MeasuredFigure& figure, bool is_quick);

// `<= 1.7`, or nothing.
std::string bar_text(const FigureSpec& spec);
std::string goal_text(const FigureSpec& spec);

std::string table_text(std::span<const MeasuredFigure> figures, bool is_quick);

}  // namespace prosa::bench
