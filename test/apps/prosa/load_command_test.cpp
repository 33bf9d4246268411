// `prosa load` from end to end, in processes of its own.
#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <functional>
#include <memory>

#include "apps/prosa/exit_code.hpp"
#include "core/bus/bus.hpp"
#include "test/apps/prosa/child_program.hpp"
#include "test/apps/prosa/example_files.hpp"
#include "test/apps/prosa/pipe_gate.hpp"
#include "test/apps/prosa/program_text.hpp"

namespace prosa {
namespace {

// Answers at once, and ends when it may.
class SlowToEnd final : public Processor {
  public:
    explicit SlowToEnd(const test::PipeGate& gate) : gate_(gate) {}

  private:
    absl::Status on_start() override {
        bus().add_services({"A"});
        return absl::OkStatus();
    }
    void on_request(Request& request) override { request.reply({}); }
    void terminate() noexcept override { gate_.pass(); }

    const test::PipeGate& gate_;
};

// Starts when it may, and announces nothing.
class SlowToStart final : public Processor {
  public:
    explicit SlowToStart(const test::PipeGate& gate) : gate_(gate) {}

  private:
    absl::Status on_start() override {
        gate_.pass();
        return absl::OkStatus();
    }

    const test::PipeGate& gate_;
};

ProcessorRegistry registry_with(std::string name, std::function<std::unique_ptr<Processor>()> make) {
    ProcessorRegistry registry;
    ProcessorKind kind;
    kind.name = std::move(name);
    kind.configure = [make](ProcessorSetup&) -> absl::StatusOr<ProcessorFactory> {
        return ProcessorFactory([make](const ShardInfo&) { return make(); });
    };
    REQUIRE(registry.add(kind).ok());
    return registry;
}

}  // namespace

TEST_CASE("load measures both times, every second, and its exit code follows the rate") {
    const TemporaryFolder folder;
    const std::string json = (folder.path() / "load.json").string();
    ChildProgram program({"load", "-c", payment_switch, "--service", "PAYMENT", "--rate", "1k", "--duration",
                          "2s", "--warmup", "100ms", "--input", transactions, "--arrivals", "poisson",
                          "--json", json, "--threshold", "success>=0"});
    const int exit_code = program.wait();
    const std::string output = program.output();
    const std::string document = read_file(json);
    INFO(output, program.errors());
    CHECK(exit_code == (contains(document, "\"is_rate_reached\": true") ? exit_ok : exit_missed));
    for (const std::string_view part :
         {"response time (from the intended send time)", "service time (from the real send)",
          "Requesters and providers agree", "threshold success>=0: holds"})
        CHECK_MESSAGE(contains(output, part), part);
    for (const std::string_view key :
         {"\"title\"", "\"facts\"", "\"series\"", "\"outcomes\"", "\"response_time_ns\"",
          "\"service_time_ns\"", "\"environment\"", "\"windows\"", "\"reactors\"", "\"disagreements\": []"})
        CHECK_MESSAGE(contains(document, key), key);
    CHECK(count_of(document, "\"success_percent\":") == 2);
    CHECK_FALSE(contains(output, "injector-1"));
}

TEST_CASE("a load that misses a threshold exits with 3 and says what was measured") {
    for (const std::string reactor : {"", "own"}) {
        std::vector<std::string> arguments{"load",   "-c",          payment_switch, "--service", "PAYMENT",
                                           "--rate", "500",         "--duration",   "500ms",     "--warmup",
                                           "0s",     "--threshold", "p99<1ns"};
        if (!reactor.empty()) arguments.insert(arguments.end(), {"--reactor", reactor});
        ChildProgram program(arguments);
        CHECK_MESSAGE(program.wait() == exit_missed, program.errors());
        CHECK(contains(program.output(), "threshold p99<1ns: FAILED ("));
    }
}

TEST_CASE("a load that cannot begin says why, and exits with 2") {
    const auto error_of = [](std::vector<std::string> more) {
        std::vector<std::string> arguments{"load", "-c",         payment_switch, "--rate",
                                           "100",  "--duration", "100ms"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        ChildProgram program(arguments);
        CHECK_MESSAGE(program.wait() == exit_usage, program.errors());
        CHECK(program.output() == "");
        return program.errors();
    };
    CHECK(contains(error_of({"--service", "PAYMNT"}),
                   "service 'PAYMNT' has no provider, did you mean 'PAYMENT'?"));
    CHECK(contains(error_of({"--service", "PAYMENT", "--threshold", "speed>1"}), "unknown measure 'speed'"));
    CHECK(contains(error_of({"--service", "PAYMENT", "--reactor", "x"}),
                   "--reactor expects own or a number, got 'x'"));
    CHECK(contains(error_of({"--service", "PAYMENT", "--reactor", "99"}), "reactor 99 does not exist"));
    CHECK(contains(error_of({"--service", "PAYMENT", "--input", "/nowhere.jsonl"}), "/nowhere.jsonl"));
    CHECK(contains(error_of({"--service", "PAYMENT", "--schedule", "stairs"}), "--schedule 'stairs'"));
}

TEST_CASE("a load on an instance whose processor crashes fails at once, with the reason") {
    const ProcessorRegistry registry = registry_with(
        "broken", []() -> std::unique_ptr<Processor> { throw ProcessorError::fatal("there is no paper"); });
    const TemporaryFolder folder;
    const std::string path = folder.write("a.yml", "b: { processor: broken }\n");
    ChildProgram program({"load", "-c", path, "--service", "A", "--rate", "1"}, {}, &registry);
    CHECK(program.wait() == exit_failed);
    CHECK(contains(program.errors(), "processor 'b' is crashed: there is no paper"));
}

TEST_CASE("an interrupt before a load has begun is no unknown service") {
    const test::PipeGate gate;
    const ProcessorRegistry registry =
        registry_with("slow_to_start", [&] { return std::make_unique<SlowToStart>(gate); });
    const TemporaryFolder folder;
    const std::string path = folder.write("a.yml", "a: { processor: slow_to_start }\n");
    ChildProgram program({"load", "-c", path, "--service", "A", "--rate", "100", "--log-level", "debug"}, {},
                         &registry);
    REQUIRE_MESSAGE(program.wait_for_error_text("incarnation 1 starts"), program.errors());
    program.signal(SIGINT);
    gate.open();
    CHECK(program.wait() == exit_failed);
    CHECK_MESSAGE(contains(program.errors(), "the load was interrupted before it began"), program.errors());
}

TEST_CASE("a load that is out of reach ends, and what was not sent is counted") {
    ChildProgram program({"load", "-c", payment_switch, "--service", "PAYMENT", "--rate", "30M", "--duration",
                          "300ms", "--warmup", "0s", "--threshold", "unsent>0"});
    const auto begin = std::chrono::steady_clock::now();
    CHECK_MESSAGE(program.wait() == exit_missed, program.errors());
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
    CHECK_MESSAGE(contains(program.output(), "threshold unsent>0: holds"), program.output());
    CHECK(contains(program.output(), "Requesters and providers agree"));
}

TEST_CASE("an interrupt while a finished load's instance ends is the last of its runs") {
    const test::PipeGate gate;
    const ProcessorRegistry registry =
        registry_with("slow_to_end", [&] { return std::make_unique<SlowToEnd>(gate); });
    const TemporaryFolder folder;
    const std::string path = folder.write("a.yml", "a: { processor: slow_to_end }\n");
    ChildProgram program({"load", "-c", path, "--service", "A", "--rate", "100", "--duration", "100ms",
                          "--warmup", "0s", "--runs", "20"},
                         {}, &registry);
    REQUIRE_MESSAGE(program.wait_for_error_text(" stops: "), program.errors());
    program.signal(SIGINT);
    gate.open();
    program.wait();
    CHECK_MESSAGE(count_of(program.errors(), " stops: ") == 1, program.errors());
    CHECK(contains(program.output(), "response time"));
}

}  // namespace prosa
