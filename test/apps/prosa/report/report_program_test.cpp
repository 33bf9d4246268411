#include <doctest/doctest.h>

#include "apps/prosa/exit_code.hpp"
#include "test/apps/prosa/child_program.hpp"
#include "test/apps/prosa/example_files.hpp"
#include "test/apps/prosa/program_text.hpp"

namespace prosa {
namespace {

// The number behind the first `"key": ` after `after`.
std::string number_behind(const std::string& text, std::string_view after, std::string_view key) {
    const std::size_t at = text.find("\"" + std::string(key) + "\": ", text.find(after));
    const std::size_t begin = text.find(' ', at) + 1;
    return text.substr(begin, text.find_first_of(",\n", begin) - begin);
}

}  // namespace

TEST_CASE("a load's log and distribution hold what the load reported") {
    const TemporaryFolder folder;
    const auto path = [&folder](const char* name) { return (folder.path() / name).string(); };
    ChildProgram load({"load",
                       "-c",
                       payment_switch,
                       "--service",
                       "PAYMENT",
                       "--rate",
                       "1k",
                       "--duration",
                       "2s",
                       "--warmup",
                       "100ms",
                       "--input",
                       transactions,
                       "--json",
                       path("load.json"),
                       "--hlog",
                       path("load.hlog"),
                       "--hgrm",
                       path("load.hgrm"),
                       "--tag",
                       "commit=1a2b",
                       "--tag",
                       "a=b c"});
    const int exit_code = load.wait();
    INFO(load.errors());
    REQUIRE((exit_code == exit_ok || exit_code == exit_missed));
    ChildProgram report(
        {"report", path("load.hlog"), "--json", path("report.json"), "--csv", path("report.csv")});
    REQUIRE_MESSAGE(report.wait() == exit_ok, report.errors());
    const std::string measured = read_file(path("load.json"));
    const std::string read = read_file(path("report.json"));
    CHECK(contains(measured, "\"commit\": \"1a2b\""));
    CHECK(contains(read, "\"a\": \"b c\""));
    for (const char* key : {"count", "min", "p50", "p90", "p99", "p99.9", "max"}) {
        CHECK(number_behind(measured, "\"response_time_ns\"", key) ==
              number_behind(read, "\"untagged\"", key));
        CHECK(number_behind(measured, "\"service_time_ns\"", key) == number_behind(read, "\"service\"", key));
    }
    CHECK(contains(read_file(path("report.csv")), "\nrun_tag,,,commit,1a2b\n"));
    CHECK(contains(report.output(), "service"));
    CHECK(
        contains(read_file(path("load.hgrm")),
                 "Total count    = " +
                     std::string(12 - number_behind(measured, "\"response_time_ns\"", "count").size(), ' ') +
                     number_behind(measured, "\"response_time_ns\"", "count")));
}

TEST_CASE("a report of a broken log says where, and exits with 2") {
    const TemporaryFolder folder;
    ChildProgram report({"report", folder.write("a.hlog", "#[comment]\n1.0,1.0,1.0,abc\n")});
    CHECK(report.wait() == exit_usage);
    CHECK(report.errors() == "a.hlog:2: expected base64, a multiple of 4 characters, got 3\n");
    CHECK(report.output().empty());
}

TEST_CASE("a load with an output that cannot be written does not begin") {
    for (const char* output : {"--hlog", "--json", "--csv", "--html", "--hgrm"}) {
        ChildProgram load(
            {"load", "-c", payment_switch, "--service", "PAYMENT", "--rate", "1k", output, "/nowhere/a.out"});
        CHECK(load.wait() == exit_usage);
        CHECK(contains(load.errors(), "/nowhere/a.out: cannot be written"));
    }
}

TEST_CASE("a load with a wrong configuration leaves the log of an earlier one") {
    const TemporaryFolder folder;
    const std::string log = folder.write("a.hlog", "an hour's work");
    ChildProgram load({"load", "-c", folder.write("a.yml", "nmae: x\n"), "--service", "PAYMENT", "--rate",
                       "1k", "--hlog", log});
    CHECK(load.wait() == exit_usage);
    CHECK(read_file(log) == "an hour's work");
}

}  // namespace prosa
