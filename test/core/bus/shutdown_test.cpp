// The coordinated stop: work in flight ends first, nothing accepted is left without an outcome.
#include <doctest/doctest.h>

#include <signal.h>

#include <atomic>
#include <map>
#include <memory>
#include <thread>

#include "test/core/bus/bus_support.hpp"
#include "test/core/bus/child_process.hpp"

namespace prosa::test {
namespace {

InstanceOptions patient_options() {
    InstanceOptions made = options();
    made.bus.shutdown_timeout_ns = 600 * ns_per_s;
    made.bus.call_timeout_ns = 600 * ns_per_s;
    return made;
}

void keep_for_ever(LambdaProcessor& self, Request& request) { self.kept.push_back(request.keep()); }

// Answers each request after `delay_ns`.
ProcessorDefinition slow_provider(std::string service, Nanos delay_ns) {
    return definition("slow", [service = std::move(service), delay_ns](LambdaProcessor& p) {
        p.start = [service](LambdaProcessor& self) {
            self.bus().add_services({service});
            return absl::OkStatus();
        };
        p.request = [delay_ns](LambdaProcessor& self, Request& request) {
            self.kept.push_back(request.keep());
            self.bus().set_timer(self.bus().now_ns() + delay_ns, self.kept.size() - 1);
        };
        p.timer = [](LambdaProcessor& self, std::uint64_t token) {
            self.kept.at(token).reply(bytes_of("done"));
        };
    });
}

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

// Outcomes of a client by their code.
struct Tally {
    explicit Tally(BusClient& client) {
        client.on_outcome([this](const Outcome& outcome) {
            ++by_error[outcome.error];
            ++total;
        });
    }
    std::map<ServiceError, int> by_error;
    int total = 0;
};

bool send_all(BusClient& client, ServiceHandle service, int count) {
    return eventually([&] {
        client.poll();
        while (count > 0 && client.send(service, bytes_of("x"))) --count;
        return count == 0;
    });
}

std::uint64_t received_by(const BusMain& main, std::size_t processor) {
    return main.report().processors.at(processor).queues.at(0).callee[static_cast<std::size_t>(
        CalleeCounter::received)];
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

// Requests time out behind a handler that blocks; the stop does not wait for it, so some are never taken, and its own
// answer comes when its requester's reactor has ended.
TEST_CASE("what a stop overtakes is accounted for on both sides") {
    InstanceOptions brief = options();
    brief.bus.shutdown_timeout_ns = 20 * ns_per_ms;
    brief.bus.call_timeout_ns = 150 * ns_per_ms;  // half of what the provider takes; enough for it to begin
    brief.bus.batch = 8;
    BusMain main(brief);
    std::atomic<bool> is_blocking{false};
    REQUIRE(main.add_processor(provider("blocking", "BLOCK",
                                        [&](auto&, Request& request) {
                                            is_blocking = true;
                                            std::this_thread::sleep_for(std::chrono::milliseconds(300));
                                            request.reply(request.body());
                                        }))
                .ok());
    // A table with the provider may be there before the asker starts, or come later.
    const auto ask = [](LambdaProcessor& self) {
        const ServiceHandle service = self.bus().resolve("BLOCK");
        if (!self.bus().has_provider(service)) return;
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

TEST_CASE("a hung handler is named in the log, and the exit code is not zero") {
    const ChildResult child = run_child([] {
        InstanceOptions brief = options();
        brief.bus.shutdown_timeout_ns = 50 * ns_per_ms;
        BusMain main(brief);
        std::atomic<bool> hangs{false};
        if (!main.add_processor(provider("quiet", "QUIET", keep_for_ever)).ok()) return 90;
        if (!main.add_processor(provider("hanging", "HANG",
                                         [&](auto&, Request&) {
                                             hangs = true;
                                             for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
                                         }))
                 .ok())
            return 91;
        if (!main.start().ok()) return 92;
        auto client = main.connect_client();
        const ServiceHandle hang = client->resolve("HANG");
        if (!wait_for_provider(*client, hang)) return 93;
        Tally tally(*client);
        if (!send_all(*client, hang, 10)) return 94;
        if (!eventually([&] { return hangs.load(); })) return 95;
        const int exit_code = main.stop_and_join("test");
        while (client->poll()) {
        }
        if (tally.by_error[ServiceError::shutting_down] != 10) return 96;
        ::_exit(exit_code);
    });
    CHECK(child.exit_code == 1);
    CHECK(child.output.find("reactor 1 did not end") != std::string::npos);
    CHECK(child.output.find("reactor 0 did not end") == std::string::npos);
}

TEST_CASE("what a hung thread uses outlives the instance, also when its end was waited for before") {
    const ChildResult child = run_child([] {
        static std::atomic<bool> hangs{false};
        InstanceOptions brief = options();
        brief.bus.shutdown_timeout_ns = 50 * ns_per_ms;
        auto used = std::make_shared<int>(1);
        const std::weak_ptr<int> is_used = used;
        {
            BusMain main(brief);
            const auto hang = [used = std::move(used)](auto&, Request&) {
                hangs = true;
                while (*used == 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            };
            if (!main.add_processor(provider("hanging", "HANG", hang)).ok()) return 90;
            if (!main.start().ok()) return 91;
            auto client = main.connect_client();
            const ServiceHandle service = client->resolve("HANG");
            if (!wait_for_provider(*client, service)) return 92;
            if (!send_all(*client, service, 1)) return 93;
            if (!eventually([&] { return hangs.load(); })) return 94;
            if (main.stop_and_join("test") != 1 || main.join() != 1) return 95;
        }
        ::_exit(is_used.expired() ? 96 : 0);
    });
    CHECK(child.exit_code == 0);
}

TEST_CASE("that several processors are done is no second request to stop") {
    const auto stop = [](LambdaProcessor& self, Request& request) {
        self.bus().stop_instance("done");
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
    REQUIRE(send_all(*client, one, 2));
    REQUIRE(eventually([&] { return main.is_stopping(); }));
    main.begin_stop("so are they");
    CHECK(eventually([&] {
        client->poll();
        return tally.total == 7;
    }));
    CHECK(tally.by_error[ServiceError::none] == 7);
    CHECK(main.join() == 0);
}

TEST_CASE("SIGINT and SIGTERM stop the instance in order") {
    for (const int signal : {SIGINT, SIGTERM}) {
        CAPTURE(signal);
        const ChildResult child = run_child([signal] {
            InstanceOptions listening = patient_options();
            listening.handles_signals = true;
            BusMain main(listening);
            if (!main.add_processor(slow_provider("SLOW", 100 * ns_per_ms)).ok()) return 90;
            if (!main.start().ok()) return 91;
            auto client = main.connect_client();
            const ServiceHandle slow = client->resolve("SLOW");
            if (!wait_for_provider(*client, slow)) return 92;
            Tally tally(*client);
            if (!send_all(*client, slow, 10)) return 93;
            ::kill(::getpid(), signal);
            if (!eventually([&] {
                    client->poll();
                    return tally.total == 10;
                }))
                return 94;
            if (tally.by_error[ServiceError::none] != 10) return 95;
            return main.join();
        });
        CHECK(child.signal == 0);
        CHECK(child.exit_code == 0);
    }
}

TEST_CASE("a second signal makes the timeout now") {
    const ChildResult child = run_child([] {
        InstanceOptions listening = patient_options();
        listening.handles_signals = true;
        BusMain main(listening);
        if (!main.add_processor(provider("keeper", "KEEP", keep_for_ever)).ok()) return 90;
        if (!main.start().ok()) return 91;
        auto client = main.connect_client();
        const ServiceHandle keep = client->resolve("KEEP");
        if (!wait_for_provider(*client, keep)) return 92;
        Tally tally(*client);
        if (!send_all(*client, keep, 10)) return 93;
        if (!eventually([&] { return received_by(main, 0) == 10; })) return 94;
        ::kill(::getpid(), SIGTERM);
        if (!eventually([&] { return main.is_stopping(); })) return 95;
        if (main.join_for(50 * ns_per_ms)) return 96;  // it waits for the kept requests
        ::kill(::getpid(), SIGTERM);
        const int exit_code = main.join();
        while (client->poll()) {
        }
        if (tally.total != 10) return 97;
        return exit_code;
    });
    CHECK(child.signal == 0);
    CHECK(child.exit_code == 0);
}

TEST_CASE("a signal while an instance is destroyed ends its stop, not the process") {
    const ChildResult child = run_child([] {
        InstanceOptions listening = patient_options();
        listening.handles_signals = true;
        auto main = std::make_unique<BusMain>(listening);
        if (!main->add_processor(provider("keeper", "KEEP", keep_for_ever)).ok()) return 90;
        if (!main->start().ok()) return 91;
        auto client = main->connect_client();
        const ServiceHandle keep = client->resolve("KEEP");
        if (!wait_for_provider(*client, keep)) return 92;
        Tally tally(*client);
        if (!send_all(*client, keep, 10)) return 93;
        if (!eventually([&] { return received_by(*main, 0) == 10; })) return 94;
        std::thread destruction([&] { main.reset(); });
        // A stop that has begun takes no request any more.
        const auto is_stopping = [&] {
            return client->send(keep, bytes_of("late")).refusal == ServiceError::shutting_down;
        };
        if (!eventually(is_stopping)) return 95;
        ::kill(::getpid(), SIGTERM);
        destruction.join();
        while (client->poll()) {
        }
        return tally.total >= 10 ? 0 : 96;
    });
    CHECK(child.signal == 0);
    CHECK(child.exit_code == 0);
}

}  // namespace prosa::test
