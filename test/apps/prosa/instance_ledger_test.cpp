#include "apps/prosa/instance_ledger.hpp"

#include <doctest/doctest.h>

#include "apps/prosa/instance_summary.hpp"

namespace prosa {
namespace {

QueueReport make_queue(std::uint32_t number = 0) {
    QueueReport queue;
    queue.queue = QueueId{number};
    return queue;
}

void count(QueueReport& queue, CallerCounter counter, std::uint64_t by) {
    queue.caller[static_cast<std::size_t>(counter)] += by;
}

void count(QueueReport& queue, CalleeCounter counter, std::uint64_t by) {
    queue.callee[static_cast<std::size_t>(counter)] += by;
}

ProcessorReport make_processor(std::string name, std::vector<QueueReport> queues) {
    ProcessorReport processor;
    processor.name = std::move(name);
    processor.queues = std::move(queues);
    return processor;
}

// 100 requests: 90 responses, 7 protocol errors, 3 timeouts whose responses came late.
struct Instance {
    QueueReport requester = make_queue();
    QueueReport provider = make_queue();
    ReactorReport reactor;
    LoadBoard board;

    Instance() {
        count(requester, CallerCounter::accepted, 100);
        count(requester, CallerCounter::outcome_none, 90);
        count(requester, CallerCounter::outcome_protocol, 7);
        count(requester, CallerCounter::outcome_timeout, 3);
        count(requester, CallerCounter::late, 3);
        count(provider, CalleeCounter::received, 100);
        count(provider, CalleeCounter::answered_none, 93);
        count(provider, CalleeCounter::answered_protocol, 7);
    }

    InstanceLedger ledger() const {
        InstanceReport report;
        report.processors = {make_processor("asks", {requester}), make_processor("answers", {provider})};
        report.reactors = {reactor};
        return make_ledger(report, board);
    }

    std::string disagreement() const {
        const auto found = ledger().disagreements();
        return found.empty() ? "" : found.front();
    }
};

}  // namespace

TEST_CASE("requesters and providers that count the same agree") {
    const Instance instance;
    CHECK(instance.disagreement() == "");
    CHECK(ledger_text(instance.ledger()).find("each request has one outcome") != std::string::npos);
}

TEST_CASE("a request without an outcome is named") {
    Instance instance;
    count(instance.requester, CallerCounter::accepted, 1);
    count(instance.provider, CalleeCounter::received, 1);
    count(instance.provider, CalleeCounter::answered_timeout, 1);
    CHECK(instance.disagreement() ==
          "requester asks: 101 requests accepted, but 100 outcomes and 0 abandoned");
    CHECK(ledger_text(instance.ledger()).find("DISAGREEMENT: requester asks") != std::string::npos);
}

TEST_CASE("a second outcome of a request is named") {
    Instance instance;
    count(instance.requester, CallerCounter::outcome_none, 1);
    CHECK(instance.disagreement() ==
          "requester asks: 100 requests accepted, but 101 outcomes and 0 abandoned");
}

TEST_CASE("a request that its provider did not answer is named") {
    Instance instance;
    count(instance.requester, CallerCounter::accepted, 1);
    count(instance.requester, CallerCounter::outcome_timeout, 1);
    count(instance.provider, CalleeCounter::received, 1);
    CHECK(instance.disagreement() == "provider answers: 101 requests received, but 100 answered");
}

TEST_CASE("an answer that no requester saw is named, unless it came late or found no room before the end") {
    Instance instance;
    count(instance.requester, CallerCounter::accepted, 1);
    count(instance.requester, CallerCounter::outcome_timeout, 1);
    count(instance.provider, CalleeCounter::received, 1);
    count(instance.provider, CalleeCounter::answered_none, 1);
    CHECK(instance.disagreement() ==
          "providers gave 94 answers with the code none, but requesters saw 90 (3 came late or to nobody)");
    instance.reactor.outbox = 1;
    CHECK(instance.disagreement() == "");
}

TEST_CASE("a request that never arrived is named, unless the stop ended it or its provider was gone") {
    Instance instance;
    count(instance.requester, CallerCounter::accepted, 2);
    count(instance.requester, CallerCounter::outcome_timeout, 2);
    CHECK(instance.disagreement() ==
          "requesters had 102 requests accepted, but providers received 100 and 0 ended as unreachable "
          "(0 were ended by the stop, 0 were never taken)");
    instance.reactor.queue_depth = 1;
    CHECK(instance.disagreement() != "");
    instance.reactor.queue_depth = 2;
    CHECK(instance.disagreement() == "");
    instance.reactor.queue_depth = 0;
    instance.reactor.unreachable = 2;
    CHECK(instance.disagreement() == "");

    Instance stopped;
    count(stopped.requester, CallerCounter::accepted, 2);
    count(stopped.requester, CallerCounter::outcome_shutting_down, 2);
    CHECK(stopped.disagreement() == "");
}

TEST_CASE("a response that nobody gave, and one that nobody got, are named") {
    Instance invented;
    count(invented.requester, CallerCounter::outcome_none, 4);
    count(invented.requester, CallerCounter::accepted, 4);
    count(invented.provider, CalleeCounter::received, 4);
    count(invented.provider, CalleeCounter::answered_dropped, 4);
    CHECK(invented.disagreement() ==
          "providers gave 93 answers with the code none, but requesters saw 94 (3 came late or to nobody)");

    Instance lost;
    count(lost.requester, CallerCounter::accepted, 5);
    count(lost.requester, CallerCounter::outcome_timeout, 5);
    count(lost.provider, CalleeCounter::received, 5);
    count(lost.provider, CalleeCounter::answered_none, 5);
    CHECK(lost.disagreement() ==
          "providers gave 98 answers with the code none, but requesters saw 90 (3 came late or to nobody)");
}

TEST_CASE("a source that counts other outcomes than it sent is named") {
    Instance instance;
    const auto stats = instance.board.add("source-1");
    stats->counters[LoadCounter::sent].add(10);
    stats->counters[LoadCounter::outcome_none].add(9);
    CHECK(instance.disagreement() == "source source-1: 10 requests sent, but 9 outcomes");
    stats->counters[LoadCounter::outcome_timeout].add(1);
    CHECK(instance.disagreement() == "");
}

TEST_CASE("shards are counted for themselves, and idle queues are not shown") {
    Instance instance;
    InstanceReport report;
    QueueReport second = make_queue(1);
    count(second, CallerCounter::accepted, 1);
    count(second, CallerCounter::outcome_timeout, 1);
    report.processors = {make_processor("p", {make_queue(0), second}),
                         make_processor("idle", {make_queue()})};
    const InstanceLedger ledger = make_ledger(report, instance.board);
    REQUIRE(ledger.requesters.size() == 1);
    CHECK(ledger.requesters[0].queue == "p/1");
    CHECK(ledger.providers.empty());
}

}  // namespace prosa
