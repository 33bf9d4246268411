#include "apps/prosa/bench/figure_report.hpp"

#include <cmath>

#include "apps/prosa/text_table.hpp"
#include "core/base/json_string.hpp"

namespace prosa::bench {
namespace {

std::string json_number(std::optional<double> number) {
    return number && std::isfinite(*number) ? fmt::format("{:.6g}", *number) : "null";
}

std::string json_bool(std::optional<bool> truth) { return !truth ? "null" : *truth ? "true" : "false"; }

std::string json_rounds(const FigureResult& result) {
    std::string text = "[";
    for (const Round& round : result.rounds) {
        if (round.kind == RoundKind::failed) continue;
        text += fmt::format(
            "{}{{\"raw_before_ns\": {}, \"raw_after_ns\": {}, \"value\": {}, \"counts\": {}}}",
            text.size() > 1 ? ", " : "", json_number(round.raw_before_ns), json_number(round.raw_after_ns),
            json_number(round.values.at(result.value_index)), json_bool(round.kind == RoundKind::counted));
    }
    return text + "]";
}

std::string json_details(const FigureResult& result) {
    std::string text = "{";
    for (const auto& [name, value] : result.details)
        text += fmt::format("{}{}: {}", text.size() > 1 ? ", " : "", json_string(name), json_number(value));
    return text + "}";
}

std::string number_text(std::optional<double> value) { return value ? fmt::format("{:.4g}", *value) : "-"; }

std::string limit_text(BarKind kind, double limit) {
    switch (kind) {
        case BarKind::none:
            return "";
        case BarKind::at_most:
            return fmt::format("<= {:g}", limit);
        case BarKind::below:
            return fmt::format("< {:g}", limit);
        case BarKind::at_least:
            return fmt::format(">= {:g}", limit);
    }
    return "";
}

std::string verdict_text(const FigureSpec& spec, std::optional<double> value) {
    const auto passed = passes(spec, value);
    return !passed ? "" : *passed ? "pass" : "FAIL";
}

std::string notes_text(const MeasuredFigure& figure) {
    std::string text;
    if (!figure.result.reason.empty())
        text += fmt::format("  {}: no value: {}\n", figure.spec.name, figure.result.reason);
    for (const auto& [name, value] : figure.result.details)
        text += fmt::format("  {}: {} {:.4g}\n", figure.spec.name, name, value);
    if (!figure.result.note.empty()) text += fmt::format("  {}: {}\n", figure.spec.name, figure.result.note);
    return text;
}

}  // namespace

std::optional<bool> passes(const FigureSpec& spec, std::optional<double> value) {
    if (!value) return std::nullopt;
    switch (spec.bar_kind) {
        case BarKind::none:
            return std::nullopt;
        case BarKind::at_most:
            return *value <= spec.bar;
        case BarKind::below:
            return *value < spec.bar;
        case BarKind::at_least:
            return *value >= spec.bar;
    }
    return std::nullopt;
}

std::string bar_text(const FigureSpec& spec) { return limit_text(spec.bar_kind, spec.bar); }

std::string goal_text(const FigureSpec& spec) {
    return spec.goal == 0 ? "" : limit_text(spec.bar_kind, spec.goal);
}

std::string json_line(const MeasuredFigure& figure, bool is_quick) {
    const auto& [spec, result] = figure;
    std::string line =
        fmt::format(R"({{"figure": {}, "value": {}, "unit": {}, "raw_line_ns": {}, "rounds": {})",
                    json_string(spec.name), json_number(result.value), json_string(spec.unit),
                    json_number(result.raw_line_ns), result.round_count);
    line += fmt::format(R"(, "value_other_placement": {}, "rounds_other_placement": {})",
                        json_number(result.value_other_placement), result.other_round_count);
    if (!result.value) line += fmt::format(R"(, "reason": {})", json_string(result.reason));
    line += fmt::format(R"(, "bar": {}, "goal": {}, "passed": {}, "quick": {})", json_string(bar_text(spec)),
                        json_string(goal_text(spec)), json_bool(passes(spec, result.value)), is_quick);
    if (!result.note.empty()) line += fmt::format(R"(, "note": {})", json_string(result.note));
    return line +
           fmt::format(R"(, "details": {}, "all_rounds": {}}})", json_details(result), json_rounds(result)) +
           "\n";
}

std::string table_text(std::span<const MeasuredFigure> figures, bool is_quick) {
    TextTable table(
        {"figure", "value", "unit", "bar", "goal", "", "raw line ns", "rounds", "at other placement", ""});
    std::string notes;
    for (const auto& [spec, result] : figures) {
        const auto other = result.value_other_placement;
        table.add({spec.name, number_text(result.value), spec.unit, bar_text(spec), goal_text(spec),
                   result.value ? verdict_text(spec, result.value) : "no value",
                   number_text(result.raw_line_ns), fmt::format("{}", result.round_count), number_text(other),
                   other ? fmt::format("({})", verdict_text(spec, other)) : ""});
        notes += notes_text({spec, result});
    }
    std::string text = is_quick ? "QUICK: shorter rounds than the figures are defined with.\n" : "";
    text += table.text();
    text +=
        "\n\"at other placement\": the same median over rounds whose raw line was steady at another level.\n";
    return notes.empty() ? text : text + "\n" + notes;
}

}  // namespace prosa::bench
