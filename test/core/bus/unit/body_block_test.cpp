// Bodies larger than a slot: pooled blocks that travel, and come home.
#include <doctest/doctest.h>

#include "test/core/bus/unit/pair.hpp"

namespace prosa::test {
namespace {

TEST_CASE("a body of every size around a slot's and a block's end arrives whole, both ways") {
    Pair pair;
    const std::uint32_t inline_max = pair.options.slot_bytes - header_bytes;
    const std::uint32_t block_max = pair.requester_peer.pools->bodies.payload_bytes();
    for (const std::uint32_t size : {0U, inline_max - 1, inline_max, inline_max + 1, block_max - 1, block_max}) {
        const std::string body(size, static_cast<char>('a' + size % 26));
        REQUIRE(pair.send(body));
        pair.settle();
        REQUIRE(pair.caller.seen.back().error == ServiceError::none);
        REQUIRE(pair.caller.seen.back().body == body);
    }
    CHECK(pair.requester_blocks() == 0);
    CHECK(pair.provider_blocks() == 0);
}

TEST_CASE("a body larger than a block is refused and counted, and leaves nothing behind") {
    Pair pair;
    const std::string body(pair.requester_peer.pools->bodies.payload_bytes() + 1, 'x');
    CHECK(pair.send(body).refusal == ServiceError::overloaded);
    CHECK(pair.caller.count(CallerCounter::refused_memory) == 1);
    CHECK(pair.requester->pending_count() == 0);
    CHECK(pair.requester_blocks() == 0);
    CHECK(pair.caller.count(CallerCounter::accepted) == 0);
}

TEST_CASE("an answer larger than a block becomes the error overloaded") {
    Pair pair;
    const std::string large(2000, 'x');
    pair.callee.script = [&](Request& request) { CHECK_FALSE(request.reply(bytes_of(large))); };
    REQUIRE(pair.send("x"));
    pair.settle();
    CHECK(pair.caller.seen.at(0).error == ServiceError::overloaded);
    CHECK(pair.callee.count(CalleeCounter::answered_overloaded) == 1);
}

TEST_CASE("a pool without blocks refuses large bodies; small ones still pass") {
    BusOptions options = tiny_options();
    options.pool_blocks = 2;
    Pair pair(options);
    const std::string large(500, 'x');
    CHECK(pair.fill(large) == 2);
    CHECK(pair.caller.count(CallerCounter::refused_memory) == 1);
    CHECK(pair.send("small"));
    pair.settle();
    CHECK(pair.caller.seen.size() == 3);
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE("a provider without blocks answers overloaded, which always fits") {
    BusOptions options = tiny_options();
    options.pool_blocks = 1;
    Pair pair(options);
    const std::string large(500, 'x');
    pair.callee.script = [&](Request& request) { request.reply(bytes_of(large)); };
    pair.fill();
    pair.serve();
    CHECK(pair.callee.count(CalleeCounter::answered_none) == 1);
    CHECK(pair.callee.count(CalleeCounter::answered_overloaded) == 3);
    pair.settle();
    CHECK(pair.caller.count(CallerCounter::outcome_overloaded) == 3);
    CHECK(pair.provider_blocks() == 0);
}

TEST_CASE("blocks come home in batches, and the rest when idle") {
    BusOptions options = tiny_options();
    options.ring_slots = 64;
    options.pool_blocks = 64;
    Pair pair(options);
    const std::string large(500, 'x');
    for (int i = 0; i < 40; ++i) REQUIRE(pair.send(large));
    pair.callee.script = [](Request& request) { request.reply({}); };
    pair.serve();
    CHECK(pair.requester_blocks() == 40);
    pair.requester->exchange_blocks();
    CHECK(pair.requester_blocks() == 8);
    pair.responder.exchange_blocks();
    pair.requester->exchange_blocks();
    CHECK(pair.requester_blocks() == 0);
    pair.settle();
    CHECK(pair.caller.seen.size() == 40);
}

TEST_CASE("a kept request's large body stays readable until its answer, then goes home") {
    Pair pair;
    pair.callee.script = [&](Request& request) { pair.callee.hold(request); };
    const std::string large(900, 'k');
    REQUIRE(pair.send(large));
    pair.settle();
    CHECK(text_of(pair.callee.held.front().body()) == large);
    CHECK(pair.requester_blocks() == 1);
    CHECK(pair.callee.held.front().reply(pair.callee.held.front().body()));
    pair.settle();
    CHECK(pair.caller.seen.at(0).body == large);
    CHECK(pair.requester_blocks() == 0);
    CHECK(pair.provider_blocks() == 0);
    CHECK(pair.kept_blocks() == 0);
}

TEST_CASE("late and abandoned answers send their blocks home, too") {
    Pair pair;
    pair.callee.script = [&](Request& request) { pair.callee.hold(request); };
    const std::string large(900, 'k');
    REQUIRE(pair.send(large, 0, ns_per_ms));
    pair.serve();
    pair.set_now(2 * ns_per_ms);
    REQUIRE(pair.callee.held.front().reply(bytes_of(large)));
    CHECK(pair.provider_blocks() == 1);
    pair.settle();
    CHECK(pair.caller.count(CallerCounter::late) == 1);
    CHECK(pair.provider_blocks() == 0);
    CHECK(pair.requester_blocks() == 0);
}

}  // namespace
}  // namespace prosa::test
