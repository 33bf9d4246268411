#include "apps/prosa/instance_run.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <cstdint>

namespace prosa {
namespace {

ConfiguredProcessor make_configured(std::string name, bool is_source) {
    ConfiguredProcessor processor;
    processor.definition.name = std::move(name);
    processor.is_source = is_source;
    return processor;
}

ProcessorReport make_hosted(std::string name, std::vector<ProcessorState> states) {
    ProcessorReport processor;
    processor.name = std::move(name);
    for (std::size_t i = 0; i < states.size(); ++i) {
        QueueReport& queue = processor.queues.emplace_back();
        queue.queue = QueueId{static_cast<std::uint32_t>(i)};
        queue.state = states[i];
    }
    return processor;
}

// Two sources, the second with two queues, and a stub.
struct Sources {
    InstanceSettings settings;
    LoadBoard board;
    std::shared_ptr<LoadStats> first = board.add("i");
    std::shared_ptr<LoadStats> second = board.add("j");
    std::shared_ptr<LoadStats> third = board.add("j/1");

    Sources() {
        settings.processors = {make_configured("i", true), make_configured("j", true),
                               make_configured("s", false)};
    }

    bool are_done(ProcessorState i, ProcessorState j, ProcessorState j1) const {
        InstanceReport report;
        report.processors = {make_hosted("i", {i}), make_hosted("j", {j, j1}),
                             make_hosted("s", {ProcessorState::running})};
        return are_sources_done(settings, board, report);
    }
};

void finish(LoadStats& stats) { stats.counters[LoadCounter::finished].add(); }

constexpr ProcessorState running = ProcessorState::running;
constexpr ProcessorState crashed = ProcessorState::crashed;

std::uintptr_t handler_of(int number) {
    struct sigaction action {};
    REQUIRE(sigaction(number, nullptr, &action) == 0);
    return reinterpret_cast<std::uintptr_t>(action.sa_handler);
}

std::unique_ptr<BusMain> start_with_signals() {
    InstanceOptions options;
    options.handles_signals = true;
    options.stepped_from_ns = 0;
    auto main = std::make_unique<BusMain>(options);
    REQUIRE(main->start().ok());
    return main;
}

}  // namespace

TEST_CASE("an interrupt means what it did before, once the instance that listened is gone") {
    const auto before = handler_of(SIGINT);
    for (int run = 0; run < 2; ++run) {
        const auto main = start_with_signals();
        CHECK(handler_of(SIGINT) != before);
        CHECK(handler_of(SIGTERM) != before);
    }
    CHECK(handler_of(SIGINT) == before);
    CHECK(handler_of(SIGTERM) == before);
}

TEST_CASE("an instance that took over goes on listening when the first is gone") {
    const auto before = handler_of(SIGINT);
    auto first = start_with_signals();
    auto second = start_with_signals();
    first.reset();
    CHECK(handler_of(SIGINT) != before);
    second.reset();
    CHECK(handler_of(SIGINT) == before);
}

TEST_CASE("sources are done when each of their queues has finished or is crashed") {
    Sources sources;
    CHECK_FALSE(sources.are_done(running, running, running));
    CHECK(sources.are_done(crashed, crashed, crashed));
    finish(*sources.first);
    CHECK_FALSE(sources.are_done(running, running, running));
    CHECK(sources.are_done(running, crashed, crashed));
    finish(*sources.third);
    CHECK_FALSE(sources.are_done(running, running, running));
    CHECK(sources.are_done(running, crashed, running));
    finish(*sources.second);
    CHECK(sources.are_done(running, running, running));
}

TEST_CASE("a source of which one queue is crashed still sends") {
    const Sources sources;
    CHECK_FALSE(sources.are_done(crashed, crashed, running));
    CHECK_FALSE(sources.are_done(crashed, running, crashed));
}

TEST_CASE("a source that was removed is done, and an instance without sources never is") {
    Sources sources;
    CHECK(are_sources_done(sources.settings, sources.board, {}));
    sources.settings.processors.clear();
    CHECK_FALSE(sources.are_done(crashed, crashed, crashed));
}

}  // namespace prosa
