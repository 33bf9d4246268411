// Providers that misbehave, step by step: the outcome of each request, and every counter of both sides.
#include <doctest/doctest.h>

#include <map>

#include "test/core/bus/stepped_support.hpp"

namespace prosa::test {
namespace {

using CallerCounts = std::map<CallerCounter, std::uint64_t>;
using CalleeCounts = std::map<CalleeCounter, std::uint64_t>;

// Those that are not zero, by counter.
template <typename Counter, typename Values>
std::map<Counter, std::uint64_t> counts_of(const Values& values) {
    std::map<Counter, std::uint64_t> counts;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] != 0) counts[static_cast<Counter>(i)] = values[i];
    return counts;
}

// One asker and one provider, whose handler is the test's.
struct Stage {
    explicit Stage(std::function<void(LambdaProcessor&, Request&)> handler) : instance(stepped_options()) {
        instance.add(asker.definition("asker", {"S"}));
        auto made = provider("provider", "S", std::move(handler));
        made.restart.jitter = 0;
        instance.add(std::move(made));
        REQUIRE(instance.start());
    }

    void send(int count, const std::string& body = "x") {
        for (int i = 0; i < count; ++i) REQUIRE(asker.send({}, body));
    }
    CallerCounts caller() const {
        return counts_of<CallerCounter>(instance.processor("asker").queues.at(0).caller);
    }
    CalleeCounts callee() const {
        return counts_of<CalleeCounter>(instance.processor("provider").queues.at(0).callee);
    }
    std::uint64_t unreachable() const {
        std::uint64_t sum = 0;
        for (const ReactorReport& reactor : instance.main().report().reactors) sum += reactor.unreachable;
        return sum;
    }
    // Nothing is held for a request that has its outcome.
    bool is_empty() const {
        for (const ReactorReport& reactor : instance.main().report().reactors)
            if (reactor.in_flight != 0 || reactor.credit_in_use != 0 || reactor.kept_blocks != 0 ||
                reactor.outbox != 0)
                return false;
        return true;
    }

    Asker asker;
    mutable SteppedInstance instance;
};

}  // namespace

TEST_CASE(
    "a provider that throws drops that request; what waited behind it is unreachable, and it is restarted "
    "once") {
    Stage stage([](LambdaProcessor&, Request& request) {
        if (text_of(request.body()) == "throw") throw std::runtime_error("as asked");
        request.reply(request.body());
    });
    stage.send(3);
    stage.send(1, "throw");
    stage.send(6);
    stage.instance.settle();
    CHECK(stage.caller() == CallerCounts{{CallerCounter::accepted, 10},
                                         {CallerCounter::outcome_none, 3},
                                         {CallerCounter::outcome_dropped, 1},
                                         {CallerCounter::outcome_unreachable, 6}});
    CHECK(stage.callee() == CalleeCounts{{CalleeCounter::received, 10},
                                         {CalleeCounter::answered_none, 3},
                                         {CalleeCounter::answered_dropped, 1},
                                         {CalleeCounter::answered_unreachable, 6}});
    CHECK(stage.asker.seen.size() == 10);
    CHECK(stage.is_empty());

    stage.instance.advance(ns_per_s);
    stage.send(1);
    stage.instance.settle();
    const ProcessorReport report = stage.instance.processor("provider");
    CHECK(report.restarts == 1);
    CHECK(report.queues.at(0).last_error == "as asked");
    CHECK(stage.asker.count(ServiceError::none) == 4);
}

TEST_CASE("a provider that answers and throws then: the answer stands") {
    Stage stage([](LambdaProcessor&, Request& request) {
        request.reply(request.body());
        throw std::runtime_error("as asked");
    });
    stage.send(1);
    stage.instance.settle();
    CHECK(stage.caller() == CallerCounts{{CallerCounter::accepted, 1}, {CallerCounter::outcome_none, 1}});
    CHECK(stage.callee() == CalleeCounts{{CalleeCounter::received, 1}, {CalleeCounter::answered_none, 1}});
    CHECK(stage.instance.processor("provider").restarts == 1);
    CHECK(stage.is_empty());
}

TEST_CASE("a provider that returns nothing drops each request, and is not restarted for it") {
    Stage stage([](LambdaProcessor&, Request&) {});
    stage.send(10);
    stage.instance.settle();
    CHECK(stage.caller() ==
          CallerCounts{{CallerCounter::accepted, 10}, {CallerCounter::outcome_dropped, 10}});
    CHECK(stage.callee() ==
          CalleeCounts{{CalleeCounter::received, 10}, {CalleeCounter::answered_dropped, 10}});
    CHECK(stage.asker.seen.size() == 10);
    CHECK(stage.instance.processor("provider").restarts == 0);
    CHECK(stage.is_empty());
}

TEST_CASE("of two answers to one request the first counts, the second is refused and counted") {
    int accepted = 0;
    Stage stage([&](LambdaProcessor&, Request& request) {
        accepted += request.reply(bytes_of("first"));
        accepted += request.reply(bytes_of("second"));
    });
    stage.send(10);
    stage.instance.settle();
    CHECK(accepted == 10);
    CHECK(stage.caller() == CallerCounts{{CallerCounter::accepted, 10}, {CallerCounter::outcome_none, 10}});
    CHECK(stage.callee() == CalleeCounts{{CalleeCounter::received, 10},
                                         {CalleeCounter::answered_none, 10},
                                         {CalleeCounter::refused_answer, 10}});
    REQUIRE(stage.asker.seen.size() == 10);
    for (const Asker::Seen& seen : stage.asker.seen) CHECK(seen.body == "first");
    CHECK(stage.is_empty());
}

TEST_CASE("a provider that is removed: what it keeps ends as dropped, what is queued for it as unreachable") {
    LambdaProcessor* keeper = nullptr;
    Stage stage([&](LambdaProcessor& self, Request& request) {
        keeper = &self;
        self.kept.push_back(request.keep());
    });
    stage.send(10);
    stage.instance.settle();
    REQUIRE(keeper->kept.size() == 10);
    REQUIRE(stage.instance.main().remove_processor("provider").ok());
    stage.send(20);  // the provider has not turned since
    stage.instance.settle();
    CHECK(stage.asker.send().refusal == ServiceError::unreachable);
    CHECK(stage.caller() == CallerCounts{{CallerCounter::accepted, 30},
                                         {CallerCounter::outcome_dropped, 10},
                                         {CallerCounter::outcome_unreachable, 20},
                                         {CallerCounter::refused_unreachable, 1}});
    const InstanceReport report = stage.instance.main().report();
    REQUIRE(report.removed.size() == 1);
    CHECK(counts_of<CalleeCounter>(report.removed[0].queues.at(0).callee) ==
          CalleeCounts{{CalleeCounter::received, 10}, {CalleeCounter::answered_dropped, 10}});
    CHECK(stage.unreachable() == 20);
    CHECK(stage.asker.seen.size() == 30);
    CHECK(stage.is_empty());
}

}  // namespace prosa::test
