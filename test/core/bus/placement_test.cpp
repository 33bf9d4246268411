// Instances beside each other, and threads on CPUs, as the kernel sees them.
#include <doctest/doctest.h>

#include <dirent.h>
#include <sched.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "core/reactor/topology.hpp"
#include "test/core/bus/bus_support.hpp"
#include "test/core/bus/child_process.hpp"

namespace prosa::test {
namespace {

void echo(LambdaProcessor&, Request& request) { request.reply(request.body()); }

// The CPUs the kernel lets each thread of this process run on, by the thread's name.
std::map<std::string, std::vector<int>> affinity_by_thread() {
    std::map<std::string, std::vector<int>> found;
    DIR* const tasks = ::opendir("/proc/self/task");
    while (const dirent* const entry = ::readdir(tasks)) {
        if (entry->d_name[0] == '.') continue;
        std::ifstream comm("/proc/self/task/" + std::string(entry->d_name) + "/comm");
        std::string name;
        cpu_set_t set;
        if (!std::getline(comm, name) || ::sched_getaffinity(std::stoi(entry->d_name), sizeof set, &set) != 0)
            continue;
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) found[name].push_back(cpu);
    }
    ::closedir(tasks);
    return found;
}

// An earlier instance's, of the same name, are gone from the kernel's list a moment after they were joined.
bool are_threads_gone() {
    return eventually([] {
        return !affinity_by_thread().contains("prosa-0") && !affinity_by_thread().contains("prosa-main");
    });
}

bool restrict_to(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<std::size_t>(cpu), &set);
    return ::sched_setaffinity(0, sizeof set, &set) == 0;
}

// 100 requests answered.
bool works(BusMain& main, std::string_view name) {
    auto client = main.connect_client();
    const ServiceHandle service = client->resolve(name);
    if (!wait_for_provider(*client, service)) return false;
    for (int i = 0; i < 100; ++i)
        if (!client->call(service, bytes_of("x")).ok()) return false;
    return true;
}

}  // namespace

TEST_CASE("two instances in one process have service tables of their own, and both carry traffic") {
    BusMain first(options());
    BusMain second(options());
    const auto answering = [](std::string text) {
        return [text](LambdaProcessor&, Request& request) { request.reply(bytes_of(text)); };
    };
    REQUIRE(first.add_processor(provider("echo", "SAME", answering("first"))).ok());
    REQUIRE(second.add_processor(provider("echo", "SAME", answering("second"))).ok());
    REQUIRE(second.add_processor(provider("extra", "EXTRA", answering("extra"))).ok());
    REQUIRE(first.start().ok());
    REQUIRE(second.start().ok());
    auto to_first = first.connect_client();
    auto to_second = second.connect_client();
    const ServiceHandle in_first = to_first->resolve("SAME");
    const ServiceHandle extra = to_second->resolve("EXTRA");
    const ServiceHandle in_second = to_second->resolve("SAME");
    REQUIRE(wait_for_provider(*to_first, in_first));
    REQUIRE(wait_for_provider(*to_second, in_second));
    REQUIRE(wait_for_provider(*to_second, extra));
    for (int i = 0; i < 500; ++i) {
        REQUIRE(text_of(to_first->call(in_first, bytes_of("x")).body) == "first");
        REQUIRE(text_of(to_second->call(in_second, bytes_of("x")).body) == "second");
    }
    CHECK_FALSE(to_first->has_provider(to_first->resolve("EXTRA")));
    CHECK(first.report().services.size() == 1);
    CHECK(second.report().services.size() == 2);

    to_first.reset();
    CHECK(first.stop_and_join("test") == 0);
    CHECK(to_second->call(in_second, bytes_of("x")).ok());
    CHECK(second.report().phase == "running");
}

TEST_CASE("a processor with a CPU of its own runs there, says the kernel") {
    for (const int cpu : current_affinity()) {
        CAPTURE(cpu);
        REQUIRE(are_threads_gone());
        BusMain main(options());
        auto pinned = provider("pinned", "PINNED", echo);
        pinned.cpu = static_cast<std::uint32_t>(cpu);
        REQUIRE(main.add_processor(std::move(pinned)).ok());
        REQUIRE(main.start().ok());
        REQUIRE(main.wait_until_running(20 * ns_per_s));
        CHECK(affinity_by_thread().at("prosa-0") == std::vector<int>{cpu});
        CHECK(affinity_by_thread().at("prosa-main") == current_affinity());
        CHECK(main.report().reactors.at(0).cpu == static_cast<std::uint32_t>(cpu));
        CHECK(works(main, "PINNED"));
    }
}

TEST_CASE("a processor added while the instance runs is pinned, too") {
    REQUIRE(are_threads_gone());
    BusMain main(options());
    REQUIRE(main.start().ok());
    const int cpu = current_affinity().back();
    auto pinned = provider("pinned", "PINNED", echo);
    pinned.cpu = static_cast<std::uint32_t>(cpu);
    REQUIRE(main.add_processor(std::move(pinned)).ok());
    REQUIRE(main.wait_until_running(20 * ns_per_s));
    CHECK(affinity_by_thread().at("prosa-0") == std::vector<int>{cpu});
    CHECK(works(main, "PINNED"));
}

TEST_CASE("processors with `threads: 0` share a reactor, those added while the instance runs, too") {
    BusMain main(options());
    const auto add_shared = [&](const std::string& name) {
        auto shared = provider(name, name, echo);
        shared.threads = 0;
        REQUIRE(main.add_processor(std::move(shared)).ok());
    };
    REQUIRE(main.add_processor(provider("own", "OWN", echo)).ok());
    REQUIRE(main.start().ok());
    for (const char* const name : {"FIRST", "SECOND", "THIRD"}) add_shared(name);
    REQUIRE(main.wait_until_running(20 * ns_per_s));
    const auto processors = main.report().processors;
    REQUIRE(processors.size() == 4);
    const ReactorId shared = processors[1].queues.at(0).reactor;
    CHECK(shared != processors[0].queues.at(0).reactor);
    CHECK(processors[2].queues.at(0).reactor == shared);
    CHECK(processors[3].queues.at(0).reactor == shared);
    for (const char* const name : {"FIRST", "SECOND", "THIRD"}) CHECK(works(main, name));
}

TEST_CASE("without pinning, threads float over the process's CPUs") {
    REQUIRE(are_threads_gone());
    InstanceOptions floating = options();
    floating.pins_reactors = false;
    BusMain main(floating);
    REQUIRE(main.add_processor(provider("echo", "ECHO", echo)).ok());
    REQUIRE(main.start().ok());
    REQUIRE(main.wait_until_running(20 * ns_per_s));
    CHECK(affinity_by_thread().at("prosa-0") == current_affinity());
    CHECK(works(main, "ECHO"));
}

TEST_CASE("a CPU that the mask forbids, or that does not exist, is a warning, and the program works") {
    const std::vector<int> allowed = current_affinity();
    constexpr int absent_cpu = 1000;
    std::vector<int> asked_cpus = {absent_cpu};
    if (allowed.size() > 1) asked_cpus.push_back(allowed.back());
    for (const int asked : asked_cpus) {
        for (const bool is_added_later : {false, true}) {
            CAPTURE(asked);
            CAPTURE(is_added_later);
            const ChildResult child = run_child([&] {
                if (!restrict_to(allowed.front())) return 90;
                BusMain main(options());
                auto pinned = provider("pinned", "PINNED", echo);
                pinned.cpu = static_cast<std::uint32_t>(asked);
                if (!is_added_later && !main.add_processor(pinned).ok()) return 91;
                if (!main.start().ok()) return 92;
                if (is_added_later && !main.add_processor(pinned).ok()) return 93;
                if (!main.wait_until_running(20 * ns_per_s)) return 94;
                if (affinity_by_thread().at("prosa-0") != std::vector<int>{allowed.front()}) return 95;
                const InstanceReport report = main.report();
                if (report.reactors.at(0).cpu == static_cast<std::uint32_t>(asked)) return 96;
                const auto names_it = [&](const std::string& warning) {
                    return warning.find(std::to_string(asked)) != std::string::npos;
                };
                if (std::none_of(report.warnings.begin(), report.warnings.end(), names_it)) return 97;
                if (!works(main, "PINNED")) return 98;
                return main.stop_and_join("test");
            });
            CHECK(child.exit_code == 0);
            CHECK(child.output.find("CPU " + std::to_string(asked)) != std::string::npos);  // in the log
        }
    }
}

TEST_CASE("more reactors than CPUs work, parked in turns") {
    const ChildResult child = run_child([] {
        if (!restrict_to(current_affinity().front())) return 90;
        BusMain main(options());
        for (int i = 0; i < 8; ++i) {
            const std::string number = std::to_string(i);
            if (!main.add_processor(provider("echo-" + number, "ECHO-" + number, echo)).ok()) return 91;
        }
        if (!main.start().ok()) return 92;
        for (int i = 0; i < 8; ++i)
            if (!works(main, "ECHO-" + std::to_string(i))) return 93;
        return main.stop_and_join("test");
    });
    CHECK(child.exit_code == 0);
}

TEST_CASE("a start for which clients left no reactor is refused") {
    InstanceOptions wide = options();
    wide.reactors = 60;
    wide.pins_reactors = false;
    BusMain main(wide);
    REQUIRE(main.add_processor(provider("echo", "ECHO", echo)).ok());
    for (int i = 0; i < 200; ++i) REQUIRE(main.connect_client() != nullptr);
    const absl::Status started = main.start();
    CHECK(started.message() == "the instance has no reactor left");
    CHECK(main.join() == 0);
}

}  // namespace prosa::test
