// All checks together, their report, and the program.
#include <doctest/doctest.h>

#include <set>

#include "apps/prosa/doctor/doctor_report.hpp"
#include "apps/prosa/exit_code.hpp"
#include "test/apps/prosa/child_program.hpp"
#include "test/apps/prosa/doctor/sample_machine.hpp"

namespace prosa::doctor {
namespace {

absl::StatusOr<double> near_by(int, int) { return 100.0; }

const std::vector<Finding> three = {
    {.check = "swap", .verdict = Verdict::ok, .found = "none", .why = "pages", .remedy = ""},
    {.check = "governor",
     .verdict = Verdict::warning,
     .found = "a \"b\"",
     .why = "slow",
     .remedy = "do this"},
    {.check = "tsc", .verdict = Verdict::unknown, .found = "hidden", .why = "clock", .remedy = "look there"},
};

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

}  // namespace

TEST_CASE("a machine that shows nothing is unknown, not an error") {
    const SampleMachine machine;
    const std::vector<Finding> findings = all_findings(machine.scope(), near_by);
    std::set<std::string_view> names;
    for (const Finding& finding : findings) {
        names.insert(finding.check);
        CHECK_FALSE(finding.found.empty());
        CHECK_FALSE(finding.why.empty());
        CHECK((finding.verdict == Verdict::ok) == finding.remedy.empty());
        CHECK(finding.verdict != Verdict::warning);
    }
    CHECK(names.size() == findings.size());
    CHECK(findings.size() == 22);
}

TEST_CASE("files of another form than expected are no crash") {
    SampleMachine machine;
    for (const char* path :
         {"/proc/interrupts", "/proc/self/cgroup", "/proc/self/limits", "/proc/self/status", "/proc/swaps",
          "/proc/stat", "/proc/cpuinfo", "/proc/cmdline", "/sys/devices/system/cpu/isolated",
          "/sys/devices/system/cpu/nohz_full", "/sys/devices/system/cpu/cpu2/topology/thread_siblings_list",
          "/sys/fs/cgroup/cpu.stat", "/sys/kernel/mm/transparent_hugepage/enabled",
          "/sys/devices/system/cpu/intel_pstate/no_turbo"})
        for (const char* text :
             {"", ":::", "CPU", "cpu2 1", "] [", "0::", "flags", "Max open files", "CapEff: x", "\n\n"}) {
            machine.file(path, text);
            CHECK(all_findings(machine.scope(), near_by).size() == 22);
        }
}

TEST_CASE("the report has a line for each check, and the remedy of what is not ok") {
    CHECK(report_text(three) ==
          "  ok       swap      none\n"
          "  warning  governor  a \"b\"\n"
          "           why: slow\n"
          "           remedy: do this\n"
          "  unknown  tsc       hidden\n"
          "           why: clock\n"
          "           remedy: look there\n"
          "\n"
          "  1 ok, 1 warning, 1 unknown\n");
}

TEST_CASE("the JSON report has all of it") {
    const SampleMachine machine;
    const std::string json = report_json(machine.scope(), three);
    CHECK(json.find("\"warnings\": 1,") != std::string::npos);
    CHECK(json.find("\"found\": \"a \\\"b\\\"\",") != std::string::npos);
    CHECK(json.find("\"remedy\": null") != std::string::npos);
    CHECK(json.find("\"remedy\": \"do this\"") != std::string::npos);
    CHECK(count(json, "\"verdict\": ") == 3);
}

TEST_CASE("the program looks at this machine and ends with 0, whatever it finds") {
    ChildProgram text({"doctor"});
    CHECK(text.wait() == exit_ok);
    CHECK(text.errors() == "");
    CHECK(text.output().find("  placement ") != std::string::npos);
    ChildProgram json({"doctor", "--json", "--cpus", "0"});
    CHECK(json.wait() == exit_ok);
    CHECK(count(json.output(), "\"check\": ") == 22);
    CHECK(json.output().find("not measured: needs two CPUs") != std::string::npos);
}

TEST_CASE("CPUs that do not exist, and lists that are none, are wrong usage") {
    for (const std::string list : {"", "x", "1-", "0,", "3-1", "100000", "0;1"}) {
        INFO(list);
        ChildProgram program({"doctor", "--cpus", list});
        CHECK(program.wait() == exit_usage);
        CHECK(program.output() == "");
        CHECK(program.errors() != "");
    }
}

}  // namespace prosa::doctor
