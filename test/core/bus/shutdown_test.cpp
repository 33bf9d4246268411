// The coordinated stop: work in flight ends first, nothing accepted is left without an outcome.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "test/core/bus/shutdown_support.hpp"

namespace prosa::test {
namespace {

// Keeps each request until the answer of `to` comes.
ProcessorDefinition forwarder(std::string service, std::string to) {
    return definition("forwarder", [service = std::move(service), to = std::move(to)](LambdaProcessor& p) {
        p.start = [service, to](LambdaProcessor& self) {
            self.bus().add_services({service});
            (void)self.bus().resolve(to);
            return absl::OkStatus();
        };
        p.request = [to](LambdaProcessor& self, Request& request) {
            SendOptions send_options;
            send_options.token = self.kept.size();
            self.kept.push_back(request.keep());
            if (!self.bus().send(self.bus().resolve(to), request.body(), send_options))
                self.kept.back().drop();
        };
        p.outcome = [](LambdaProcessor& self, const Outcome& outcome) {
            KeptRequest& kept = self.kept.at(outcome.token);
            if (outcome.ok())
                kept.reply(outcome.body);
            else
                kept.fail(outcome.error);
        };
    });
}

}  // namespace

TEST_CASE("nested calls in flight complete before the instance stops, new ones from outside are refused") {
    BusMain main(patient_options());
    REQUIRE(main.add_processor(slow_provider("SLOW", 200 * ns_per_ms)).ok());
    REQUIRE(main.add_processor(forwarder("FRONT", "SLOW")).ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle front = client->resolve("FRONT");
    REQUIRE(wait_for_provider(*client, front));
    REQUIRE(wait_for_provider(*client, client->resolve("SLOW")));
    Tally tally(*client);
    REQUIRE(send_all(*client, front, 50));
    main.stop("test");
    CHECK(client->send(front, bytes_of("late")).refusal == ServiceError::shutting_down);
    CHECK(client->call(front, bytes_of("late")).error == ServiceError::shutting_down);
    CHECK(eventually([&] {
        client->poll();
        return tally.total == 50;
    }));
    CHECK(tally.by_error[ServiceError::none] == 50);
    CHECK(main.join() == 0);
    CHECK(main.report().phase == "stopped");
}

TEST_CASE("a second stop makes the timeout now: what is left ends as shutting_down, once") {
    BusMain main(patient_options());
    std::atomic<int> shutting_down{0}, others{0};
    REQUIRE(main.add_processor(provider("keeper", "KEEP", keep_for_ever)).ok());
    REQUIRE(
        main.add_processor(definition("asker",
                                      [&](LambdaProcessor& p) {
                                          p.start = [](LambdaProcessor& self) {
                                              self.bus().set_timer(self.bus().now_ns(), 0);
                                              (void)self.bus().resolve("KEEP");
                                              return absl::OkStatus();
                                          };
                                          p.timer = [](LambdaProcessor& self, std::uint64_t sent) {
                                              const ServiceHandle keep = self.bus().resolve("KEEP");
                                              while (sent < 100 && self.bus().send(keep, bytes_of("x")))
                                                  ++sent;
                                              if (sent < 100)
                                                  self.bus().set_timer(self.bus().now_ns() + ns_per_ms, sent);
                                          };
                                          p.outcome = [&](LambdaProcessor&, const Outcome& outcome) {
                                              ++(outcome.error == ServiceError::shutting_down ? shutting_down
                                                                                              : others);
                                          };
                                      }))
            .ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle keep = client->resolve("KEEP");
    REQUIRE(wait_for_provider(*client, keep));
    Tally tally(*client);
    REQUIRE(send_all(*client, keep, 30));
    REQUIRE(eventually([&] { return received_by(main, 0) == 130; }));
    main.stop("first");
    CHECK_FALSE(main.join_for(50 * ns_per_ms));
    main.stop("second");
    CHECK(main.join() == 0);
    CHECK(shutting_down == 100);
    CHECK(others == 0);
    while (client->poll()) {
    }
    CHECK(tally.total == 30);
    CHECK(tally.by_error[ServiceError::shutting_down] + tally.by_error[ServiceError::dropped] == 30);
    CHECK(client->in_flight_count() == 0);
}

TEST_CASE("at shutdown_timeout, what is left ends as shutting_down without a second stop") {
    InstanceOptions brief = patient_options();
    brief.bus.shutdown_timeout_ns = 50 * ns_per_ms;
    BusMain main(brief);
    REQUIRE(main.add_processor(provider("keeper", "KEEP", keep_for_ever)).ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle keep = client->resolve("KEEP");
    REQUIRE(wait_for_provider(*client, keep));
    Tally tally(*client);
    REQUIRE(send_all(*client, keep, 10));
    CHECK(main.stop_and_join("test") == 0);
    while (client->poll()) {
    }
    CHECK(tally.total == 10);
    CHECK(client->in_flight_count() == 0);
}

TEST_CASE("a client may outlive its instance, and is refused from then on") {
    std::unique_ptr<BusClient> client;
    ServiceHandle echo = no_service;
    {
        BusMain main(options());
        REQUIRE(
            main.add_processor(provider("echo", "ECHO", [](auto&, Request& r) { r.reply(r.body()); })).ok());
        REQUIRE(main.start().ok());
        client = main.connect_client();
        echo = client->resolve("ECHO");
        REQUIRE(wait_for_provider(*client, echo));
        REQUIRE(client->call(echo, bytes_of("x")).ok());
    }
    CHECK(client->call(echo, bytes_of("x")).error == ServiceError::shutting_down);
    CHECK(client->send(echo, bytes_of("x")).refusal == ServiceError::shutting_down);
    CHECK(client->claim(echo).refusal() == ServiceError::shutting_down);
    CHECK_FALSE(client->poll());
    client->close();
}

TEST_CASE(
    "a client that goes with requests in flight delivers them as shutting_down, and leaves nothing behind") {
    BusMain main(patient_options());
    REQUIRE(main.add_processor(slow_provider("SLOW", 50 * ns_per_ms)).ok());
    REQUIRE(main.start().ok());
    // More answers than a reply ring holds, and large ones: nobody takes them.
    const std::string large(3000, 'x');
    for (int round = 0; round < 3; ++round) {
        auto client = main.connect_client();
        const ServiceHandle slow = client->resolve("SLOW");
        REQUIRE(wait_for_provider(*client, slow));
        Tally tally(*client);
        for (int sent = 0; sent < 300;) {
            if (client->send(slow, bytes_of(sent % 2 == 0 ? large : "x")))
                ++sent;
            else
                client->poll();  // a slow machine: answers that nobody takes hold up what follows
        }
        client->close();
        CHECK(tally.total == 300);
        CHECK(tally.by_error[ServiceError::shutting_down] + tally.by_error[ServiceError::none] == 300);
        CHECK(client->send(slow, bytes_of("x")).refusal == ServiceError::shutting_down);
    }
    CHECK(eventually([&] {
        const auto reactor = main.report().reactors.at(0);
        return reactor.kept_blocks == 0 && reactor.outbox == 0;
    }));
    CHECK(main.stop_and_join("test") == 0);  // comes to rest long before shutdown_timeout
}

TEST_CASE("a client that goes while its requests wait in a shared queue leaves nothing behind") {
    for (int round = 0; round < 20; ++round) {
        BusMain main(patient_options());
        auto sharded = provider("sharded", "S", [](auto&, Request& r) { r.reply(r.body()); });
        sharded.threads = 3;
        sharded.queue = QueueMode::shared;
        REQUIRE(main.add_processor(std::move(sharded)).ok());
        REQUIRE(main.start().ok());
        for (int clients = 0; clients < 4; ++clients) {
            auto client = main.connect_client();
            const ServiceHandle service = client->resolve("S");
            REQUIRE(wait_for_provider(*client, service));
            for (int i = 0; i < 50 + clients; ++i) (void)client->send(service, bytes_of("x"));
        }
        CHECK(main.stop_and_join("test") == 0);
    }
}

TEST_CASE("an instance that was never started stops at once, and one that is stopped refuses processors") {
    BusMain main(options());
    CHECK(main.stop_and_join("test") == 0);
    CHECK_FALSE(main.add_processor(provider("late", "LATE", keep_for_ever)).ok());
    CHECK(main.report().phase == "stopped");
}

TEST_CASE("an instance starts once, and not after its stop") {
    BusMain main(options());
    REQUIRE(main.start().ok());
    CHECK(main.start().code() == absl::StatusCode::kFailedPrecondition);
    CHECK(main.stop_and_join("test") == 0);
    BusMain stopped(options());
    stopped.stop("before its start");
    CHECK(stopped.start().code() == absl::StatusCode::kFailedPrecondition);
    CHECK(stopped.join() == 0);
    CHECK(stopped.report().reactors.empty());
}

TEST_CASE("a report may be asked for at any moment of the start") {
    for (int round = 0; round < 50; ++round) {
        BusMain main(options());
        for (const char* const name : {"a", "b", "c", "d"})
            REQUIRE(main.add_processor(provider(name, name, keep_for_ever)).ok());
        std::atomic<bool> has_started{false};
        std::thread observer([&] {
            while (!has_started) CHECK(main.report().processors.size() == 4);
        });
        CHECK(main.start().ok());
        has_started = true;
        observer.join();
        CHECK(main.stop_and_join("test") == 0);
    }
}

// Requests time out behind a handler that blocks until the instance stops; the stop does not wait for it, so some are
// never taken, and its own answer comes when its requester's reactor has ended.
TEST_CASE("what a stop overtakes is accounted for on both sides") {
    InstanceOptions brief = options();
    brief.bus.shutdown_timeout_ns = 20 * ns_per_ms;
    brief.bus.call_timeout_ns = 150 * ns_per_ms;  // half of what the provider takes
    brief.bus.batch = 8;
    BusMain main(brief);
    std::atomic<bool> is_blocking{false};
    REQUIRE(main.add_processor(provider("blocking", "BLOCK",
                                        [&](auto&, Request& request) {
                                            is_blocking = true;
                                            while (!main.is_stopping()) std::this_thread::yield();
                                            std::this_thread::sleep_for(std::chrono::milliseconds(300));
                                            request.reply(request.body());
                                        }))
                .ok());
    // A table with the provider may be there before the asker starts, or come later.
    const auto ask = [](LambdaProcessor& self) {
        const ServiceHandle service = self.bus().resolve("BLOCK");
        if (!self.bus().has_provider(service)) return;
        (void)self.bus().send(service, bytes_of("x"), {.timeout_ns = 60 * ns_per_s});  // for it to begin
        for (int i = 0; i < 40; ++i) (void)self.bus().send(service, bytes_of("x"));
    };
    REQUIRE(main.add_processor(definition("asker",
                                          [&](LambdaProcessor& p) {
                                              p.start = [&](LambdaProcessor& self) {
                                                  ask(self);
                                                  return absl::OkStatus();
                                              };
                                              p.table = ask;
                                          }))
                .ok());
    REQUIRE(main.start().ok());
    REQUIRE(eventually([&] { return is_blocking.load(); }));
    CHECK(main.stop_and_join("test") == 0);

    const InstanceReport report = main.report();
    std::uint64_t untaken = 0;
    std::uint64_t unreachable = 0;
    for (const ReactorReport& reactor : report.reactors) {
        untaken += reactor.queue_depth;
        unreachable += reactor.unreachable;
    }
    const auto of = [](const auto& counts, auto counter) {
        return counts[static_cast<std::size_t>(counter)];
    };
    const auto& callee = report.processors.at(0).queues.at(0).callee;
    const auto& caller = report.processors.at(1).queues.at(0).caller;
    CHECK(of(caller, CallerCounter::accepted) == of(callee, CalleeCounter::received) + unreachable + untaken);
    CHECK(of(callee, CalleeCounter::answered_none) + of(callee, CalleeCounter::answered_timeout) +
              unreachable ==
          of(caller, CallerCounter::late));
    CHECK(untaken != 0);
}

TEST_CASE("a report may be asked for at any moment of the stop") {
    for (int round = 0; round < 20; ++round) {
        BusMain main(options());
        REQUIRE(main.add_processor(provider("keeper", "KEEP", keep_for_ever)).ok());
        REQUIRE(main.start().ok());
        std::atomic<bool> has_joined{false};
        std::thread observer([&] {
            while (!has_joined) CHECK(main.report().name == "test");
        });
        CHECK(main.stop_and_join("test") == 0);
        has_joined = true;
        observer.join();
        CHECK(main.report().phase == "stopped");
    }
}

// The flag orders nothing: under ThreadSanitizer only the instance itself orders what Main left before what is asked.
TEST_CASE("a thread that meets a stopped instance may ask it for a report") {
    BusMain main(options());
    REQUIRE(main.start().ok());
    std::atomic<bool> has_stopped{false};
    std::string phase;
    std::thread observer([&] {
        while (!has_stopped.load(std::memory_order_relaxed)) std::this_thread::yield();
        phase = main.report().phase;
    });
    CHECK(main.stop_and_join("test") == 0);
    has_stopped.store(true, std::memory_order_relaxed);
    observer.join();
    CHECK(phase == "stopped");
}

TEST_CASE("that several processors are done is no second request to stop") {
    const auto stop = [](LambdaProcessor& self, Request& request) {
        self.bus().stop_instance("one is done");
        self.bus().stop_instance("so is another");
        request.reply(request.body());
    };
    BusMain main(patient_options());
    REQUIRE(main.add_processor(slow_provider("SLOW", 200 * ns_per_ms)).ok());
    REQUIRE(main.add_processor(provider("one", "ONE", stop)).ok());
    REQUIRE(main.start().ok());
    auto client = main.connect_client();
    const ServiceHandle slow = client->resolve("SLOW"), one = client->resolve("ONE");
    REQUIRE(wait_for_provider(*client, slow));
    REQUIRE(wait_for_provider(*client, one));
    Tally tally(*client);
    REQUIRE(send_all(*client, slow, 5));
    REQUIRE(send_all(*client, one, 1));
    REQUIRE(eventually([&] { return main.is_stopping(); }));
    main.begin_stop("so are they");
    CHECK(eventually([&] {
        client->poll();
        return tally.total == 6;
    }));
    CHECK(tally.by_error[ServiceError::none] == 6);
    CHECK(main.join() == 0);
}

}  // namespace prosa::test
