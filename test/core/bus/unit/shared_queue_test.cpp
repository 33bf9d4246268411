// Requests through one queue that several shards share, seen from a shard's responder.
#include <doctest/doctest.h>

#include "test/core/bus/unit/pair.hpp"

namespace prosa::test {
namespace {

struct SharedPair : Pair {
    explicit SharedPair(std::uint32_t capacity = 16, const BusOptions& given = tiny_options())
        : Pair(given), queue(std::make_shared<SharedQueue>(capacity, std::vector{provider_peer.id})) {
        responder.host_shared_queue(queue);
        responder.join_shared_queue(*queue, callee);
        service = provide("SHARED", 2, EndpointTag{}, queue);
    }
    std::shared_ptr<SharedQueue> queue;
};

TEST_CASE("a full shared queue refuses, and each aborted claim gives its place back") {
    SharedPair pair(3);
    CHECK(pair.fill() == 3);
    CHECK(pair.caller.count(CallerCounter::refused_ring) == 1);
    pair.settle();
    CHECK(pair.caller.count(CallerCounter::outcome_none) == 3);
    for (int i = 0; i < 10; ++i)
        CHECK(static_cast<bool>(pair.requester->claim(pair.caller, pair.service, {})));
    CHECK(pair.fill() == 3);
    pair.settle();
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE("messages that find the reply ring full wait in order") {
    SharedPair pair(16);
    for (std::uint64_t i = 0; i < 8; ++i) REQUIRE(pair.send("x", i));
    pair.serve();
    CHECK(pair.responder.is_blocked());
    CHECK(pair.callee.count(CalleeCounter::received) == 4);
    CHECK(pair.responder.waiting_count() == 4);
    pair.settle();
    CHECK(pair.responder.waiting_count() == 0);
    REQUIRE(pair.caller.seen.size() == 8);
    for (std::uint64_t i = 0; i < 8; ++i) CHECK(pair.caller.seen[i].token == i);
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE("a shared queue's message waits behind the answers that its requester has to take first") {
    SharedPair pair;
    pair.callee.script = [&](Request& request) { pair.callee.hold(request); };
    for (std::uint64_t i = 0; i < 6; ++i) REQUIRE(pair.send("x", i));
    pair.serve();
    for (KeptRequest& kept : pair.callee.held) kept.reply({});
    pair.callee.held.clear();
    REQUIRE(pair.responder.outbox_count() == 2);
    REQUIRE(pair.requester->drain_replies() == 4);
    pair.callee.script = nullptr;
    REQUIRE(pair.send("x", 6));
    pair.responder.serve_requests();  // the ring has room now, but none of it is the message's
    CHECK(pair.callee.count(CalleeCounter::received) == 6);
    pair.settle();
    REQUIRE(pair.caller.seen.size() == 7);
    for (std::uint64_t i = 0; i < 7; ++i) CHECK(pair.caller.seen[i].token == i);
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE("when the last shard leaves, what is queued and what comes later is answered unreachable") {
    SharedPair pair;
    REQUIRE(pair.send("before"));
    pair.responder.leave_shared_queue(*pair.queue, pair.callee);
    CHECK(pair.queue->shard_count() == 0);
    pair.settle();
    CHECK(pair.caller.seen.at(0).error == ServiceError::unreachable);
    REQUIRE(pair.send("after"));
    CHECK_FALSE(pair.responder.announce_sleep());  // nobody else will answer
    pair.responder.awaken();
    pair.settle();
    CHECK(pair.caller.seen.at(1).error == ServiceError::unreachable);
    CHECK(pair.responder.unreachable_count() == 2);
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE("a shard that left leaves the queue to the others, and may come back") {
    SharedPair pair;
    pair.queue->join();  // another reactor's shard
    pair.responder.leave_shared_queue(*pair.queue, pair.callee);
    REQUIRE(pair.send("x"));
    CHECK(pair.serve() == 0);
    CHECK(pair.responder.announce_sleep());
    pair.responder.awaken();
    pair.responder.join_shared_queue(*pair.queue, pair.callee);
    pair.settle();
    CHECK(pair.caller.seen.at(0).body == "x");
}

TEST_CASE("a message that overtakes its requester's link waits for it") {
    SharedPair pair;
    pair.attaches_at_once = false;
    REQUIRE(pair.send("first", 1));
    REQUIRE(pair.send("second", 2));
    CHECK(pair.serve() == 2);
    CHECK(pair.callee.count(CalleeCounter::received) == 0);
    CHECK(pair.responder.waiting_count() == 2);
    pair.responder.attach(pair.link);
    pair.settle();
    CHECK(pair.caller.count(CallerCounter::outcome_none) == 2);
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE("what a requester left in a shared queue keeps its link, and so its memory") {
    SharedPair pair;
    pair.queue->join();
    pair.responder.leave_shared_queue(*pair.queue, pair.callee);
    REQUIRE(pair.send(std::string(500, 'x')));
    pair.requester->remove_caller(pair.caller);
    pair.requester.reset();
    pair.responder.detach_closed();
    CHECK(pair.link.use_count() == 2);
    pair.responder.join_shared_queue(*pair.queue, pair.callee);
    pair.serve();
    CHECK(pair.callee.count(CalleeCounter::received) == 1);
    pair.responder.detach_closed();
    CHECK(pair.link.use_count() == 1);
}

TEST_CASE("what a requester left in a queue keeps its link where the shard has not joined yet, too") {
    Pair pair;
    const auto queue = std::make_shared<SharedQueue>(16, std::vector{pair.provider_peer.id});
    pair.responder.host_shared_queue(queue);
    queue->join();  // another reactor's shard, because of which the service is there
    pair.service = pair.provide("SHARED", 2, EndpointTag{}, queue);
    REQUIRE(pair.send(std::string(500, 'x')));
    pair.requester->remove_caller(pair.caller);
    pair.requester.reset();
    pair.responder.detach_closed();
    CHECK(pair.link.use_count() == 2);
    pair.responder.join_shared_queue(*queue, pair.callee);
    pair.serve();
    CHECK(pair.callee.count(CalleeCounter::received) == 1);
    CHECK(pair.responder.waiting_count() == 0);
    pair.responder.detach_closed();
    CHECK(pair.link.use_count() == 1);
}

}  // namespace
}  // namespace prosa::test
