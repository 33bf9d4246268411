// Crashes, removals, restarts and operators' orders, step by step.
#include <doctest/doctest.h>

#include "test/core/bus/stepped_support.hpp"

namespace prosa::test {
namespace {

std::vector<ProviderId> providers_of(const BusMain& main, std::string_view service) {
    for (const ServiceReport& shown : main.report().services)
        if (shown.name == service) return shown.providers;
    return {};
}

void echo(LambdaProcessor&, Request& request) { request.reply(request.body()); }

struct Pair {
    explicit Pair(std::function<void(LambdaProcessor&, Request&)> handler) : instance(stepped_options()) {
        instance.add(asker.definition("asker", {"S"}));
        auto made = definition("provider", [this, handler](LambdaProcessor& p) {
            p.start = [this](LambdaProcessor& self) {
                ++started;
                provider = &self;
                self.bus().add_services({"S"});
                return absl::OkStatus();
            };
            p.request = handler;
            p.ended = [this] { ++terminated; };
        });
        made.restart.jitter = 0;
        instance.add(std::move(made));
        REQUIRE(instance.start());
    }

    int started = 0;
    int terminated = 0;
    LambdaProcessor* provider = nullptr;
    Asker asker;
    SteppedInstance instance;
};

}  // namespace

TEST_CASE("a fatal error leaves the processor crashed, until an operator restarts it") {
    Pair pair([](LambdaProcessor&, Request& request) {
        if (text_of(request.body()) == "fatal") throw ProcessorError::fatal("as asked");
        request.reply(request.body());
    });
    REQUIRE(pair.asker.send({}, "fatal"));
    pair.instance.settle();
    CHECK(pair.asker.count(ServiceError::dropped) == 1);
    ProcessorReport report = pair.instance.processor("provider");
    CHECK(report.state == ProcessorState::crashed);
    CHECK(report.restarts == 0);
    CHECK(report.queues.at(0).last_error == "as asked");
    CHECK(providers_of(pair.instance.main(), "S").empty());
    CHECK(pair.terminated == 1);

    pair.instance.advance(3600 * ns_per_s);
    CHECK(pair.instance.processor("provider").state == ProcessorState::crashed);
    CHECK(pair.asker.send().refusal == ServiceError::unreachable);

    REQUIRE(pair.instance.main().restart_processor("provider").ok());
    pair.instance.settle();
    CHECK(pair.instance.processor("provider").state == ProcessorState::running);
    CHECK(pair.started == 2);
    REQUIRE(pair.asker.send());
    pair.instance.settle();
    CHECK(pair.asker.count(ServiceError::none) == 1);
}

TEST_CASE("a processor that is removed is terminated once, and its service has no provider left") {
    Pair pair(echo);
    REQUIRE(pair.instance.main().remove_processor("provider").ok());
    pair.instance.settle();
    CHECK(pair.terminated == 1);
    CHECK(pair.instance.main().report().processors.size() == 1);
    CHECK(providers_of(pair.instance.main(), "S").empty());
    CHECK(pair.asker.processor->bus().has_provider(pair.asker.services.at(0)) == false);
}

TEST_CASE("a processor that is being removed does not come back") {
    Pair pair(echo);
    REQUIRE(pair.instance.main().remove_processor("provider").ok());
    CHECK(pair.instance.main().restart_processor("provider").code() == absl::StatusCode::kFailedPrecondition);
    pair.instance.settle();
    CHECK(pair.started == 1);
    CHECK(pair.instance.main().report().processors.size() == 1);
}

TEST_CASE("requests that were sent to an old incarnation are answered unreachable by the new one's reactor") {
    Pair pair(echo);
    REQUIRE(pair.instance.main().restart_processor("provider").ok());
    for (int i = 0; i < 5; ++i) REQUIRE(pair.asker.send());
    pair.instance.settle();
    CHECK(pair.asker.count(ServiceError::unreachable) == 5);
    CHECK(pair.asker.seen.size() == 5);
    CHECK(pair.started == 2);
    std::uint64_t unreachable = 0;
    for (const ReactorReport& reactor : pair.instance.main().report().reactors)
        unreachable += reactor.unreachable;
    CHECK(unreachable == 5);
    REQUIRE(pair.asker.send());
    pair.instance.settle();
    CHECK(pair.asker.count(ServiceError::none) == 1);
}

TEST_CASE("what follows the failure in the same turn is not handled by the failed incarnation") {
    int handled = 0;
    Pair pair([&](LambdaProcessor&, Request&) {
        ++handled;
        throw std::runtime_error("as asked");
    });
    for (int i = 0; i < 5; ++i) REQUIRE(pair.asker.send());
    pair.instance.settle();
    CHECK(handled == 1);
    CHECK(pair.asker.count(ServiceError::dropped) == 1);
    CHECK(pair.asker.count(ServiceError::unreachable) == 4);
    CHECK(pair.terminated == 1);
}

TEST_CASE("a requester that fails gives up its requests, and their answers return the credit") {
    InstanceOptions narrow = stepped_options();
    narrow.bus.credit = 4;
    Asker asker;
    LambdaProcessor* keeper = nullptr;
    SteppedInstance instance(narrow);
    auto failing = asker.definition("asker", {"S"});
    failing.restart.jitter = 0;
    instance.add(std::move(failing));
    instance.add(provider("keeper", "S", [&](LambdaProcessor& self, Request& request) {
        keeper = &self;
        self.kept.push_back(request.keep());
    }));
    REQUIRE(instance.start());
    for (int i = 0; i < 4; ++i) REQUIRE(asker.send());
    instance.settle();
    asker.processor->bus().fail(ProcessorError::recoverable("as asked"));
    instance.settle();
    instance.advance(ns_per_s);
    REQUIRE(instance.processor("asker").state == ProcessorState::running);
    CHECK(instance.caller("asker", CallerCounter::abandoned) == 4);
    CHECK(asker.send().refusal == ServiceError::overloaded);
    for (KeptRequest& kept : keeper->kept) kept.reply({});
    instance.settle();
    CHECK(asker.seen.empty());
    REQUIRE(asker.send());
    instance.settle();
    CHECK(instance.caller("asker", CallerCounter::accepted) == 5);
}

TEST_CASE("a coroutine and its kept request end with the incarnation") {
    struct Alive {
        explicit Alive(int& counter) : count(counter) { ++count; }
        ~Alive() { --count; }
        Alive(const Alive&) = delete;
        Alive& operator=(const Alive&) = delete;
        int& count;
    };
    int alive = 0;
    const auto wait_for_never = [](LambdaProcessor& self, KeptRequest kept, int& count) -> Task<void> {
        const Alive guard(count);
        const ServiceHandle never = self.bus().resolve("NEVER");
        const Outcome& outcome = co_await self.bus().call(never, kept.body());
        kept.fail(outcome.error);
    };
    Pair pair([&](LambdaProcessor& self, Request& request) {
        if (text_of(request.body()) == "throw") throw std::runtime_error("as asked");
        REQUIRE(self.bus().spawn(wait_for_never(self, request.keep(), alive)));
    });
    pair.instance.add(provider("never", "NEVER", [](LambdaProcessor& self, Request& request) {
        self.kept.push_back(request.keep());
    }));
    pair.instance.settle();
    for (int i = 0; i < 3; ++i) REQUIRE(pair.asker.send());
    pair.instance.settle();
    CHECK(alive == 3);
    REQUIRE(pair.asker.send({}, "throw"));
    pair.instance.settle();
    CHECK(alive == 0);
    CHECK(pair.asker.count(ServiceError::dropped) == 4);
    CHECK(pair.asker.seen.size() == 4);
}

TEST_CASE("a failure that leaves a coroutine ends the incarnation") {
    const auto fail_later = [](LambdaProcessor& self, KeptRequest kept) -> Task<void> {
        const ServiceHandle nobody = self.bus().resolve("NOBODY");
        const Outcome& outcome = co_await self.bus().call(nobody, kept.body());
        throw ProcessorError::fatal("no way on: " + std::to_string(static_cast<int>(outcome.error)));
    };
    Pair pair([&](LambdaProcessor& self, Request& request) {
        (void)self.bus().spawn(fail_later(self, request.keep()));
    });
    REQUIRE(pair.asker.send());
    pair.instance.settle();
    CHECK(pair.asker.count(ServiceError::dropped) == 1);
    CHECK(pair.instance.processor("provider").state == ProcessorState::crashed);
    CHECK(pair.instance.processor("provider").queues.at(0).last_error == "no way on: 1");
}

TEST_CASE("timers of an incarnation end with it") {
    int fired = 0;
    Pair pair(echo);
    pair.provider->timer = [&](LambdaProcessor&, std::uint64_t) { ++fired; };
    const TimerId cancelled = pair.provider->bus().set_timer(pair.instance.now_ns() + ns_per_ms, 1);
    pair.provider->bus().set_timer(pair.instance.now_ns() + ns_per_ms, 2);
    CHECK(pair.provider->bus().cancel_timer(cancelled));
    CHECK_FALSE(pair.provider->bus().cancel_timer(cancelled));
    pair.instance.advance(2 * ns_per_ms);
    CHECK(fired == 1);
    pair.provider->bus().set_timer(pair.instance.now_ns() + 10 * ns_per_s, 3);
    REQUIRE(pair.instance.main().restart_processor("provider").ok());
    pair.instance.settle();
    pair.provider->timer = [&](LambdaProcessor&, std::uint64_t) { ++fired; };
    pair.instance.advance(20 * ns_per_s);
    CHECK(fired == 1);
}

TEST_CASE("an operator withdraws a service and restores it; its providers run on") {
    Pair pair(echo);
    REQUIRE(pair.instance.main().withdraw_service("S").ok());
    pair.instance.settle();
    CHECK(pair.asker.send().refusal == ServiceError::unreachable);
    CHECK(pair.instance.main().report().services.at(0).is_withdrawn);
    CHECK(pair.instance.processor("provider").state == ProcessorState::running);
    REQUIRE(pair.instance.main().restore_service("S").ok());
    pair.instance.settle();
    REQUIRE(pair.asker.send());
    pair.instance.settle();
    CHECK(pair.asker.count(ServiceError::none) == 1);
    const absl::Status unknown = pair.instance.main().withdraw_service("T");
    CHECK(unknown.code() == absl::StatusCode::kNotFound);
}

TEST_CASE("a processor that withdraws its own service is asked no more, and may add it again") {
    Pair pair(echo);
    pair.provider->bus().remove_services({"S"});
    pair.instance.settle();
    CHECK(pair.asker.send().refusal == ServiceError::unreachable);
    pair.provider->bus().add_processor_services({"S"});
    pair.instance.settle();
    REQUIRE(pair.asker.send());
    pair.instance.settle();
    CHECK(pair.asker.count(ServiceError::none) == 1);
    pair.provider->bus().remove_processor_services({"S"});
    pair.instance.settle();
    CHECK(providers_of(pair.instance.main(), "S").empty());
}

TEST_CASE("a processor is added while the instance runs, removed, and its name is free again") {
    Pair pair(echo);
    REQUIRE(pair.instance.main().remove_processor("provider").ok());
    pair.instance.settle();
    for (int round = 1; round <= 3; ++round) {
        REQUIRE(pair.instance.main().add_processor(provider("provider", "S", echo)).ok());
        CHECK(pair.instance.main().add_processor(provider("provider", "S", echo)).status().code() ==
              absl::StatusCode::kAlreadyExists);
        pair.instance.settle();
        REQUIRE(pair.asker.send());
        pair.instance.settle();
        CHECK(pair.asker.count(ServiceError::none) == static_cast<std::size_t>(round));
        REQUIRE(pair.instance.main().remove_processor("provider").ok());
        pair.instance.settle();
    }
    CHECK(pair.instance.main().report().processors.size() == 1);
    CHECK(pair.instance.main().remove_processor("provider").code() == absl::StatusCode::kNotFound);
}

TEST_CASE("a processor that waits for its restart can be removed") {
    Pair pair([](LambdaProcessor&, Request&) { throw std::runtime_error("as asked"); });
    REQUIRE(pair.asker.send());
    pair.instance.settle();
    REQUIRE(pair.instance.processor("provider").state == ProcessorState::backing_off);
    REQUIRE(pair.instance.main().remove_processor("provider").ok());
    pair.instance.advance(3600 * ns_per_s);
    CHECK(pair.instance.main().report().processors.size() == 1);
    CHECK(pair.started == 1);
    CHECK(pair.terminated == 1);
}

TEST_CASE("a factory that throws, or makes nothing, is an error of the start") {
    SteppedInstance instance(stepped_options());
    ProcessorDefinition thrower;
    thrower.name = "thrower";
    thrower.make = [](const ShardInfo&) -> std::unique_ptr<Processor> {
        throw std::runtime_error("no socket");
    };
    instance.add(std::move(thrower));
    ProcessorDefinition empty;
    empty.name = "empty";
    empty.make = [](const ShardInfo&) { return std::unique_ptr<Processor>(); };
    instance.add(std::move(empty));
    REQUIRE(instance.start());
    CHECK(instance.processor("thrower").state == ProcessorState::backing_off);
    CHECK(instance.processor("thrower").queues.at(0).last_error == "no socket");
    CHECK(instance.processor("empty").state == ProcessorState::crashed);
}

TEST_CASE("unexpected messages are not fatal: the defaults drop requests and ignore the rest") {
    struct Plain final : Processor {
        absl::Status on_start() override {
            bus().add_services({"S"});
            return absl::OkStatus();
        }
    };
    Asker asker;
    SteppedInstance instance(stepped_options());
    instance.add(asker.definition("asker", {"S"}));
    ProcessorDefinition plain;
    plain.name = "plain";
    plain.make = [](const ShardInfo&) { return std::make_unique<Plain>(); };
    instance.add(std::move(plain));
    REQUIRE(instance.start());
    REQUIRE(asker.send());
    REQUIRE(instance.main().notify_config("plain").ok());
    instance.settle();
    CHECK(asker.count(ServiceError::dropped) == 1);
    CHECK(instance.processor("plain").state == ProcessorState::running);
}

TEST_CASE("a processor that is told of something sees each table that was published before") {
    Asker asker;
    SteppedInstance instance(stepped_options());
    instance.add(asker.definition("asker", {"S"}));
    instance.add(provider("provider", "S", [](LambdaProcessor&, Request& request) { request.reply({}); }));
    REQUIRE(instance.start());
    asker.processor->config = [&](LambdaProcessor&) { CHECK(asker.send()); };
    REQUIRE(instance.main().withdraw_service("S").ok());
    instance.settle();
    CHECK_FALSE(asker.send());
    REQUIRE(instance.main().restore_service("S").ok());
    REQUIRE(instance.main().notify_config("asker").ok());  // no turn since the service is back
    instance.settle();
    CHECK(asker.count(ServiceError::none) == 1);
}

}  // namespace prosa::test
