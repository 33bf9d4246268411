#include "apps/prosa/bench/figure_report.hpp"

#include <doctest/doctest.h>

#include "apps/prosa/bench/json_numbers.hpp"

namespace prosa::bench {
namespace {

const FigureSpec ratio{"echo_over_bare", "ratio", "an echo", BarKind::at_most, 1.7};

FigureResult measured(double value) {
    FigureResult result;
    result.value = value;
    result.raw_line_ns = 125;
    result.round_count = 5;
    return result;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("a bar is passed at its limit, and a strict one below it") {
    CHECK(passes(ratio, 1.7) == true);
    CHECK(passes(ratio, 1.71) == false);
    CHECK(passes({"a", "%", "", BarKind::below, 1}, 1.0) == false);
    CHECK(passes({"a", "%", "", BarKind::at_least, 99.5}, 99.5) == true);
    CHECK_FALSE(passes({"a", "us", ""}, 3.0).has_value());
    CHECK_FALSE(passes(ratio, std::nullopt).has_value());
}

TEST_CASE("a goal stands beside the bar where there is one, and decides nothing") {
    const FigureSpec with_goal{"echo_over_bare", "ratio", "an echo", BarKind::at_most, 1.7, 1.4};
    CHECK(goal_text(with_goal) == "<= 1.4");
    CHECK(goal_text(ratio).empty());
    CHECK(passes(with_goal, 1.6) == true);
    CHECK(contains(table_text(std::vector<MeasuredFigure>{{with_goal, measured(1.6)}}, false),
                   "<= 1.7  <= 1.4  pass"));
    CHECK(contains(json_line({with_goal, measured(1.6)}, false), "\"goal\": \"<= 1.4\""));
}

TEST_CASE("a line of the file is one JSON object with the agreed keys") {
    const std::string line = json_line({ratio, measured(1.25)}, false);
    CHECK(line.find('\n') == line.size() - 1);
    const auto object = parse_json(line, "line");
    REQUIRE(object.ok());
    CHECK(object->find("figure")->text == "echo_over_bare");
    CHECK(number_at(*object, "value").value() == 1.25);
    CHECK(object->find("unit")->text == "ratio");
    CHECK(number_at(*object, "raw_line_ns").value() == 125);
    CHECK(number_at(*object, "rounds").value() == 5);
    CHECK(object->find("passed")->text == "true");
    CHECK(object->find("quick")->text == "false");
}

TEST_CASE("a figure without a value is null and says why") {
    FigureResult result;
    result.reason = "no valid placement: \"none\"";
    result.value_other_placement = 1.1;
    const std::string line = json_line({ratio, result}, true);
    CHECK(contains(line, "\"value\": null"));
    CHECK(contains(line, "\"value_other_placement\": 1.1"));
    CHECK(contains(line, R"("reason": "no valid placement: \"none\"")"));
    CHECK(contains(line, "\"passed\": null"));
    CHECK(contains(line, "\"quick\": true"));
}

TEST_CASE("the table shows the verdict, and marks a quick run") {
    const std::vector<MeasuredFigure> figures{{ratio, measured(1.9)}, {ratio, FigureResult{}}};
    const std::string table = table_text(figures, true);
    CHECK(contains(table, "QUICK"));
    CHECK(contains(table, "FAIL"));
    CHECK(contains(table, "no value"));
    CHECK_FALSE(contains(table_text(figures, false), "QUICK"));
}

TEST_CASE("every round is in the file, with both raw lines and whether it counts") {
    FigureResult result = measured(1.5);
    result.rounds = {{120, 121, RoundKind::counted, {1.5}, ""}, {0, 0, RoundKind::failed, {}, "broken"}};
    const std::string line = json_line({ratio, result}, false);
    CHECK(contains(
        line,
        R"("all_rounds": [{"raw_before_ns": 120, "raw_after_ns": 121, "value": 1.5, "counts": true}])"));
}

}  // namespace
}  // namespace prosa::bench
