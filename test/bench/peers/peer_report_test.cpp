#include "bench/peers/peer_report.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

namespace prosa::bench {
namespace {

constexpr RoundLimits limits{.wanted_count = 2, .attempts_max = 4};
constexpr Placement placement;

MeasuredPeer peer_of(const char* name, PeerRole role, double p50_ns, double raw_ns = 120) {
    MeasuredPeer peer{{name, "busy", role, nullptr}, RoundSeries(placement, limits), ""};
    for (int i = 0; i < 2; ++i)
        peer.series.add({.raw_before_ns = raw_ns,
                         .raw_after_ns = raw_ns,
                         .kind = peer.series.kind_between(raw_ns, raw_ns),
                         .values = {p50_ns, 2 * p50_ns, p50_ns / raw_ns, 1e6, 2e6, 51},
                         .failure = ""});
    return peer;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("the figure compares the fastest bus with ours") {
    const std::vector<MeasuredPeer> peers{
        peer_of("ours", PeerRole::own, 200), peer_of("slow", PeerRole::bus, 4000),
        peer_of("fast", PeerRole::bus, 1000), peer_of("queue", PeerRole::other, 100),
        peer_of("java", PeerRole::disruptor, 220)};
    const auto figures = peer_figures(peers, placement, limits);
    REQUIRE(figures.size() == 2);
    CHECK(figures[0].result.value == 5.0);
    CHECK(figures[0].result.note == "fast, busy");
    CHECK(figures[1].result.value == doctest::Approx(1.1));
}

TEST_CASE("a pair of samples at two placements does not count") {
    const std::vector<MeasuredPeer> peers{peer_of("ours", PeerRole::own, 200, 105),
                                          peer_of("peer", PeerRole::bus, 1000, 150)};
    const auto figures = peer_figures(peers, placement, limits);
    CHECK_FALSE(figures[0].result.value.has_value());
    CHECK(figures[0].result.reason == "no valid placement");
}

TEST_CASE("a sample is compared with the nearest of ours at its placement") {
    MeasuredPeer own = peer_of("ours", PeerRole::own, 100, 105);
    for (const double raw_ns : {150.0, 150.0})
        own.series.add({.raw_before_ns = raw_ns,
                        .raw_after_ns = raw_ns,
                        .kind = RoundKind::counted,
                        .values = {200, 400, 1.3, 1e6, 2e6, 51},
                        .failure = ""});
    const auto figures = peer_figures({own, peer_of("peer", PeerRole::bus, 1000, 150)}, placement, limits);
    CHECK(figures[0].result.value == 5.0);
}

TEST_CASE("a slower peer does not stand for the fastest when that has too few pairs") {
    const auto figures =
        peer_figures({peer_of("ours", PeerRole::own, 200, 105), peer_of("fast", PeerRole::bus, 1000, 150),
                      peer_of("slow", PeerRole::bus, 9000, 105)},
                     placement, limits);
    CHECK_FALSE(figures[0].result.value.has_value());
    CHECK(figures[0].result.note.find("fast, busy") != std::string::npos);
}

TEST_CASE("at another placement the figure is null and the ratio stands beside") {
    const std::vector<MeasuredPeer> peers{peer_of("ours", PeerRole::own, 200, 60),
                                          peer_of("peer", PeerRole::bus, 1000, 60)};
    const auto figures = peer_figures(peers, placement, limits);
    CHECK_FALSE(figures[0].result.value.has_value());
    CHECK(figures[0].result.value_other_placement == 5.0);
}

TEST_CASE("without a peer of its kind a figure says why it has no value") {
    const auto figures = peer_figures({peer_of("ours", PeerRole::own, 200)}, placement, limits);
    CHECK_FALSE(figures[0].result.value.has_value());
    CHECK_FALSE(figures[0].result.reason.empty());
}

TEST_CASE("the table names the package of a peer that was not built") {
    const std::string text =
        peer_table_text({peer_of("ours", PeerRole::own, 200)}, {{"Other", "libother-dev", nullptr}});
    CHECK(contains(text, "1.67"));
    CHECK(contains(text, "51"));
    CHECK(contains(text, "Other: not built: package libother-dev"));
}

TEST_CASE("the figures take the place of their own lines in the file, and leave the others") {
    const auto path = std::filesystem::temp_directory_path() / "peer_report_test.jsonl";
    std::ofstream(path) << "{\"figure\": \"other\", \"value\": 1}\n"
                        << "{\"figure\": \"disruptor_p50_over_roundtrip_1field\", \"value\": 77}\n";
    const auto figures = peer_figures({}, placement, limits);
    REQUIRE(replace_figures(path, figures, true).ok());
    REQUIRE(replace_figures(path, figures, true).ok());
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    std::filesystem::remove(path);
    CHECK(contains(text.str(), "{\"figure\": \"other\", \"value\": 1}\n"));
    CHECK_FALSE(contains(text.str(), "77"));
    const std::string line_start = "{\"figure\": \"disruptor_p50";
    CHECK(text.str().find(line_start) == text.str().rfind(line_start));
}

}  // namespace
}  // namespace prosa::bench
