#include "apps/prosa/bench/breakdown/breakdown.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "apps/prosa/bench/breakdown/breakdown_report.hpp"
#include "apps/prosa/bench/child_process.hpp"
#include "apps/prosa/bench/json_numbers.hpp"
#include "test/support/temporary_folder.hpp"

namespace prosa::bench {
namespace {

std::vector<SettingsNode> objects_of(const std::string& lines) {
    std::vector<SettingsNode> objects;
    for (std::size_t begin = 0; begin < lines.size();) {
        const std::size_t end = lines.find('\n', begin);
        const auto object = parse_json(std::string_view(lines).substr(begin, end - begin), "line");
        REQUIRE(object.ok());
        objects.push_back(*object);
        begin = end + 1;
    }
    return objects;
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

double number(const SettingsNode& object, std::string_view key) { return number_at(object, key).value(); }

Breakdown made_up() {
    Breakdown made;
    made.round_count = 5;
    made.raw_line_ns = 100;
    made.bare_ns = 130;
    made.measured_ns = 200;
    made.steps = {{"raw_line", StepKind::two_cores, 100, "a line"},
                  {"claim", StepKind::one_core, 20, "a claim"},
                  {"timer_insert", StepKind::behind, 5, "later"}};
    made.steps.push_back(
        {"unexplained", StepKind::remainder, made.measured_ns - made.explained_ns(), "left"});
    made.lines_reason = "no \"reason\"";
    made.counter_reason = "none";
    return made;
}

TEST_CASE("the sum of a breakdown holds the steps on the path only, and what is left is a step") {
    const Breakdown made = made_up();
    CHECK(made.explained_ns() == 120);
    CHECK(made.steps.back().ns == 80);
    const std::string table = table_text(made);
    CHECK(table.find("unexplained") != std::string::npos);
    CHECK(table.find("60 %") != std::string::npos);
    CHECK(table.find("none: no \"reason\"") != std::string::npos);
}

TEST_CASE("what could not be counted is null in the lines, with its reason") {
    const auto objects = objects_of(json_lines(made_up()));
    REQUIRE(objects.size() == 6);
    CHECK_FALSE(number_at(objects.back(), "moves_per_transaction").ok());
    CHECK(objects.back().find("reason")->text == "no \"reason\"");
    CHECK(objects[0].find("on_path")->text == "true");
    CHECK(objects[2].find("on_path")->text == "false");
}

// What the program wrote about one message.
void check_consistent(const std::vector<SettingsNode>& objects, std::string_view message) {
    double steps_ns = 0;
    double unexplained_ns = 0;
    double magnitude_ns = 0;  // what the digits that are written leave out is a part of this
    std::set<std::string> names;
    const SettingsNode* sum = nullptr;
    const SettingsNode* lines = nullptr;
    for (const SettingsNode& object : objects) {
        if (object.find("breakdown")->text != message) continue;
        if (object.find("sum") != nullptr) sum = &object;
        if (object.find("lines") != nullptr) lines = &object;
        if (object.find("step") == nullptr) continue;
        const std::string name = object.find("step")->text;
        names.insert(name);
        if (object.find("on_path")->text == "true") steps_ns += number(object, "ns");
        magnitude_ns += std::abs(number(object, "ns"));
        if (name == "unexplained") unexplained_ns = number(object, "ns");
    }
    CHECK(names == std::set<std::string>{"raw_line", "bare_ring", "slot_ring", "tvf", "claim",
                                         "pending_credit", "timer_cancel", "turns", "dispatch",
                                         "received_counter", "timer_insert", "outcome_counters",
                                         "unexplained"});
    REQUIRE(sum != nullptr);
    REQUIRE(lines != nullptr);
    const double measured_ns = number(*sum, "measured_ns");
    CHECK(measured_ns > 0);
    // Numbers are written with six digits. Where threads wait for a CPU, steps are large and cancel each other.
    const double left_out_ns = 1e-5 * magnitude_ns;
    CHECK(std::abs(steps_ns - number(*sum, "explained_ns")) <= left_out_ns);
    CHECK(std::abs(steps_ns + unexplained_ns - measured_ns) <= left_out_ns);
    CHECK(unexplained_ns == doctest::Approx(number(*sum, "unexplained_ns")).epsilon(1e-3));
    CHECK((lines->find("reason") != nullptr || number(*lines, "moves_per_transaction") >= 2));
}

TEST_CASE("the program breaks both round trips down, and the steps add up to what was measured") {
    if (!choose_bench_cpus().ok()) {
        MESSAGE("skipped: two CPUs are needed");
        return;
    }
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "breakdown.jsonl";
    const auto output = run_program(PROSA_PROGRAM, {"bench", "--breakdown", "--quick", "--rounds=1",
                                                    "--duration=30ms", "--figures=" + file.string()});
    REQUIRE(output.ok());
    REQUIRE(output->exit_code == 0);
    CHECK(output->text.find("round trip of one_field") != std::string::npos);
    CHECK(output->text.find("lines moved per transaction, by instrumented accesses") != std::string::npos);
    const auto objects = objects_of(text_of(file));
    check_consistent(objects, "one_field");
    check_consistent(objects, "ten_fields");
    CHECK(output->text.find("256 under way") != std::string::npos);
    CHECK(number(objects.back(), "over_bare") > 0);
    CHECK(number(objects.back(), "bound_over_bare") > 0);
    CHECK(number(objects.back(), "bare_fields_ns") > 0);
}

TEST_CASE("the program measures a row for each number of reactors, in processes of their own") {
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "scale.jsonl";
    const auto output =
        run_program(PROSA_PROGRAM, {"bench", "--scale", "--quick", "--rounds=1", "--duration=30ms",
                                    "--reactors=2", "--reactors=5", "--figures=" + file.string()});
    REQUIRE(output.ok());
    REQUIRE(output->exit_code == 0);
    CHECK(output->text.find("idle CPU %") != std::string::npos);
    const auto rows = objects_of(text_of(file));
    REQUIRE(rows.size() == 2);
    CHECK(number(rows[0], "scale") == 2);
    CHECK(number(rows[1], "scale") == 5);
    CHECK(number(rows[1], "links") == 8);
    for (const SettingsNode& row : rows) {
        CHECK(number(row, "resident_bytes") > number(row, "instance_bytes"));
        CHECK(number(row, "turn_ns") > 0);
        CHECK(number(row, "publish_us") > 0);
        CHECK(number(row, "publish_worst_us") >= number(row, "publish_us"));
        CHECK(row.find("line_moves_per_transaction") != nullptr);
    }
    // A link from each to each other: 20 instead of 2, of 512 KiB.
    CHECK(number(rows[1], "instance_bytes") > number(rows[0], "instance_bytes") + 18 * 400'000);
}

TEST_CASE("what a run would not do, or could not end, is refused before it begins") {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"bench", "--breakdown", "--scale"},
          std::vector<std::string>{"bench", "--breakdown", "--html=/tmp/unused.html"},
          std::vector<std::string>{"bench", "--scale", "--figure=idle_cpu_percent"},
          std::vector<std::string>{"bench", "--figure=idle_cpu_percent", "--figures=/nowhere/figures.jsonl"},
          std::vector<std::string>{"bench", "--scale", "--reactors=65"},
          std::vector<std::string>{"bench", "--breakdown", "--duration=soon"}}) {
        const auto output = run_program(PROSA_PROGRAM, arguments);
        REQUIRE(output.ok());
        CHECK(output->exit_code == 2);
    }
}

TEST_CASE("a figure that does not exist leaves no file behind") {
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "figures.jsonl";
    const auto output =
        run_program(PROSA_PROGRAM, {"bench", "--figure=none_such", "--figures=" + file.string()});
    REQUIRE(output.ok());
    CHECK(output->exit_code == 2);
    CHECK_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace prosa::bench
