// The injector on the real bus: its ends, its commands, its settings.
#include <doctest/doctest.h>

#include "test/adaptors/adaptor_support.hpp"

using namespace prosa;
using namespace prosa::test;

namespace {

Configured injector_with(const std::string& settings, const std::string& peer = "adaptor: parrot") {
    return configure("bus: { idle: backoff }\ninj:\n  processor: injector\n  service_name: PEER\n" +
                         settings + "peer: { processor: stub, service_names: [PEER], " + peer + " }\n",
                     builtin_registry(),
                     {{"lines.jsonl", "{\"pan\":\"4\"}\nbroken\n{\"pan\":\"5\"}\n"},
                      {"timed.jsonl", "{\"at_us\":0,\"pan\":\"4\"}\n{\"at_us\":500,\"pan\":\"5\"}\n"}});
}

Instance start(Configured configured, Nanos shutdown_timeout_ns = 5 * ns_per_s) {
    REQUIRE_MESSAGE(configured.settings.ok(), configured.error());
    return Instance(std::move(configured), shutdown_timeout_ns);
}

}  // namespace

TEST_CASE("a count is sent exactly, then the instance ends by itself") {
    for (const char* const settings :
         {"  rate: 20k\n  count: 500\n", "  rate: 20k\n  arrivals: poisson\n  count: 500\n",
          "  rate: file\n  adaptor: replay\n  file: timed.jsonl\n  count: 500\n",
          "  max_speed: 10000\n  max_concurrents_send: 8\n  count: 500\n"}) {
        CAPTURE(settings);
        Instance instance = start(injector_with(settings));
        CHECK(instance.main().join() == 0);
        CHECK(instance.count(LoadCounter::sent) == 500);
        CHECK(instance.count(LoadCounter::outcome_none) == 500);
        CHECK(instance.count(LoadCounter::finished) == 1);
    }
}

TEST_CASE("two injectors end the instance when both are done") {
    Configured configured = configure(
        "one: { processor: injector, service_name: PEER, rate: 10k, count: 10 }\n"
        "two: { processor: injector, service_name: PEER, rate: 1k, count: 100 }\n"
        "peer: { processor: stub, service_names: [PEER] }\n",
        builtin_registry());
    Instance instance = start(std::move(configured));
    CHECK(instance.main().join() == 0);
    CHECK(instance.count(LoadCounter::outcome_none, 0) == 10);
    CHECK(instance.count(LoadCounter::outcome_none, 1) == 100);
}

TEST_CASE("the shards of an injector together send the count") {
    Instance instance = start(injector_with("  rate: 10k\n  count: 1000\n  threads: 2\n"));
    CHECK(instance.main().join() == 0);
    REQUIRE(instance.board().sources().size() == 2);
    CHECK(instance.count(LoadCounter::outcome_none, 0) == 500);
    CHECK(instance.count(LoadCounter::outcome_none, 1) == 500);
}

TEST_CASE("an injector that shall not stop the instance leaves it running") {
    Instance instance = start(injector_with("  rate: 10k\n  count: 10\n  stop_when_done: false\n"));
    CHECK(eventually([&] { return instance.count(LoadCounter::finished) == 1; }));
    CHECK_FALSE(instance.main().is_stopping());
}

TEST_CASE("a service that nobody provides is a clear fatal error after the wait") {
    Configured configured =
        configure("inj: { processor: injector, service_name: NOBODY, rate: 1k, wait_for_service: 50ms }\n",
                  builtin_registry());
    Instance instance = start(std::move(configured));
    CHECK(eventually([&] {
        const InstanceReport report = instance.main().report();
        return report.processors.at(0).state == ProcessorState::crashed &&
               report.processors.at(0).queues.at(0).last_error.find("'NOBODY' has no provider") !=
                   std::string::npos;
    }));
    CHECK(instance.count(LoadCounter::intended) == 0);
}

TEST_CASE("an operator changes the rate and asks for the status") {
    Instance instance = start(injector_with("  rate: 0.001\n"));
    REQUIRE(instance.main().wait_until_running(20 * ns_per_s));
    const auto answer = instance.main().command("inj", "rate 5k", 20 * ns_per_s);
    REQUIRE(answer.ok());
    CHECK(answer->find("5") != std::string::npos);
    CHECK(eventually([&] { return instance.count(LoadCounter::outcome_none) > 100; }));
    CHECK(instance.main().command("inj", "status", 20 * ns_per_s)->find("sent") != std::string::npos);
    const auto refusal_of = [&](std::string_view command) {
        const auto refused = instance.main().command("inj", command, 20 * ns_per_s);
        CHECK_FALSE(refused.ok());
        return message_of(refused.status());
    };
    CHECK(refusal_of("rate -5").find("-5") != std::string::npos);
    CHECK(refusal_of("faster").find("unknown command") != std::string::npos);
}

TEST_CASE("broken lines that are skipped are in the counters") {
    Instance instance = start(injector_with(
        "  adaptor: replay\n  file: lines.jsonl\n  on_broken_line: skip\n  rate: 10k\n  count: 100\n"));
    CHECK(instance.main().join() == 0);
    CHECK(instance.count(LoadCounter::broken_lines) == 1);
    CHECK(instance.count(LoadCounter::unsent) == 0);
    CHECK(instance.count(LoadCounter::outcome_none) == 100);
}

TEST_CASE("requests that are never answered time out, and each is counted") {
    Instance instance = start(injector_with("  rate: 10k\n  count: 100\n  timeout: 20ms\n",
                                            "adaptor: delayed_parrot, delay: 300ms"));
    CHECK(eventually([&] { return instance.count(LoadCounter::finished) == 1; }));
    CHECK(instance.count(LoadCounter::outcome_timeout) == 100);
}

TEST_CASE("credit that is used up makes sends wait, then count as refused, none is lost from the count") {
    Configured configured = configure(
        "bus: { credit: 8 }\n"
        "inj: { processor: injector, service_name: PEER, rate: 10k, count: 1000, timeout: 500ms, "
        "give_up_after: 5ms }\n"
        "peer: { processor: stub, adaptor: delayed_parrot, delay: 1h, service_names: [PEER] }\n",
        builtin_registry());
    Instance instance = start(std::move(configured), 0);
    CHECK(eventually([&] { return instance.count(LoadCounter::finished) == 1; }));
    CHECK(instance.count(LoadCounter::intended) == 1000);
    CHECK(instance.count(LoadCounter::sent) == 8);
    CHECK(instance.count(LoadCounter::refused_overloaded) == 992);
    CHECK(instance.count(LoadCounter::outcome_timeout) == 8);
}

TEST_CASE("blocks that are used up make sends wait, then count as refused, not as unsent") {
    const std::string line = R"({"pan":"4","merchant_name":")" + std::string(300, 'x') + "\"}\n";
    Configured configured = configure(
        "bus: { slot_bytes: 128, pool_blocks: 8 }\n"
        "inj: { processor: injector, adaptor: replay, file: large.jsonl, service_name: PEER, rate: 10k, "
        "count: 1000, timeout: 500ms, give_up_after: 5ms }\n"
        "peer: { processor: stub, adaptor: delayed_parrot, delay: 1h, service_names: [PEER] }\n",
        builtin_registry(), {{"large.jsonl", line}});
    Instance instance = start(std::move(configured), 0);
    CHECK(eventually([&] { return instance.count(LoadCounter::finished) == 1; }));
    CHECK(instance.count(LoadCounter::sent) == 8);
    CHECK(instance.count(LoadCounter::refused_overloaded) == 992);
    CHECK(instance.count(LoadCounter::unsent) == 0);
}

TEST_CASE("what is wrong with an injector's settings is said with its place") {
    const auto has = [](const std::string& settings, std::string_view part) {
        const std::string error = injector_with(settings).error();
        INFO(error);
        return error.find(part) != std::string::npos;
    };
    CHECK(has("  rate: fast\n", "config.yml:5: 'inj.rate' expects a rate"));
    CHECK(has("  rate: -5\n", "config.yml:5: 'inj.rate' expects a rate above 0 such as 250, 20k or 1.5M"));
    CHECK(has("  rate: 0\n", "'inj.rate'"));
    CHECK(has("  rate: file\n", "the transactions have no times"));
    CHECK(has("  rate: file\n  adaptor: replay\n  file: lines.jsonl\n  on_broken_line: skip\n",
              "have no times"));
    CHECK(has("  rate: 1k\n  max_speed: 5\n", "unknown key 'max_speed'"));
    CHECK(has("  arrivals: poisson\n", "unknown key 'arrivals'"));
    CHECK(has("  rate: 1k\n  schedule: line\n  start_rate: 5\n", "needs a 'duration'"));
    CHECK(has("  rate: 1k\n  schedule: step\n", "'inj.start_rate' is missing"));
    CHECK(has("  rate: 1k\n  durration: 5s\n", "unknown key 'durration'"));
    CHECK(has("  adaptor: replay\n  rate: 1k\n", "'inj.file' is missing"));
    CHECK(has("  adaptor: replay\n  rate: 1k\n  file: lines.jsonl\n", "lines.jsonl:2: "));
    CHECK(has("  adaptor: replay\n  rate: 1k\n  file: nowhere.jsonl\n", "cannot be read"));
}
