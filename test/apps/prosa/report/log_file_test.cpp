#include "apps/prosa/report/log_file.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "apps/prosa/report/latency_report.hpp"
#include "core/settings/settings_source.hpp"
#include "core/stats/hgrm.hpp"
#include "test/apps/prosa/child_program.hpp"

namespace prosa {
namespace {

HdrHistogram histogram_with(std::int64_t value, std::uint64_t count, const HdrRange& range = {}) {
    HdrHistogram histogram(range);
    histogram.record_n(value, count);
    return histogram;
}

std::filesystem::path write_log(const TemporaryFolder& folder, std::string_view name, std::string_view tag,
                                const std::vector<HdrHistogram>& intervals) {
    const std::filesystem::path path = folder.path() / name;
    std::ofstream file(path);
    HlogWriter writer(file);
    writer.write_header({.title = "test", .start_ns = 0, .run_tags = {{"who", std::string(name)}}});
    Nanos start_ns = 0;
    for (const HdrHistogram& interval : intervals) {
        writer.write_interval(tag, start_ns, ns_per_s, interval);
        start_ns += ns_per_s;
    }
    return path;
}

LogFile read(const std::filesystem::path& path, std::int64_t unit_ns = 1) {
    auto file = read_log_file(path, unit_ns);
    REQUIRE_MESSAGE(file.ok(), message_of(file.status()));
    return *std::move(file);
}

}  // namespace

TEST_CASE("intervals of different ranges add up without losing a value") {
    LatencySeries series;
    series.add(histogram_with(900, 1, HdrRange{1, 1'000, 1}), 0);
    series.add(histogram_with(5'000'000, 2, HdrRange{1, 10'000'000, 3}), 4);
    series.add(histogram_with(40, 1, HdrRange{10, 50, 2}), 0);
    CHECK(series.total.total_count() == 4);
    CHECK(series.total.out_of_range_count() == 0);
    CHECK(series.out_of_range_count == 4);
    CHECK(series.total.max() == series.total.layout().highest_equivalent(5'000'000));
    CHECK(series.total.min() <= 40);
}

TEST_CASE("a log is read into one series for each tag, with its intervals") {
    const TemporaryFolder folder;
    const LogFile file =
        read(write_log(folder, "a.hlog", "", {histogram_with(10, 5), histogram_with(30, 1)}));
    CHECK(file.run_tags == RunTags{{"who", "a.hlog"}});
    REQUIRE(file.series.size() == 1);
    const LatencySeries& series = file.series[0];
    CHECK(series.total.total_count() == 6);
    REQUIRE(series.points.size() == 2);
    CHECK(series.points[1].start_s == 1);
    CHECK(series.points[1].per_second() == 1);
    CHECK(series.points[1].max == 30);
    CHECK(series.duration_s() == 2);
}

TEST_CASE("the tags of a log are UTF-8, whatever stood there") {
    const TemporaryFolder folder;
    const LogFile file = read(write_log(folder, "a.hlog", "\xff\u00fc\xfe", {histogram_with(10, 5)}));
    CHECK(file.series[0].name == "\ufffd\u00fc\ufffd");
}

TEST_CASE("values in another unit become nanoseconds") {
    const TemporaryFolder folder;
    const LogFile file = read(write_log(folder, "a.hlog", "", {histogram_with(250, 3)}), ns_per_ms);
    CHECK(file.series[0].total.value_at_percentile(50) == doctest::Approx(250e6).epsilon(0.001));
}

TEST_CASE("files stand side by side by name and tag, or are merged by tag") {
    const TemporaryFolder folder;
    std::vector<LogFile> files{read(write_log(folder, "a.hlog", "", {histogram_with(10, 5)})),
                               read(write_log(folder, "b.hlog", "", {histogram_with(20, 6)})),
                               read(write_log(folder, "c.hlog", "slow", {histogram_with(30, 7)}))};
    const auto both = *merged(files);
    REQUIRE(both.size() == 2);
    CHECK(both[0].name == "untagged");
    CHECK(both[0].total.total_count() == 11);
    CHECK(both[1].name == "slow");
    const auto apart = side_by_side(std::move(files));
    REQUIRE(apart.size() == 3);
    CHECK(apart[0].name == "a.hlog");
    CHECK(apart[2].name == "c.hlog slow");
}

TEST_CASE("a log of more values than can be counted is refused, alone and merged") {
    const TemporaryFolder folder;
    const HdrHistogram half = histogram_with(10, std::uint64_t{1} << 61);
    const auto fault =
        read_log_file(write_log(folder, "a.hlog", "x", {half, half, histogram_with(1, 1)}), 1).status();
    CHECK(message_of(fault) == "a.hlog: expected at most 2^62 values in all with the tag x");
    std::vector<LogFile> files{read(write_log(folder, "b.hlog", "", {half, half}))};
    CHECK(merged(files).ok());
    files.push_back(read(write_log(folder, "c.hlog", "", {histogram_with(1, 1)})));
    CHECK(message_of(merged(files).status()) == "expected at most 2^62 values in all");
}

TEST_CASE("a distribution is a series without intervals") {
    const TemporaryFolder folder;
    const LogFile file = read(folder.write("d.hgrm", hgrm_text(histogram_with(1'500, 9))));
    REQUIRE(file.series.size() == 1);
    CHECK(file.series[0].total.value_at_percentile(99) == 1'500);
    CHECK(file.series[0].points.empty());
}

TEST_CASE("the unit of a distribution is its own, else that of the call, else milliseconds") {
    const TemporaryFolder folder;
    const auto p50_of = [](const std::filesystem::path& path, std::optional<std::int64_t> unit_ns) {
        auto file = read_log_file(path, unit_ns);
        REQUIRE_MESSAGE(file.ok(), message_of(file.status()));
        return file->series[0].total.value_at_percentile(50);
    };
    const auto untold = folder.write("u.hgrm", "2.0 1.0 1\n");
    CHECK(p50_of(untold, std::nullopt) == doctest::Approx(2e6).epsilon(0.001));
    CHECK(p50_of(untold, 1'000) == doctest::Approx(2e3).epsilon(0.001));
    CHECK(p50_of(folder.write("t.hgrm", "#[Unit = s]\n2.0 1.0 1\n"), 1'000) ==
          doctest::Approx(2e9).epsilon(0.001));
}

TEST_CASE("what is no log is named") {
    const TemporaryFolder folder;
    const auto fault = [](const std::filesystem::path& path) {
        return message_of(read_log_file(path, 1).status());
    };
    CHECK(fault("/nowhere.hlog") == "/nowhere.hlog: cannot be read");
    CHECK(fault(folder.path()) == folder.path().string() + ": cannot be read");
    CHECK(fault(folder.write("e.hlog", "")) ==
          (folder.path() / "e.hlog").string() + ": no histogram is in it");
    CHECK(fault(folder.write("f.hlog", "\n1,2\n")).starts_with("f.hlog:2: "));
    CHECK(fault(folder.write("g.hgrm", "#[Unit = furlongs]\n1 1.0 1\n")) ==
          "g.hgrm: expected the unit ns, us, ms or s, got 'furlongs'");
}

TEST_CASE("the ninth line of a page differs from the first, in the drawings and in the legend") {
    LatencyReport report;
    report.percentiles = {50, 100};
    report.series.resize(9);
    for (LatencySeries& series : report.series) series.add(histogram_with(1'500, 3), 0);
    const std::string page = report_html(report);
    for (const std::string_view part : {"<path class=\"line s0 first\"", "<path class=\"line s0 dashed\"",
                                        "<i class=\"p0\">", "<i class=\"p0 dashed\">"})
        CHECK_MESSAGE(page.find(part) != std::string::npos, part);
}

TEST_CASE("the table, the CSV and the JSON of a report hold the same numbers") {
    LatencyReport report;
    report.title = "Latency";
    report.percentiles = {50, 100};
    report.run_tags = {{"commit", "say \"1,2\""}};
    report.warnings = {"cut off"};
    report.series.resize(1);
    report.series[0].name = "one";
    report.series[0].add_interval(0, 1, histogram_with(1'500, 3), 1);
    const std::string table = series_table(report);
    CHECK(table.find("p50           1.50 us\n") != std::string::npos);
    CHECK(table.find("out of range        1\n") != std::string::npos);
    const std::string csv = report_csv(report);
    CHECK(
        csv.starts_with("section,series,start_s,name,value\nreport,,,title,Latency\nreport,,,subtitle,\n"
                        "run_tag,,,commit,\"say \"\"1,2\"\"\"\n"));
    CHECK(csv.find("\nreport,,,warning,cut off\n") != std::string::npos);
    CHECK(csv.find("\ntotal,one,,p50_ns,1500\n") != std::string::npos);
    CHECK(csv.find("\ninterval,one,0.000,max_ns,1500\n") != std::string::npos);
    const std::string json = report_json(report);
    CHECK(json.find("\"p50\": 1500") != std::string::npos);
    CHECK(json.find("\"out_of_range\": 1") != std::string::npos);
}

TEST_CASE("the JSON of a report holds all of it") {
    LatencyReport report;
    report.title = "PAYMENT at 1k/s";
    report.subtitle = "const arrivals";
    report.percentiles = {50};
    report.facts = {{"sent", "999/s"}};
    report.outcomes = {{"run 1", {{"responses", 7}, {"timeout", 2}}}};
    report.variation = {{.series = "response time", .percentile = 99, .median = 30, .min = 20, .max = 40}};
    report.jitter = {.gaps = {}, .threshold_ns = 1'000, .watched_ns = 5'210, .note = "on CPU 3"};
    report.environment = {{"kernel", "6.1"}};
    report.warnings = {"no huge pages"};
    const auto read = parse_settings_yaml(report_json(report), "report");
    REQUIRE(read.ok());
    const auto text = [](const SettingsNode& node, std::string_view key) { return node.find(key)->text; };
    CHECK(text(*read, "title") == "PAYMENT at 1k/s");
    CHECK(text(*read, "subtitle") == "const arrivals");
    CHECK(text(*read->find("facts"), "sent") == "999/s");
    const SettingsNode& outcomes = read->find("outcomes")->children.front();
    CHECK(text(outcomes, "run") == "run 1");
    CHECK(text(*outcomes.find("counts"), "timeout") == "2");
    const SettingsNode& variation = read->find("variation")->children.front();
    CHECK(text(variation, "percentile") == "p99");
    CHECK(text(variation, "max") == "40");
    CHECK(text(*read->find("jitter"), "watched_ns") == "5210");
    CHECK(text(*read->find("jitter")->find("gaps_ns"), "count") == "0");
    CHECK(text(*read->find("environment"), "kernel") == "6.1");
    CHECK(read->find("warnings")->children.front().text == "no huge pages");
}

}  // namespace prosa
