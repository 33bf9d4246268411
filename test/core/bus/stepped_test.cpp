// A stepped instance whose parts turn one at a time, as a scheduler decides.
#include <doctest/doctest.h>

#include "test/core/bus/stepped_support.hpp"

using namespace prosa;
using namespace prosa::test;

namespace {

ProcessorDefinition echo(std::string name) {
    return provider(std::move(name), "ECHO",
                    [](LambdaProcessor&, Request& request) { request.reply(request.body()); });
}

std::vector<ServiceError> errors_of(BusClient& client) {
    std::vector<ServiceError> errors;
    client.on_outcome([&errors](const Outcome& outcome) { errors.push_back(outcome.error); });
    client.poll();
    client.on_outcome(nullptr);
    return errors;
}

// Wants turns from its start on, so many of them.
struct Source : Processor {
    Source(int turns, int& taken_turns) : left(turns), taken(taken_turns) {}
    absl::Status on_start() override {
        bus().want_turns(true);
        return absl::OkStatus();
    }
    Nanos on_turn(Nanos now_ns) override {
        ++taken;
        if (--left == 0) bus().want_turns(false);
        return now_ns + ns_per_ms;
    }
    int left;
    int& taken;
};

ProcessorDefinition source(std::string name, int turns, int& taken) {
    ProcessorDefinition made;
    made.name = std::move(name);
    made.reactor = 0;
    made.make = [turns, &taken](const ShardInfo&) { return std::make_unique<Source>(turns, taken); };
    return made;
}

}  // namespace

// An instance ends its processors when it goes, so what they use is there before it.
TEST_CASE("a source that wants no more turns takes none away from the next") {
    int first = 0;
    int second = 0;
    SteppedInstance instance(stepped_options());
    instance.add(source("first", 20, first));
    instance.add(source("second", 1000, second));
    REQUIRE(instance.start());
    REQUIRE(first < 20);
    while (first < 20) {
        const int before = second;
        instance.main().step(instance.now_ns());
        CHECK(second == before + 1);
    }
}

TEST_CASE("a reactor hosts no more queues than a message can name") {
    InstanceOptions small = stepped_options();
    small.reactors = 1;
    BusMain main(small);
    int turns = 0;
    for (std::uint32_t i = 0; i <= endpoints_max; ++i)
        REQUIRE(main.add_processor(source(fmt::format("source-{}", i), 1, turns)).ok());
    const absl::Status started = main.start();
    CHECK(started.code() == absl::StatusCode::kInvalidArgument);
    CHECK(started.message() == "reactor 0 would host more than 4096 queues: spread them over several");
}

TEST_CASE("a request may have no deadline") {
    Asker asker;
    SteppedInstance instance(stepped_options());
    instance.add(
        provider("keeper", "KEEP", [](LambdaProcessor& self, Request& r) { self.kept.push_back(r.keep()); }));
    instance.add(asker.definition("asker", {"KEEP"}));
    REQUIRE(instance.start());
    REQUIRE(asker.send({.timeout_ns = no_deadline_ns}));
    instance.advance(1000 * ns_per_s);
    CHECK(asker.seen.empty());
    CHECK(instance.end());
    CHECK(asker.seen.size() == 1);
}

TEST_CASE("only who is stepped turns") {
    int answered = 0;
    Asker asker;
    SteppedInstance instance(stepped_options());
    instance.add(provider("a", "A", [&](LambdaProcessor&, Request&) { ++answered; }));
    instance.add(asker.definition("asker", {"A"}));
    REQUIRE(instance.start());
    REQUIRE(instance.main().reactor_count() == 2);
    REQUIRE(asker.send());
    for (int i = 0; i < 10; ++i) {
        CHECK(instance.main().step_main(instance.now_ns()));
        instance.main().step_reactor(1, instance.now_ns());
    }
    CHECK(answered == 0);
    instance.main().step_reactor(0, instance.now_ns());
    CHECK(answered == 1);
}

TEST_CASE("a client of a stepped instance lives on the instance's time") {
    SteppedInstance instance(stepped_options());
    instance.add(echo("echo"));
    REQUIRE(instance.start());
    const auto client = instance.main().connect_client();
    const ServiceHandle service = client->resolve("ECHO");
    REQUIRE(client->send(service, bytes_of("x"), {.timeout_ns = ns_per_ms}));
    instance.settle();
    CHECK(errors_of(*client) == std::vector{ServiceError::none});

    REQUIRE(client->send(service, bytes_of("x"), {.timeout_ns = ns_per_ms}));
    CHECK(errors_of(*client).empty());
    instance.main().step_main(instance.now_ns() + 2 * ns_per_ms);
    CHECK(errors_of(*client) == std::vector{ServiceError::timeout});
}

TEST_CASE("a reactor that is not stepped while the others are hangs, until it turns again") {
    InstanceOptions options = stepped_options();
    options.bus.hang_after_ns = ns_per_ms;
    BusMain main(options);
    REQUIRE(main.add_processor(echo("still")).ok());
    REQUIRE(main.add_processor(echo("turning")).ok());
    REQUIRE(main.start().ok());
    Nanos now_ns = *options.stepped_from_ns;
    for (int i = 0; i < 12; ++i) main.step(now_ns += 100 * ns_per_us);

    for (int i = 0; i < 16; ++i) {
        main.step_main(now_ns += 100 * ns_per_us);
        main.step_reactor(1, now_ns);
    }
    CHECK(main.report().reactors[0].is_hanging);
    CHECK_FALSE(main.report().reactors[1].is_hanging);
    CHECK(main.report().services.at(0).providers.size() == 1);

    for (int i = 0; i < 32; ++i) main.step(now_ns += 100 * ns_per_us);
    CHECK_FALSE(main.report().reactors[0].is_hanging);
    CHECK(main.report().services.at(0).providers.size() == 2);
}

TEST_CASE("a stop waits for a reactor that does not turn, but not for ever") {
    InstanceOptions options = stepped_options();
    BusMain main(options);
    REQUIRE(main.add_processor(echo("still")).ok());
    REQUIRE(main.add_processor(echo("turning")).ok());
    REQUIRE(main.start().ok());
    Nanos now_ns = *options.stepped_from_ns;
    for (int i = 0; i < 12; ++i) main.step(now_ns);
    main.stop("at once");
    main.stop("now");
    for (int i = 0; i < 12; ++i) {
        CHECK(main.step_main(now_ns));
        main.step_reactor(1, now_ns);
    }
    CHECK(main.report().reactors[0].state == ReactorState::running);
    CHECK(main.report().reactors[1].state == ReactorState::ended);
    CHECK_FALSE(main.step_main(now_ns + 3 * ns_per_s));
}

TEST_CASE("join counts an answer that came after its requester's reactor had ended") {
    InstanceOptions options = stepped_options();
    BusMain main(options);
    REQUIRE(main.add_processor(echo("still")).ok());
    ServiceHandle service = no_service;
    LambdaProcessor* asker = nullptr;
    REQUIRE(main.add_processor(definition("asker",
                                          [&](LambdaProcessor& made) {
                                              asker = &made;
                                              made.start = [&](LambdaProcessor& self) {
                                                  service = self.bus().resolve("ECHO");
                                                  return absl::OkStatus();
                                              };
                                          }))
                .ok());
    REQUIRE(main.start().ok());
    const Nanos now_ns = *options.stepped_from_ns;
    for (int i = 0; i < 12; ++i) main.step(now_ns);
    REQUIRE(static_cast<bool>(asker->bus().send(service, bytes_of("x"))));
    main.stop("at once");
    main.stop("now");
    for (int i = 0; i < 12; ++i) {
        main.step_main(now_ns);
        main.step_reactor(1, now_ns);
    }
    for (int i = 0; i < 12; ++i) main.step(now_ns);
    REQUIRE(main.report().reactors[0].state == ReactorState::ended);
    CHECK(main.join() == 0);
    const auto counts = main.report().processors.at(1).queues.at(0).caller;
    CHECK(counts[static_cast<std::size_t>(CallerCounter::outcome_shutting_down)] == 1);
    CHECK(counts[static_cast<std::size_t>(CallerCounter::late)] == 1);
}

TEST_CASE("with the same seed, restarts wait as long") {
    const auto restarted_ns = [](std::uint64_t seed) {
        InstanceOptions options = stepped_options();
        options.jitter_seed = seed;
        std::vector<Nanos> started;
        SteppedInstance instance(options);
        ProcessorDefinition failing = definition("failing", [&](LambdaProcessor& made) {
            made.start = [&](LambdaProcessor& self) {
                started.push_back(self.bus().now_ns());
                return absl::UnavailableError("not yet");
            };
        });
        failing.restart.jitter = 1;
        instance.add(std::move(failing));
        CHECK(instance.start());
        instance.advance_in_steps(ns_per_s, 100 * ns_per_us);
        CHECK(started.size() > 2);
        return started;
    };
    CHECK(restarted_ns(1) == restarted_ns(1));
    CHECK(restarted_ns(1) != restarted_ns(2));
}
