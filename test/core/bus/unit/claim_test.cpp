// Several claims at once on one link: the first has the ring's slot, the others are built in blocks behind it.
#include <doctest/doctest.h>

#include <csignal>
#include <optional>

#include "test/core/bus/child_process.hpp"
#include "test/core/bus/unit/pair.hpp"

namespace prosa::test {
namespace {

void write(Claim& claim, const std::string& text) {
    REQUIRE(claim.body().reserve(static_cast<std::uint32_t>(text.size())));
    std::memcpy(claim.body().data, text.data(), text.size());
    claim.body().size_bytes = static_cast<std::uint32_t>(text.size());
}

struct ClaimPair : Pair {
    Claim claim() { return requester->claim(caller, service, {}); }
    std::vector<std::string> bodies() {
        settle();
        std::vector<std::string> made;
        for (const Seen& outcome : caller.seen) made.push_back(outcome.body);
        return made;
    }
    using Bodies = std::vector<std::string>;
};

TEST_CASE("a claim that goes out of scope sent nothing and holds nothing") {
    ClaimPair pair;
    {
        Claim claim = pair.claim();
        REQUIRE(static_cast<bool>(claim));
        write(claim, std::string(600, 'x'));
        CHECK(pair.requester_blocks() == 1);
    }
    CHECK(pair.requester->pending_count() == 0);
    CHECK(pair.requester_blocks() == 0);
    CHECK(pair.link->requests.peek() == nullptr);
    CHECK(pair.caller.count(CallerCounter::accepted) == 0);
}

TEST_CASE("a claim that is still open at the end of its turn ends the program, and says why") {
    const ChildResult child = run_child([] {
        ClaimPair pair;
        const Claim claim = pair.claim();
        pair.requester->end_turn();
        return 0;
    });
    CHECK(child.signal == SIGABRT);
    CHECK(child.output.find("a claim lives in one handler") != std::string::npos);
}

TEST_CASE("a second claim committed first follows the first") {
    ClaimPair pair;
    Claim first = pair.claim();
    Claim second = pair.claim();
    REQUIRE(static_cast<bool>(first));
    REQUIRE(static_cast<bool>(second));
    write(first, "first");
    write(second, "second");
    second.commit();
    CHECK(pair.link->requests.peek() == nullptr);
    first.commit();
    CHECK(pair.bodies() == ClaimPair::Bodies{"first", "second"});
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE("a second claim leaves when the first is aborted") {
    ClaimPair pair;
    std::optional<Claim> first(std::in_place, *pair.requester, pair.caller, pair.service, SendOptions{});
    Claim second = pair.claim();
    REQUIRE(static_cast<bool>(second));
    write(second, "second");
    second.commit();
    first.reset();
    CHECK(pair.bodies() == ClaimPair::Bodies{"second"});
}

TEST_CASE("claims of several open messages never promise more slots than there are") {
    ClaimPair pair;  // four slots
    std::vector<std::unique_ptr<Claim>> claims;
    for (int i = 0; i < 6; ++i) {
        auto claim = std::make_unique<Claim>(*pair.requester, pair.caller, pair.service, SendOptions{});
        if (!*claim) continue;
        write(*claim, std::to_string(i));
        claims.push_back(std::move(claim));
    }
    REQUIRE(claims.size() == 4);
    CHECK(pair.caller.count(CallerCounter::refused_ring) == 2);
    for (std::size_t i = 4; i-- > 0;) claims[i]->commit();
    CHECK(pair.bodies() == ClaimPair::Bodies{"0", "3", "2", "1"});
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE(
    "a slot promised to a staged message is not given to a claim that comes after the first was aborted") {
    ClaimPair pair;
    REQUIRE(pair.send("a"));
    REQUIRE(pair.send("b"));
    std::optional<Claim> first(std::in_place, *pair.requester, pair.caller, pair.service, SendOptions{});
    Claim staged = pair.claim();
    REQUIRE(static_cast<bool>(staged));
    write(staged, "staged");
    first.reset();
    Claim third = pair.claim();
    REQUIRE(static_cast<bool>(third));
    write(third, "third");
    CHECK_FALSE(static_cast<bool>(pair.claim()));
    third.commit();
    staged.commit();
    CHECK(pair.bodies() == ClaimPair::Bodies{"a", "b", "third", "staged"});
    CHECK(pair.requester_blocks() == 0);
}

TEST_CASE("an aborted staged claim gives its slot and its blocks back") {
    ClaimPair pair;
    Claim first = pair.claim();
    for (int i = 0; i < 20; ++i) {
        Claim staged = pair.claim();
        REQUIRE(static_cast<bool>(staged));
        write(staged, std::string(500, 's'));
    }
    CHECK(pair.requester_blocks() == 0);
    write(first, "first");
    first.commit();
    CHECK(pair.fill() == 3);
}

TEST_CASE("a claim stays good when the table changes while it is open") {
    ClaimPair pair;
    Claim claim = pair.claim();
    REQUIRE(static_cast<bool>(claim));
    write(claim, "kept its provider");
    pair.publisher.remove_provider(ProviderId{ProcessorId{1}, QueueId{0}});
    pair.publisher.publish_changes();
    pair.requester->refresh_table();
    pair.publisher.reclaim();
    CHECK(pair.cell.pinned_count() == 0);
    claim.commit();
    CHECK(pair.bodies() == ClaimPair::Bodies{"kept its provider"});
    CHECK(pair.credit_in_use() == 0);
}

TEST_CASE("a correlation id travels with the body, in a slot, in a block and in a kept request") {
    ClaimPair pair;
    pair.callee.script = [](Request& request) {
        CHECK(request.correlation() == 4711);
        KeptRequest kept = request.keep();
        CHECK(kept.correlation() == 4711);
        kept.reply(kept.body());
    };
    SendOptions options;
    options.correlation = 4711;
    for (const std::size_t size : {0U, 1U, 80U, 81U, 900U}) {
        const std::string body(size, 'c');
        REQUIRE(pair.requester->send(pair.caller, pair.service, bytes_of(body), options));
        CHECK(pair.bodies().back() == body);
    }
    CHECK(pair.requester_blocks() == 0);
    CHECK(pair.provider_blocks() == 0);
}

}  // namespace
}  // namespace prosa::test
