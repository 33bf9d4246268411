#include <doctest/doctest.h>

#include "apps/prosa/bench/figure.hpp"
#include "bench/peers/peer.hpp"

namespace prosa::bench {
namespace {

constexpr PeerOrder few{
    .latency_ns = 10 * ns_per_s, .pipelined_ns = 10 * ns_per_s, .on_one_cpu_ns = ns_per_s, .count_max = 300};

BenchRun test_run() {
    BenchOptions options;
    options.is_quick = true;
    options.figures_file = std::filesystem::temp_directory_path() / "peers_test_figures.jsonl";
    return BenchRun(options);
}

void check_rows(const BenchRun& run, const PeerSource& source) {
    for (const PeerRow& row : source.rows()) {
        CAPTURE(row.name);
        CAPTURE(row.form);
        const auto measured = row.measure(run, few);
        REQUIRE_MESSAGE(measured.ok(), message_of(measured.status()));
        CHECK(measured->latency_count > 0);
        if (row.role != PeerRole::limit) CHECK(measured->latency_count <= few.count_max);
        CHECK(measured->p50_ns > 0);
        CHECK(measured->p999_ns >= measured->p50_ns);
    }
}

TEST_CASE("a message is known by its number, in every word") {
    PeerMessage message = PeerMessage::of(7);
    CHECK(message.is_of(7));
    CHECK_FALSE(message.is_of(8));
    for (std::uint64_t& word : message.words) {
        word ^= 1;
        CHECK_FALSE(message.is_of(7));
        word ^= 1;
    }
    message.number = 8;
    CHECK_FALSE(message.is_of(7));
}

TEST_CASE("every peer that is built returns each message, in each of its forms") {
    const BenchRun run = test_run();
    if (!run.cpus().ok()) {
        MESSAGE("skipped: ", message_of(run.cpus().status()));
        return;
    }
    for (const PeerSource& source : peer_sources()) {
        if (source.rows == limit_rows) continue;  // not ended by a count
        SUBCASE(source.name) {
            if (source.rows != nullptr)
                check_rows(run, source);
            else
                MESSAGE("skipped: package ", std::string(source.package), " is missing");
        }
    }
}

}  // namespace
}  // namespace prosa::bench
