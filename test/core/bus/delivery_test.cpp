// The delivery contract, end to end: one outcome for every accepted request.
#include <doctest/doctest.h>

#include <atomic>
#include <csignal>

#include "test/core/bus/bus_support.hpp"
#include "test/core/bus/child_process.hpp"

namespace prosa::test {

TEST_CASE("a client's request is answered in place by a provider on another reactor") {
    BusMain main(options());
    REQUIRE(main.add_processor(
                    provider("echo", "ECHO", [](auto&, Request& request) { request.reply(request.body()); }))
                .ok());
    REQUIRE(main.start().ok());
    REQUIRE(main.wait_until_running(10 * ns_per_s));
    auto client = main.connect_client();
    const ServiceHandle echo = client->resolve("ECHO");
    REQUIRE(wait_for_provider(*client, echo));
    const std::string text = "hello";
    for (int i = 0; i < 1000; ++i) {
        const auto reply = client->call(echo, bytes_of(text));
        REQUIRE(reply.ok());
        REQUIRE(text_of(reply.body) == text);
    }
    client.reset();
    CHECK(main.stop_and_join("test") == 0);
}

TEST_CASE("a client that waits after a commit wakes the provider that sleeps") {
    InstanceOptions parked = options();
    parked.idle.mode = IdleMode::park;
    BusMain main(parked);
    REQUIRE(main.add_processor(
                    provider("echo", "ECHO", [](auto&, Request& request) { request.reply(request.body()); }))
                .ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle echo = client->resolve("ECHO");
    REQUIRE(wait_for_provider(*client, echo));
    int answers = 0;
    client->on_outcome([&](const Outcome& outcome) { answers += outcome.ok() ? 1 : 0; });
    const Nanos begin_ns = monotonic_now_ns();
    for (int i = 0; i < 100; ++i) {
        Claim claim = client->claim(echo, {.timeout_ns = 60 * ns_per_s});
        REQUIRE(static_cast<bool>(claim));
        claim.commit();
        while (answers == i) {
            client->wait(60 * ns_per_s);
            client->poll();
        }
    }
    CHECK(answers == 100);
    CHECK(monotonic_now_ns() - begin_ns < 60 * ns_per_s);  // one lost wake-up takes longer
}

TEST_CASE("a client may send while a claim of its own is open") {
    BusMain main(options());
    REQUIRE(main.add_processor(
                    provider("echo", "ECHO", [](auto&, Request& request) { request.reply(request.body()); }))
                .ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle echo = client->resolve("ECHO");
    REQUIRE(wait_for_provider(*client, echo));
    std::vector<std::string> answers;
    client->on_outcome([&](const Outcome& outcome) { answers.push_back(text_of(outcome.body)); });
    {
        Claim first = client->claim(echo);
        REQUIRE(static_cast<bool>(first));
        CHECK(static_cast<bool>(client->send(echo, bytes_of("second"))));
        std::memcpy(first.body().data, "first", 5);
        first.body().size_bytes = 5;
        first.commit();
    }
    REQUIRE(eventually([&] { return client->poll(), answers.size() == 2; }));
    CHECK(answers == std::vector<std::string>{"first", "second"});
}

TEST_CASE("a blocking call from a reactor ends the program, and says why") {
    const ChildResult child = run_child([] {
        BusMain main(options());
        std::unique_ptr<BusClient> client;
        (void)main.add_processor(
            provider("caller", "CALL", [&](auto&, Request&) { (void)client->call(no_service, {}); }));
        (void)main.start();
        client = main.connect_client();
        const ServiceHandle call = client->resolve("CALL");
        (void)wait_for_provider(*client, call);
        return client->call(call, {}).ok() ? 0 : 1;
    });
    CHECK(child.signal == SIGABRT);
    CHECK(child.output.find("a blocking call would stop everybody on this reactor") != std::string::npos);
}

// Queues on both sides, with reactors that sleep as soon as there is nothing: messages gather, and none is left behind.
TEST_CASE("bursts between reactors that park have one outcome each") {
    InstanceOptions parked = options();
    parked.bus.ring_slots = 256;
    parked.idle.mode = IdleMode::park;
    BusMain main(parked);
    constexpr std::uint64_t burst = 64;
    constexpr std::uint64_t total = 300 * burst;
    std::atomic<std::uint64_t> answered{0};
    std::atomic<std::uint64_t> failed{0};
    REQUIRE(main.add_processor(
                    provider("echo", "ECHO", [](auto&, Request& request) { request.reply(request.body()); }))
                .ok());
    REQUIRE(
        main
            .add_processor(definition(
                "sender",
                [&](LambdaProcessor& p) {
                    auto sent = std::make_shared<std::uint64_t>(0);
                    auto service = std::make_shared<ServiceHandle>();
                    const auto send_one = [sent, service, &failed](LambdaProcessor& self) {
                        ++*sent;
                        if (!self.bus().send(*service, bytes_of("x"))) failed.fetch_add(1);
                    };
                    const auto begin = [sent, service, send_one](LambdaProcessor& self) {
                        if (*sent == 0 && self.bus().has_provider(*service))
                            for (std::uint64_t i = 0; i < burst; ++i) send_one(self);
                    };
                    p.start = [service, begin](LambdaProcessor& self) {
                        *service = self.bus().resolve("ECHO");
                        begin(
                            self);  // the provider may be there already: on_service_table tells of later tables only
                        return absl::OkStatus();
                    };
                    p.table = begin;
                    p.outcome = [sent, send_one, &answered, &failed](LambdaProcessor& self,
                                                                     const Outcome& outcome) {
                        (outcome.ok() ? answered : failed).fetch_add(1);
                        if (*sent < total) send_one(self);
                    };
                }))
            .ok());
    REQUIRE(main.start().ok());
    CHECK(eventually([&] { return answered.load() + failed.load() == total; }, 60 * ns_per_s));
    CHECK(answered.load() == total);
    CHECK(main.stop_and_join("test") == 0);
}

TEST_CASE("a request that the handler leaves unanswered ends as dropped") {
    BusMain main(options());
    REQUIRE(main.add_processor(provider("silent", "SILENT", [](auto&, Request&) {})).ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle silent = client->resolve("SILENT");
    REQUIRE(wait_for_provider(*client, silent));
    CHECK(client->call(silent, {}).error == ServiceError::dropped);
}

TEST_CASE("a request to a service that nobody provides is refused as unreachable") {
    BusMain main(options());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    CHECK(client->call(client->resolve("NOBODY"), {}).error == ServiceError::unreachable);
}

TEST_CASE("a provider that throws drops its request and is restarted") {
    BusMain main(options());
    auto thrower = provider("thrower", "THROW", [](auto&, Request& request) {
        if (text_of(request.body()) == "throw") throw std::runtime_error("as asked");
        request.reply(request.body());
    });
    thrower.restart.period_ns = ns_per_ms;
    REQUIRE(main.add_processor(std::move(thrower)).ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle service = client->resolve("THROW");
    REQUIRE(wait_for_provider(*client, service));
    CHECK(client->call(service, bytes_of("throw")).error == ServiceError::dropped);
    REQUIRE(eventually([&] { return client->call(service, bytes_of("fine")).ok(); }));
    CHECK(main.report().processors.at(0).restarts == 1);
}

TEST_CASE("kept requests are answered later, in any order") {
    BusMain main(options());
    REQUIRE(main.add_processor(provider("keeper", "KEEP",
                                        [](LambdaProcessor& self, Request& request) {
                                            KeptRequest kept = request.keep();
                                            REQUIRE(kept);
                                            self.kept.push_back(std::move(kept));
                                            if (self.kept.size() < 200) return;
                                            while (!self.kept.empty()) {
                                                self.kept.back().reply(self.kept.back().body());
                                                self.kept.pop_back();
                                            }
                                        }))
                .ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle service = client->resolve("KEEP");
    REQUIRE(wait_for_provider(*client, service));
    std::vector<std::uint64_t> order;
    client->on_outcome([&](const Outcome& outcome) {
        REQUIRE(static_cast<int>(outcome.error) == 0);
        std::uint64_t value;
        std::memcpy(&value, outcome.body.data(), sizeof value);
        REQUIRE(value == outcome.token);
        order.push_back(value);
    });
    std::uint64_t sent = 0;
    while (sent < 200) {
        SendOptions send_options;
        send_options.token = sent;
        if (client->send(service, std::as_bytes(std::span(&sent, 1)), send_options))
            ++sent;
        else
            client->poll();
    }
    REQUIRE(eventually([&] {
        client->poll();
        return order.size() == 200;
    }));
    CHECK(order.front() == 199);
    CHECK(order.back() == 0);
}

TEST_CASE("a hanging provider's requests time out, and its late answers are counted and dropped") {
    BusMain main(options());
    std::atomic<bool> may_go{false};
    REQUIRE(main.add_processor(provider("slow", "SLOW",
                                        [&](auto&, Request& request) {
                                            while (!may_go) std::this_thread::yield();
                                            request.reply({});
                                        }))
                .ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle service = client->resolve("SLOW");
    REQUIRE(wait_for_provider(*client, service));
    CHECK(client->call(service, {}, 20 * ns_per_ms).error == ServiceError::timeout);
    may_go = true;
    REQUIRE(eventually([&] {
        client->poll();
        return client->caller().counters[CallerCounter::late].value() == 1;
    }));
}

TEST_CASE("bodies larger than a slot travel in pooled blocks, both ways, and the blocks come home") {
    BusMain main(options());
    REQUIRE(main.add_processor(
                    provider("echo", "ECHO", [](auto&, Request& request) { request.reply(request.body()); }))
                .ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle echo = client->resolve("ECHO");
    REQUIRE(wait_for_provider(*client, echo));
    std::string large(3000, 'x');
    for (int i = 0; i < 20'000; ++i) {
        large[static_cast<std::size_t>(i) % large.size()] = static_cast<char>('a' + i % 26);
        const auto reply = client->call(echo, bytes_of(large));
        REQUIRE(reply.ok());
        REQUIRE(text_of(reply.body) == large);
    }
    const std::string too_large(5000, 'x');
    CHECK(client->call(echo, bytes_of(too_large)).error == ServiceError::overloaded);
}

}  // namespace prosa::test
