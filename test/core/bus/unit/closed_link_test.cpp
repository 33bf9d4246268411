// A requester that goes: nothing waits for it for ever, and what the provider lent comes back.
#include <doctest/doctest.h>

#include "test/core/bus/unit/pair.hpp"

namespace prosa::test {
namespace {

void leave(Pair& pair) {
    pair.requester->remove_caller(pair.caller);
    pair.requester.reset();
}

TEST_CASE("answers for a requester that is gone give back their kept and body blocks") {
    Pair pair;
    const std::string large(500, 'x');
    pair.callee.script = [&](Request& request) { pair.callee.hold(request); };
    for (int round = 0; round < 2; ++round) {
        pair.fill();
        pair.serve();
    }
    leave(pair);
    pair.responder.detach_closed();
    CHECK(pair.link.use_count() == 2);  // kept requests still point to it
    for (KeptRequest& kept : pair.callee.held) CHECK(kept.reply(bytes_of(large)));
    CHECK(pair.responder.outbox_count() == 4);
    CHECK(pair.provider_blocks() == 8);
    pair.responder.detach_closed();
    CHECK(pair.responder.outbox_count() == 0);
    CHECK(pair.provider_blocks() == 0);
    CHECK(pair.kept_blocks() == 0);
    CHECK(pair.link.use_count() == 1);
}

TEST_CASE("requests of a requester that is gone are served or left, and the link is freed") {
    Pair pair;
    pair.fill();
    pair.serve();
    pair.fill();
    leave(pair);
    for (int turn = 0; turn < 3; ++turn) {
        pair.serve();
        pair.responder.detach_closed();
    }
    CHECK_FALSE(pair.responder.is_blocked());
    CHECK(pair.link.use_count() == 1);
}

TEST_CASE("blocks on their way home when the requester goes arrive") {
    BusOptions options = tiny_options();
    options.ring_slots = 64;
    options.pool_blocks = 64;
    Pair pair(options);
    const std::string large(500, 'x');
    pair.callee.script = [&](Request& request) { request.reply(bytes_of(large)); };
    for (int i = 0; i < 40; ++i) REQUIRE(pair.send("x"));
    pair.serve();
    pair.requester->drain_replies();
    CHECK(pair.provider_blocks() == 40);  // 32 in the mailbox, 8 still with the requester
    leave(pair);
    pair.responder.detach_closed();
    CHECK(pair.provider_blocks() == 0);
    CHECK(pair.link.use_count() == 1);
}

}  // namespace
}  // namespace prosa::test
