#include "apps/prosa/bench/bench_forms.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "test/support/temporary_folder.hpp"

namespace prosa::bench {
namespace {

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("a page and a text for each distribution are made from the log of a run") {
    const test::TemporaryFolder folder;
    const std::string path = (folder.path() / "run.hlog").string();
    const auto log = BenchLog::create(path);
    REQUIRE(log.ok());
    (*log)->begin_figure("echo_over_bare");
    LatencyRun run;
    for (Nanos value = 200; value < 300; ++value) run.latency.record(value);
    run.elapsed_ns = ns_per_s;
    (*log)->add("", run);
    (*log)->add(".bare", run);
    REQUIRE((*log)->close().ok());

    BenchOptions options;
    options.html = (folder.path() / "page.html").string();
    options.hgrm = (folder.path() / "texts").string();
    FigureResult result;
    result.value = 1.25;
    REQUIRE(write_forms(options, path,
                        std::vector{MeasuredFigure{{"echo_over_bare", "ratio", "an echo"}, result}})
                .ok());
    const std::string page = text_of(*options.html);
    CHECK(page.find("1.25 ratio") != std::string::npos);
    CHECK(page.find("echo_over_bare.bare") != std::string::npos);
    CHECK(page.find("<svg") != std::string::npos);
    for (const char* const name : {"echo_over_bare.hgrm", "echo_over_bare.bare.hgrm"})
        CHECK(text_of(folder.path() / "texts" / name).find("Total count    =          100") !=
              std::string::npos);
}

TEST_CASE("a run without distributions has no page, and says so") {
    const test::TemporaryFolder folder;
    const std::string path = (folder.path() / "run.hlog").string();
    const auto log = BenchLog::create(path);
    REQUIRE(log.ok());
    REQUIRE((*log)->close().ok());
    BenchOptions options;
    options.html = (folder.path() / "page.html").string();
    CHECK_FALSE(write_forms(options, path, {}).ok());
}

}  // namespace
}  // namespace prosa::bench
