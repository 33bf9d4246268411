// What the program prints: tables, JSON, lists.
#include <doctest/doctest.h>

#include <tuple>

#include "apps/prosa/json_writer.hpp"
#include "apps/prosa/latency_table.hpp"
#include "apps/prosa/list_command.hpp"
#include "apps/prosa/load_report.hpp"
#include "apps/prosa/text_table.hpp"
#include "apps/prosa/topology_command.hpp"
#include "core/base/clock.hpp"

namespace prosa {

TEST_CASE("a table aligns numbers to the right and text to the left") {
    TextTable table({"Name", "count", "why"});
    CHECK(table.empty());
    table.add({"a", "5", "short"});
    table.add({"longer", "1234567", "a longer reason"});
    CHECK(table.text() ==
          "  Name      count  why\n"
          "  a             5  short\n"
          "  longer  1234567  a longer reason\n");
}

TEST_CASE("a table shows what would steer a terminal") {
    TextTable table({"a\x1b[2J"});
    table.add({"b\u009bc\n"});
    CHECK(table.text() == "  a\\u001b[2J\n  b\\u009bc\\u000a\n");
}

TEST_CASE("a JSON document escapes text and has no number that is not one") {
    JsonWriter json;
    json.begin_object()
        .field("text", "a \"b\" \\ \n")
        .field("yes", true)
        .field("count", 18446744073709551615ULL);
    json.key("list").begin_array().value(1.5).value(1.0 / 0.0).null().begin_object().end_object().end_array();
    json.key("none").begin_array().end_array().end_object();
    CHECK(json.text() == R"({
  "text": "a \"b\" \\ \n",
  "yes": true,
  "count": 18446744073709551615,
  "list": [
    1.5,
    null,
    null,
    {}
  ],
  "none": []
}
)");
}

TEST_CASE("a latency table has a column per percentile and a dash where nothing was measured") {
    HdrHistogram empty;
    HdrHistogram one;
    one.record(5 * ns_per_us);
    const std::vector<double> percentiles = {50, 99.9, 100};
    CHECK(latency_table("Time", percentiles, {{"some", &one}, {"none", &empty}}) ==
          "  Time      p50    p99.9      max  count\n"
          "  some  5.00 us  5.00 us  5.00 us      1\n"
          "  none        -        -        -      0\n");
}

TEST_CASE("a load tells of values out of range") {
    const LoadArguments arguments;
    const std::vector<LoadThreshold> none;
    LoadMeasurement run;
    CHECK(load_text({arguments, run, none}).find("out of range") == std::string::npos);
    run.response_time.out_of_range_count = 3;
    run.service_time.out_of_range_count = 2;
    CHECK(load_text({arguments, run, none}).find("out of range: 3 response times, 2 service") !=
          std::string::npos);
    const std::string json = load_json({}, {{arguments, run, none}});
    CHECK(json.find("\"out_of_range\": 3") != std::string::npos);
    CHECK(json.find("\"out_of_range\": 2") != std::string::npos);
}

TEST_CASE("the list names kinds, their adaptors and the default") {
    ProcessorRegistry registry;
    ProcessorKind kind;
    kind.name = "stub";
    kind.description = "answers";
    kind.adaptors = {{"parrot", "says it again"}, {"rules", "by rules"}};
    REQUIRE(registry.add(kind).ok());
    CHECK(list_text(registry) ==
          "stub: answers\n  parrot           says it again (default)\n  rules            by rules\n");
}

TEST_CASE("the topology names what the machine lacks, with a remedy") {
    Topology topology;
    for (const auto& [cpu, core, is_allowed] : {std::tuple{0, 0, true}, {1, 0, true}, {2, 1, false}}) {
        Cpu& added = topology.cpus.emplace_back();
        added.cpu = cpu;
        added.core = core;
        added.is_allowed = is_allowed;
    }
    topology.quota_cpus = 1.5;
    const std::string text = topology_text(topology);
    for (const std::string_view part : {"allowed CPUs       0-1 (1 physical cores, with SMT siblings)",
                                        "can spin at once   1", "1.50 CPUs", "Remedy:"})
        CHECK_MESSAGE(text.find(part) != std::string::npos, part);
}

}  // namespace prosa
