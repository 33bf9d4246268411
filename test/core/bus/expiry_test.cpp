// Work whose deadline has passed is not started.
#include <doctest/doctest.h>

#include <atomic>

#include "test/core/bus/stepped_support.hpp"

namespace prosa::test {
namespace {

SendOptions within(Nanos timeout_ns) {
    SendOptions made;
    made.timeout_ns = timeout_ns;
    return made;
}

}  // namespace

TEST_CASE("a request that expired in the queue is not started, and its requester gets one timeout") {
    int handled = 0;
    Asker asker;
    SteppedInstance instance(stepped_options());
    instance.add(asker.definition("asker", {"S"}));
    instance.add(provider("provider", "S", [&](LambdaProcessor&, Request& request) {
        ++handled;
        request.reply({});
    }));
    REQUIRE(instance.start());
    for (int i = 0; i < 10; ++i) REQUIRE(asker.send(within(5 * ns_per_ms)));
    for (int i = 0; i < 20; ++i) REQUIRE(asker.send(within(50 * ns_per_ms)));
    instance.advance(10 * ns_per_ms);
    CHECK(handled == 20);
    CHECK(asker.count(ServiceError::timeout) == 10);
    CHECK(asker.count(ServiceError::none) == 20);
    CHECK(asker.seen.size() == 30);
    CHECK(instance.callee("provider", CalleeCounter::received) == 30);
    CHECK(instance.callee("provider", CalleeCounter::answered_timeout) == 10);
    CHECK(instance.callee("provider", CalleeCounter::answered_none) == 20);
    CHECK(instance.caller("asker", CallerCounter::outcome_timeout) == 10);
}

TEST_CASE("a request that is still in time at its deadline is started") {
    int handled = 0;
    Asker asker;
    SteppedInstance instance(stepped_options());
    instance.add(provider("provider", "S", [&](LambdaProcessor&, Request& request) {
        ++handled;
        request.reply({});
    }));
    instance.add(asker.definition("asker", {"S"}));
    REQUIRE(instance.start());
    REQUIRE(asker.send(within(5 * ns_per_ms)));
    instance.advance(5 * ns_per_ms);
    CHECK(handled == 1);
    CHECK(asker.seen.size() == 1);
}

TEST_CASE("the timeout of a kept request gives back its credit only when the answer comes") {
    Asker asker;
    LambdaProcessor* keeper = nullptr;
    InstanceOptions narrow = stepped_options();
    narrow.bus.credit = 3;
    SteppedInstance instance(narrow);
    instance.add(asker.definition("asker", {"S"}));
    instance.add(provider("keeper", "S", [&](LambdaProcessor& self, Request& request) {
        keeper = &self;
        self.kept.push_back(request.keep());
    }));
    REQUIRE(instance.start());
    for (int i = 0; i < 3; ++i) REQUIRE(asker.send(within(5 * ns_per_ms)));
    instance.settle();
    instance.advance(10 * ns_per_ms);
    CHECK(asker.count(ServiceError::timeout) == 3);
    CHECK(asker.send().refusal == ServiceError::overloaded);
    keeper->kept.clear();  // answers `dropped`
    instance.settle();
    CHECK(asker.seen.size() == 3);
    CHECK(instance.caller("asker", CallerCounter::late) == 3);
    CHECK(asker.send());
}

TEST_CASE("requests that wait behind a handler that blocks are not started once they expired") {
    InstanceOptions calm = options();
    calm.bus.hang_after_ns = 60 * ns_per_s;
    BusMain main(calm);
    std::atomic<bool> is_blocking{false}, may_go{false};
    std::atomic<int> started{0};
    REQUIRE(main.add_processor(provider("slow", "SLOW",
                                        [&](LambdaProcessor&, Request& request) {
                                            ++started;
                                            is_blocking = true;
                                            while (!may_go)
                                                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                            request.reply({});
                                        }))
                .ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle slow = client->resolve("SLOW");
    REQUIRE(wait_for_provider(*client, slow));
    int timeouts = 0, others = 0;
    client->on_outcome(
        [&](const Outcome& outcome) { ++(outcome.error == ServiceError::timeout ? timeouts : others); });
    REQUIRE(client->send(slow, {}, within(60 * ns_per_s)));
    REQUIRE(eventually([&] { return is_blocking.load(); }));
    for (int i = 0; i < 20; ++i) REQUIRE(client->send(slow, {}, within(10 * ns_per_ms)));
    REQUIRE(eventually([&] {
        client->poll();
        return timeouts == 20;
    }));
    may_go = true;
    REQUIRE(eventually([&] {
        client->poll();
        return client->caller().counters[CallerCounter::late].value() == 20;
    }));
    CHECK(started == 1);
    CHECK(timeouts == 20);
    CHECK(others == 1);
    const auto provider_now = main.report().processors.at(0).queues.at(0);
    CHECK(provider_now.callee[static_cast<std::size_t>(CalleeCounter::answered_timeout)] == 20);
}

}  // namespace prosa::test
