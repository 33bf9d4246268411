// Bodies larger than a slot: pooled blocks that travel, and come home.
#include <doctest/doctest.h>

#include "test/core/bus/unit/pair.hpp"

namespace prosa::test {
namespace {

TEST_CASE("a body of every size around a slot's and a block's end arrives whole, both ways") {
    Pair pair;
    const std::uint32_t inline_max = pair.options.slot_bytes - header_bytes;
    const std::uint32_t block_max = pair.requester_peer.pools->bodies.payload_bytes();
    for (const std::uint32_t size :
         {0U, inline_max - 1, inline_max, inline_max + 1, block_max - 1, block_max}) {
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

TEST_CASE("a claim for a body that needs a block is refused when none is left, and leaves nothing behind") {
    BusOptions options = tiny_options();
    options.pool_blocks = 1;
    Pair pair(options);
    REQUIRE(pair.send(std::string(500, 'x')));
    const std::uint64_t pending = pair.requester->pending_count();
    Claim refused = pair.requester->claim(pair.caller, pair.service, {.body_bytes_hint = 500});
    CHECK_FALSE(refused);
    CHECK(refused.refusal() == ServiceError::overloaded);
    CHECK(pair.caller.count(CallerCounter::refused_memory) == 1);
    CHECK(pair.requester->pending_count() == pending);
    CHECK(pair.send("small"));
    pair.settle();
    CHECK(pair.caller.seen.size() == 2);
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE("a claim for a body that no block can hold starts in the slot, and the writer finds out") {
    Pair pair;
    const std::uint32_t too_large = pair.requester_peer.pools->bodies.payload_bytes() + 1;
    Claim claim = pair.requester->claim(pair.caller, pair.service, {.body_bytes_hint = too_large});
    REQUIRE(claim);
    CHECK_FALSE(claim.body().reserve(too_large));
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

// A batch of the requester's blocks, freed by a provider that answers without a body.
struct FreedBatch : Pair {
    FreedBatch() : Pair(wide_options()) {
        callee.script = [](Request& request) { request.reply({}); };
        for (int i = 0; i < 40; ++i) REQUIRE(send(large));
        serve();
    }
    static BusOptions wide_options() {
        BusOptions made = tiny_options();
        made.ring_slots = made.pool_blocks = 64;
        return made;
    }
    const std::string large = std::string(500, 'x');
};

TEST_CASE("blocks come home in batches, and the rest when idle") {
    FreedBatch pair;
    CHECK(pair.requester_blocks() == 40);
    pair.requester->exchange_blocks();
    CHECK(pair.requester_blocks() == 8);
    pair.responder.exchange_blocks();
    pair.requester->exchange_blocks();
    CHECK(pair.requester_blocks() == 0);
    pair.settle();
    CHECK(pair.caller.seen.size() == 40);
}

TEST_CASE("blocks that come home keep their owner awake, replies or none") {
    FreedBatch pair;
    pair.requester->drain_all_replies();
    CHECK_FALSE(pair.requester->announce_sleep());
    pair.requester->awaken();
    pair.requester->exchange_blocks();
    CHECK(pair.requester->announce_sleep());
    pair.requester->awaken();
}

TEST_CASE("the provider's blocks that come home keep it awake, and wake it") {
    Pair pair(FreedBatch::wide_options());
    const std::string large(500, 'x');
    pair.callee.script = [&](Request& request) { request.reply(bytes_of(large)); };
    for (int i = 0; i < 40; ++i) REQUIRE(pair.send("x"));
    pair.serve();
    pair.requester->flush_wakes();
    REQUIRE(pair.responder.announce_sleep());
    pair.requester->drain_all_replies();
    pair.requester->flush_wakes();
    CHECK(pair.provider_peer.waker->wait(0).is_woken);
    pair.responder.awaken();
    CHECK_FALSE(pair.responder.announce_sleep());
    pair.responder.awaken();
    pair.responder.exchange_blocks();
    CHECK(pair.responder.announce_sleep());
    pair.responder.awaken();
}

TEST_CASE("who holds blocks whose owner has not taken those before says so") {
    FreedBatch pair;
    CHECK(pair.responder.holds_blocks());
    pair.responder.exchange_blocks();
    CHECK(pair.responder.holds_blocks());
    pair.requester->exchange_blocks();
    pair.responder.exchange_blocks();
    CHECK_FALSE(pair.responder.holds_blocks());
    pair.settle();
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
