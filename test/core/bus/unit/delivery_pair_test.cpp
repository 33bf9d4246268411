// Rings, credit, keeping and the outbox, seen from both ends of one link.
#include <doctest/doctest.h>

#include <csignal>

#include "test/core/bus/child_process.hpp"
#include "test/core/bus/unit/pair.hpp"

namespace prosa::test {
namespace {

TEST_CASE("a full request ring refuses, is counted, and keeps what it holds") {
    Pair pair;
    CHECK(pair.fill() == pair.options.ring_slots);
    CHECK(pair.send("y").refusal == ServiceError::overloaded);
    CHECK(pair.caller.count(CallerCounter::refused_ring) == 2);
    CHECK(pair.requester->pending_count() == pair.options.ring_slots);
    pair.settle();
    REQUIRE(pair.caller.seen.size() == pair.options.ring_slots);
    for (std::uint64_t i = 0; i < pair.options.ring_slots; ++i) CHECK(pair.caller.seen[i].token == i);
    CHECK(pair.credit_in_use() == 0);
    CHECK(pair.caller.count(CallerCounter::accepted) == pair.caller.count(CallerCounter::outcome_none));
}

TEST_CASE("no request is taken while the reply ring has no room for its answer") {
    Pair pair;
    pair.fill();
    CHECK(pair.serve() == 4);
    CHECK(pair.fill() == 4);
    CHECK(pair.serve() == 0);
    CHECK(pair.responder.is_blocked());
    CHECK(pair.callee.count(CalleeCounter::received) == 4);
    pair.settle();
    CHECK(pair.caller.seen.size() == 8);
    CHECK_FALSE(pair.responder.is_blocked());
}

TEST_CASE("answers of kept requests that find the ring full leave in order, before new requests are taken") {
    Pair pair;
    pair.callee.script = [&](Request& request) { pair.callee.hold(request); };
    for (int round = 0; round < 3; ++round) {
        pair.fill();
        pair.serve();
    }
    REQUIRE(pair.callee.held.size() == 12);
    for (KeptRequest& kept : pair.callee.held) CHECK(kept.reply(kept.body()));
    pair.callee.held.clear();
    CHECK(pair.responder.outbox_count() == 8);
    CHECK(pair.kept_blocks() == 8);
    pair.fill();
    CHECK(pair.serve() == 0);
    const auto received = pair.callee.count(CalleeCounter::received);
    CHECK(received == 12);
    pair.callee.script = nullptr;
    pair.settle();
    REQUIRE(pair.caller.seen.size() == 16);
    for (std::size_t i = 0; i < 16; ++i) CHECK(pair.caller.seen[i].token == i % 4);
    CHECK(pair.kept_blocks() == 0);
    CHECK(pair.callee.kept.value() == 0);
    CHECK(pair.callee.kept.high_water() == 12);
}

TEST_CASE("a batch stops taking requests as soon as an answer waits in the outbox") {
    Pair pair;
    pair.callee.script = [&](Request& request) { pair.callee.hold(request); };
    REQUIRE(pair.send("kept"));
    pair.serve();
    REQUIRE(pair.send("open"));
    REQUIRE(pair.send("next"));
    pair.callee.script = [&](Request& request) {
        Answer open = request.answer();
        for (KeptRequest& kept : pair.callee.held) kept.reply({});
        open.commit();
    };
    CHECK(pair.serve() == 1);
    CHECK(pair.responder.outbox_count() == 1);
    pair.settle();
    CHECK(pair.caller.count(CallerCounter::outcome_none) == 3);
}

TEST_CASE("queues on both sides drain without time passing, where time is given") {
    BusOptions roomy = tiny_options();
    roomy.ring_slots = 128;
    Pair pair(roomy);
    for (int lap = 0; lap < 20; ++lap) {
        const std::uint32_t sent = pair.fill();
        CHECK(sent == roomy.credit);
        pair.serve();
        CHECK(pair.requester->drain_replies() == sent);
    }
}

TEST_CASE("an answer that is still open after its handler ends the program, and says why") {
    const ChildResult child = run_child([] {
        Pair pair;
        pair.callee.script = [](Request& request) { (void)new Answer(request.answer()); };
        (void)pair.send("x");
        pair.serve();
        return 0;
    });
    CHECK(child.signal == SIGABRT);
    CHECK(child.output.find("an answer lives in one handler") != std::string::npos);
}

TEST_CASE("credit is bounded per provider and returns with the answer") {
    BusOptions options = tiny_options();
    options.credit = 3;
    Pair pair(options);
    CHECK(pair.fill() == 3);
    CHECK(pair.caller.count(CallerCounter::refused_credit) == 1);
    CHECK(pair.credit_in_use() == 3);
    pair.settle();
    CHECK(pair.credit_in_use() == 0);
    CHECK(pair.fill() == 3);
}

TEST_CASE("a timeout frees the requester but not the credit; the late answer returns it and is counted") {
    Pair pair;
    pair.callee.script = [&](Request& request) { pair.callee.hold(request); };
    REQUIRE(pair.send("x", 7, ns_per_ms));
    pair.serve();
    pair.set_now(2 * ns_per_ms);
    REQUIRE(pair.caller.seen.size() == 1);
    CHECK(pair.caller.seen[0].error == ServiceError::timeout);
    CHECK(pair.caller.seen[0].token == 7);
    CHECK(pair.requester->in_flight_count() == 0);
    CHECK(pair.requester->pending_count() == 1);
    CHECK(pair.credit_in_use() == 1);
    CHECK(pair.callee.held.front().reply({}));
    pair.settle();
    CHECK(pair.caller.seen.size() == 1);
    CHECK(pair.caller.count(CallerCounter::late) == 1);
    CHECK(pair.credit_in_use() == 0);
    CHECK(pair.requester->pending_count() == 0);
}

TEST_CASE(
    "a handler that hangs: every request times out once, those behind it are not started, each answer is "
    "late") {
    Pair pair;
    int started = 0;
    pair.callee.script = [&](Request& request) {
        ++started;
        pair.set_now(2 * ns_per_s);
        request.reply(request.body());
    };
    for (std::uint64_t i = 0; i < 4; ++i) REQUIRE(pair.send("x", i));
    pair.settle();
    CHECK(started == 1);
    REQUIRE(pair.caller.seen.size() == 4);
    CHECK(pair.caller.count(CallerCounter::accepted) == 4);
    CHECK(pair.caller.count(CallerCounter::outcome_timeout) == 4);
    CHECK(pair.caller.count(CallerCounter::late) == 4);
    CHECK(pair.callee.count(CalleeCounter::received) == 4);
    CHECK(pair.callee.count(CalleeCounter::answered_none) == 1);
    CHECK(pair.callee.count(CalleeCounter::answered_timeout) == 3);
    CHECK(pair.credit_in_use() == 0);
}

TEST_CASE("work whose deadline passed is not started") {
    Pair pair;
    REQUIRE(pair.send("x", 0, ns_per_ms));
    pair.callee.script = [](Request&) { FAIL("started"); };
    pair.responder.set_now(2 * ns_per_ms);
    pair.serve();
    CHECK(pair.callee.count(CalleeCounter::answered_timeout) == 1);
    pair.settle();
    CHECK(pair.caller.seen.at(0).error == ServiceError::timeout);
}

TEST_CASE("a reply that matches no pending request is counted and changes nothing") {
    Pair pair;
    REQUIRE(pair.send("x"));
    pair.settle();
    for (const std::uint32_t pending_index : {0U, 5U, 4'000'000U}) {
        MessageHeader& header = header_at(pair.link->replies.try_claim());
        const std::uint32_t sequence = header.sequence;
        header = MessageHeader{};
        header.sequence = sequence;
        header.id = 12345;
        header.pending_index = pending_index;
        header.kind = MessageKind::response;
        pair.link->replies.publish();
    }
    pair.settle();
    CHECK(pair.requester->duplicate_count() == 3);
    CHECK(pair.caller.seen.size() == 1);
    CHECK(pair.credit_in_use() == 0);
}

TEST_CASE("keep fails beyond kept_limit, and the handler can still answer at once") {
    BusOptions options = tiny_options();
    options.kept_limit = 2;
    Pair pair(options);
    pair.callee.script = [&](Request& request) {
        if (KeptRequest kept = request.keep())
            pair.callee.held.push_back(std::move(kept));
        else
            CHECK(request.fail(ServiceError::overloaded));
    };
    pair.fill();
    pair.settle();
    CHECK(pair.callee.held.size() == 2);
    CHECK(pair.callee.count(CalleeCounter::refused_keep) == 2);
    CHECK(pair.caller.count(CallerCounter::outcome_overloaded) == 2);
    pair.callee.held.clear();
    pair.settle();
    CHECK(pair.caller.count(CallerCounter::outcome_dropped) == 2);
    CHECK(pair.credit_in_use() == 0);
}

TEST_CASE("a second answer is refused and counted, to a borrowed and to a kept request") {
    Pair pair;
    pair.callee.script = [](Request& request) {
        CHECK(request.reply({}));
        CHECK_FALSE(request.reply({}));
        CHECK_FALSE(request.fail(ServiceError::dropped));
        CHECK_FALSE(static_cast<bool>(request.keep()));
    };
    REQUIRE(pair.send("x"));
    pair.settle();
    CHECK(pair.callee.count(CalleeCounter::refused_answer) == 2);
    CHECK(pair.callee.count(CalleeCounter::refused_keep) == 1);
    pair.callee.script = [](Request& request) {
        KeptRequest kept = request.keep();
        CHECK_FALSE(request.reply({}));
        CHECK(kept.reply({}));
        CHECK_FALSE(kept.reply({}));
    };
    REQUIRE(pair.send("x"));
    pair.settle();
    CHECK(pair.callee.count(CalleeCounter::refused_answer) == 4);
    CHECK(pair.caller.count(CallerCounter::outcome_none) == 2);
    CHECK(pair.requester->duplicate_count() == 0);
}

TEST_CASE("of two answers opened for one kept request the second commit is refused") {
    Pair pair;
    pair.callee.script = [&](Request& request) { pair.callee.hold(request); };
    REQUIRE(pair.send("x"));
    pair.serve();
    KeptRequest& kept = pair.callee.held.front();
    {
        Answer first = kept.answer();
        Answer second = kept.answer();
        first.commit();
        second.commit();
    }
    CHECK_FALSE(static_cast<bool>(kept));
    CHECK(pair.callee.count(CalleeCounter::refused_answer) == 1);
    pair.settle();
    CHECK(pair.caller.seen.size() == 1);
    CHECK(pair.kept_blocks() == 0);
    CHECK(pair.requester->duplicate_count() == 0);
}

TEST_CASE("an answer left uncommitted is no answer: the request is dropped") {
    Pair pair;
    pair.callee.script = [](Request& request) { CHECK(request.answer().body().reserve(500)); };
    REQUIRE(pair.send("x"));
    pair.settle();
    CHECK(pair.caller.seen.at(0).error == ServiceError::dropped);
    CHECK(pair.callee.count(CalleeCounter::answered_dropped) == 1);
    CHECK(pair.provider_blocks() == 0);
}

TEST_CASE("while an answer is open on the ring, a kept one waits behind it") {
    Pair pair;
    pair.callee.script = [&](Request& request) { pair.callee.hold(request); };
    REQUIRE(pair.send("kept", 1));
    pair.serve();
    pair.callee.script = [&](Request& request) {
        Answer open = request.answer();
        CHECK(pair.callee.held.front().reply(bytes_of("kept")));
        CHECK(pair.responder.outbox_count() == 1);
        CHECK(open.body().reserve(4));
        std::memcpy(open.body().data, "open", 4);
        open.body().size_bytes = 4;
        open.commit();
    };
    REQUIRE(pair.send("open", 2));
    pair.settle();
    REQUIRE(pair.caller.seen.size() == 2);
    CHECK(pair.caller.seen[0].body == "open");
    CHECK(pair.caller.seen[1].body == "kept");
}

TEST_CASE(
    "requests for an endpoint that closed are answered unreachable, those of the next incarnation are not") {
    Pair pair;
    REQUIRE(pair.send("old"));
    pair.responder.close_endpoint(pair.endpoint);
    const EndpointTag next = pair.responder.open_endpoint(pair.callee);
    CHECK(next != pair.endpoint);
    pair.settle();
    CHECK(pair.caller.seen.at(0).error == ServiceError::unreachable);
    CHECK(pair.responder.unreachable_count() == 1);
    CHECK(pair.callee.count(CalleeCounter::received) == 0);
    pair.provide("ECHO", 1, next);
    REQUIRE(pair.send("new"));
    pair.settle();
    CHECK(pair.caller.seen.at(1).body == "new");
    CHECK(pair.credit_in_use() == 0);
}

TEST_CASE("what is abandoned reports nothing and returns its credit with the answer") {
    Pair pair;
    pair.fill();
    pair.requester->abandon(pair.caller);
    CHECK(pair.requester->in_flight_count() == 0);
    CHECK(pair.caller.count(CallerCounter::abandoned) == 4);
    CHECK(pair.credit_in_use() == 4);
    pair.settle();
    CHECK(pair.caller.seen.empty());
    CHECK(pair.caller.count(CallerCounter::late) == 4);
    CHECK(pair.credit_in_use() == 0);
    CHECK(pair.requester->pending_count() == 0);
}

TEST_CASE("what a stop completes has its one outcome; answers that still come are late") {
    Pair pair;
    pair.fill();
    pair.requester->shut_down();
    CHECK(pair.caller.count(CallerCounter::outcome_shutting_down) == 4);
    CHECK(pair.send("x").refusal == ServiceError::shutting_down);
    pair.settle();
    CHECK(pair.caller.seen.size() == 4);
    CHECK(pair.caller.count(CallerCounter::late) == 4);
    CHECK(pair.credit_in_use() == 0);
}

TEST_CASE("pending entries bound what is unanswered") {
    BusOptions options = tiny_options();
    options.pending_limit = 2;
    Pair pair(options);
    CHECK(pair.fill() == 2);
    CHECK(pair.caller.count(CallerCounter::refused_memory) == 1);
    pair.settle();
    CHECK(pair.fill() == 2);
}

TEST_CASE("a handler's next request takes the place of the one whose outcome it handles") {
    BusOptions options = tiny_options();
    options.pending_limit = 1;
    Pair pair(options);
    std::uint64_t sent = 1;
    pair.caller.then = [&] {
        if (sent < 10) CHECK(pair.send("x", sent++));
    };
    REQUIRE(pair.send("x"));
    pair.settle();
    CHECK(pair.caller.seen.size() == 10);
    CHECK(pair.caller.count(CallerCounter::refused_memory) == 0);
    CHECK(pair.requester->pending_count() == 0);
    CHECK(pair.wheel.pending_count() == 0);
}

TEST_CASE("a service that was asked before is asked at whoever provides it now") {
    Pair pair;
    REQUIRE(pair.send("first"));
    pair.settle();
    ScriptedCallee other;
    const EndpointTag endpoint = pair.responder.open_endpoint(other);
    SUBCASE("another one beside it") {
        pair.provide("ECHO", 2, endpoint);
        for (int i = 0; i < 4; ++i) REQUIRE(pair.send("x"));
        pair.settle();
        CHECK(pair.callee.count(CalleeCounter::received) == 3);
        CHECK(other.count(CalleeCounter::received) == 2);
    }
    SUBCASE("another one instead") {
        pair.publisher.remove_provider(ProviderId{ProcessorId{1}, QueueId{0}});
        pair.provide("ECHO", 2, endpoint);
        REQUIRE(pair.send("x"));
        pair.settle();
        CHECK(other.count(CalleeCounter::received) == 1);
    }
    SUBCASE("its next incarnation") {
        pair.responder.close_endpoint(pair.endpoint);
        REQUIRE(pair.send("for the one before"));
        pair.settle();
        CHECK(pair.caller.count(CallerCounter::outcome_unreachable) == 1);
        pair.publisher.remove_provider(ProviderId{ProcessorId{1}, QueueId{0}});
        pair.endpoint = pair.responder.open_endpoint(pair.callee);
        pair.provide("ECHO", 1, pair.endpoint);
        REQUIRE(pair.send("x"));
        pair.settle();
        CHECK(pair.callee.count(CalleeCounter::received) == 2);
    }
    SUBCASE("no refusal is forgotten") {
        pair.requester->shut_down();
        CHECK(pair.send("x").refusal == ServiceError::shutting_down);
    }
}

TEST_CASE("nobody provides the service: refused and counted, nothing is taken") {
    Pair pair;
    pair.publisher.remove_provider(ProviderId{ProcessorId{1}, QueueId{0}});
    pair.publisher.publish_changes();
    pair.requester->refresh_table();
    CHECK(pair.send("x").refusal == ServiceError::unreachable);
    pair.service = no_service;
    CHECK(pair.send("x").refusal == ServiceError::unreachable);
    CHECK(pair.caller.count(CallerCounter::refused_unreachable) == 2);
    CHECK(pair.requester->pending_count() == 0);
}

}  // namespace
}  // namespace prosa::test
