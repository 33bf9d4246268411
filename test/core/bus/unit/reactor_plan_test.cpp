// Which queue runs on which reactor, and where.
#include <doctest/doctest.h>

#include "core/bus/reactor_plan.hpp"

namespace prosa::test {
namespace {

using Places = std::vector<std::vector<std::uint32_t>>;
using Definitions = std::vector<std::shared_ptr<const ProcessorDefinition>>;

Topology machine(int cpus) {
    Topology topology;
    for (int cpu = 0; cpu < cpus; ++cpu) topology.cpus.push_back({.cpu = cpu, .core = cpu, .governor = {}});
    return topology;
}

std::shared_ptr<const ProcessorDefinition> processor(std::string name, std::uint32_t threads = 1) {
    auto made = std::make_shared<ProcessorDefinition>();
    made->name = std::move(name);
    made->threads = threads;
    return made;
}

std::shared_ptr<const ProcessorDefinition> on_reactor(std::string name, std::uint32_t reactor) {
    auto made = std::make_shared<ProcessorDefinition>();
    made->name = std::move(name);
    made->reactor = reactor;
    return made;
}

HostingPlan plan(const Definitions& processors, const InstanceOptions& options = {}, int cpus = 8) {
    return plan_hosting(options, processors, machine(cpus));
}

std::vector<std::vector<std::string>> queues_of(const HostingPlan& plan) {
    std::vector<std::vector<std::string>> queues;
    for (const auto& reactor : plan.reactors.reactors) queues.push_back(reactor.queues);
    return queues;
}

}  // namespace

TEST_CASE("each processor has a reactor of its own, in the order of the definitions") {
    const HostingPlan made = plan({processor("a"), processor("b")});
    CHECK(made.of_queue == Places{{0}, {1}});
    CHECK(queues_of(made) == std::vector<std::vector<std::string>>{{"a"}, {"b"}});
}

TEST_CASE("processors without threads share one reactor, which only they make necessary") {
    const HostingPlan made = plan({processor("a", 0), processor("own"), processor("b", 0)});
    CHECK(made.of_queue == Places{{0}, {1}, {0}});
    CHECK(queues_of(made) == std::vector<std::vector<std::string>>{{"a", "b"}, {"own"}});
}

TEST_CASE("shards get a reactor each, and their number in their name") {
    const HostingPlan made = plan({processor("a", 3)});
    CHECK(made.of_queue == Places{{0, 1, 2}});
    CHECK(queues_of(made) == std::vector<std::vector<std::string>>{{"a/0"}, {"a/1"}, {"a/2"}});
}

TEST_CASE("numbered reactors keep their numbers, whoever is defined before them") {
    const HostingPlan made =
        plan({processor("own"), on_reactor("two", 2), on_reactor("zero", 0), on_reactor("too", 2)});
    CHECK(made.of_queue == Places{{3}, {2}, {0}, {2}});
    CHECK(queues_of(made) == std::vector<std::vector<std::string>>{{"zero"}, {}, {"two", "too"}, {"own"}});
    for (std::size_t i = 0; i < 4; ++i) CHECK(value_of(made.reactors.reactors[i].id) == i);
}

TEST_CASE("configured reactors exist, used or not, and others come after them") {
    InstanceOptions options;
    options.reactors = 2;
    const HostingPlan made = plan({on_reactor("one", 1), processor("own")}, options);
    CHECK(made.of_queue == Places{{1}, {2}});
    CHECK(made.reactors.reactors.size() == 3);
}

TEST_CASE("a CPU that is asked for is given, to the first shard only") {
    auto asking = std::make_shared<ProcessorDefinition>(*processor("a", 2));
    asking->cpu = 5;
    const HostingPlan made = plan({processor("b"), asking});
    REQUIRE(made.of_queue == Places{{0}, {1, 2}});
    CHECK(made.reactors.reactors[1].cpu == 5);
    CHECK(made.reactors.reactors[2].cpu.has_value());
    CHECK(made.reactors.reactors[2].cpu != 5);
    CHECK(made.reactors.reactors[0].cpu != 5);
}

TEST_CASE("more reactors than CPUs: those without one float, and a warning says so") {
    const HostingPlan made = plan({processor("a"), processor("b"), processor("c")}, {}, 2);
    CHECK(made.reactors.reactors[0].cpu.has_value());
    CHECK(made.reactors.reactors[1].cpu.has_value());
    CHECK_FALSE(made.reactors.reactors[2].cpu.has_value());
    CHECK_FALSE(made.reactors.warnings.empty());
}

TEST_CASE("without pinning no reactor has a CPU, and the plan says why") {
    InstanceOptions options;
    options.pins_reactors = false;
    const HostingPlan made = plan({processor("a")}, options);
    CHECK_FALSE(made.reactors.reactors[0].cpu.has_value());
    CHECK(made.reactors.reactors[0].placement == "pinning is off");
}

TEST_CASE("the memory of a plan is a sum over its reactors, and grows with what they may keep") {
    InstanceOptions small, large;
    small.bus.kept_limit = 100;
    large.bus.kept_limit = 200;
    const std::size_t small_bytes = plan({processor("a")}, small).reactors.memory_bytes;
    const std::size_t large_bytes = plan({processor("a")}, large).reactors.memory_bytes;
    CHECK(large_bytes > small_bytes);
    CHECK(large_bytes - small_bytes <= 100 * 1024);
    CHECK(plan({}).reactors.memory_bytes == 0);
}

}  // namespace prosa::test
