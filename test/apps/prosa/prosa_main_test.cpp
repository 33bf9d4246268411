// The program from end to end, in processes of its own: `run`, `list` and `topology`.
#include "apps/prosa/prosa_main.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

#include "apps/prosa/exit_code.hpp"
#include "core/bus/bus.hpp"
#include "test/apps/prosa/child_program.hpp"
#include "test/apps/prosa/example_files.hpp"
#include "test/apps/prosa/program_text.hpp"

namespace prosa {
namespace {

// The first number in the line that starts with `name`.
std::uint64_t first_number(const std::string& text, const std::string& name) {
    const std::size_t at = text.find("  " + name + " ");
    REQUIRE_MESSAGE(at != std::string::npos, text);
    return std::stoull(text.substr(at + name.size() + 3));
}

// Its handler never returns.
class Hanging final : public Processor {
    absl::Status on_start() override {
        bus().add_services({"HANG"});
        return absl::OkStatus();
    }
    void on_request(Request&) override {
        for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
    }
};

ProcessorRegistry registry_with_hanging() {
    ProcessorRegistry registry;
    ProcessorKind kind;
    kind.name = "hanging";
    kind.description = "never answers";
    kind.configure = [](ProcessorSetup&) -> absl::StatusOr<ProcessorFactory> {
        return ProcessorFactory([](const ShardInfo&) { return std::make_unique<Hanging>(); });
    };
    REQUIRE(registry.add(kind).ok());
    return registry;
}

}  // namespace

TEST_CASE("the payment switch ends by itself, and its summary agrees") {
    ChildProgram program({"run", "-c", payment_switch},
                         {{"PROSA_INJECTOR_1__RATE", "5k"}, {"PROSA_INJECTOR_1__COUNT", "5000"}});
    const int exit_code = program.wait();
    const std::string output = program.output();
    INFO(output, program.errors());
    CHECK(exit_code == exit_ok);
    CHECK(contains(output, "Requesters and providers agree"));
    CHECK(first_number(output, "injector-1") == 5000);
    CHECK(contains(output, "Requesters had 10000 requests accepted; providers received 10000, 0 ended"));
    CHECK(contains(output, "from the intended time"));
}

TEST_CASE("the summary tells broken lines of a file from transactions that were not sent") {
    const TemporaryFolder folder;
    folder.write("lines.jsonl", "{\"pan\":\"4\"}\nbroken\n{\"pan\":\"5\"}\nbroken, too\n");
    const std::string path = folder.write("a.yml",
                                          "s: { processor: stub, service_names: [S] }\n"
                                          "i: { processor: injector, service_name: S, rate: 1k, count: 9,\n"
                                          "  adaptor: replay, file: lines.jsonl, on_broken_line: skip }\n");
    ChildProgram program({"run", "-c", path});
    CHECK_MESSAGE(program.wait() == exit_ok, program.errors());
    std::istringstream lines(program.output());
    std::string words;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("  Sources ") || line.starts_with("  i ")) {
            std::istringstream cells(line);
            for (std::string cell; cells >> cell;) words += cell + ' ';
            if (line.starts_with("  i ")) break;
        }
    INFO(words);
    CHECK(words.starts_with(
        "Sources intended sent refused unsent late responses failed broken lines i 9 9 0 0 "));
    CHECK(words.ends_with(" 9 0 2 "));
}

TEST_CASE("a duration ends an instance whose sources go on") {
    ChildProgram program({"run", "-c", payment_switch, "--duration", "200ms"},
                         {{"PROSA_INJECTOR_1__RATE", "1k"}});
    CHECK(program.wait() == exit_ok);
    CHECK(contains(program.errors(), "the duration is over"));
    CHECK(contains(program.output(), "Requesters and providers agree"));
}

TEST_CASE("an interrupt ends a run in order, with its summary") {
    for (const int number : {SIGINT, SIGTERM}) {
        ChildProgram program({"run", "-c", payment_switch}, {{"PROSA_INJECTOR_1__RATE", "1k"}});
        REQUIRE_MESSAGE(program.wait_for_error_text("1 s  "), program.errors());
        program.signal(number);
        CHECK(program.wait() == exit_ok);
        CHECK(contains(program.output(), "Requesters and providers agree"));
        CHECK(contains(program.errors(), "has stopped"));
    }
}

TEST_CASE("a source whose service nobody provides crashes, and the run fails") {
    const TemporaryFolder folder;
    const std::string path = folder.write(
        "a.yml", "i: { processor: injector, service_name: NOBODY, rate: 10, wait_for_service: 10ms }\n");
    ChildProgram program({"run", "-c", path});
    CHECK(program.wait() == exit_failed);
    CHECK(contains(program.errors(), "processor 'i' is crashed: "));
    CHECK(contains(program.errors(), "NOBODY"));
}

TEST_CASE("a run ends when one source is crashed and the others have finished") {
    const TemporaryFolder folder;
    const std::string path =
        folder.write("a.yml",
                     "s: { processor: stub, service_names: [S] }\n"
                     "i: { processor: injector, service_name: NOBODY, rate: 10, wait_for_service: 10ms }\n"
                     "j: { processor: injector, service_name: S, rate: 1k, count: 10, threads: 2 }\n");
    ChildProgram program({"run", "-c", path});
    CHECK(program.wait() == exit_failed);
    CHECK(contains(program.errors(), "processor 'i' is crashed: "));
    CHECK(contains(program.output(), "Requesters and providers agree"));
}

TEST_CASE("a program with a kind of its own has every command, and a handler that hangs is named") {
    const ProcessorRegistry registry = registry_with_hanging();
    ChildProgram list({"list"}, {}, &registry);
    CHECK(list.wait() == exit_ok);
    CHECK(list.output().starts_with("hanging: never answers\n"));

    const TemporaryFolder folder;
    const std::string path = folder.write("a.yml",
                                          "bus: { shutdown_timeout: 100ms }\n"
                                          "h: { processor: hanging }\n"
                                          "i: { processor: injector, service_name: HANG, rate: 100 }\n");
    ChildProgram run({"run", "-c", path}, {}, &registry);
    REQUIRE_MESSAGE(run.wait_for_error_text("services are withdrawn"), run.errors());
    run.signal(SIGINT);
    CHECK(run.wait() == exit_failed);
    CHECK(contains(run.errors(), "did not end: a handler hangs, of h"));
    CHECK(contains(run.output(), "Requesters"));
}

TEST_CASE("--duration replaces the configured duration of a source, longer or shorter") {
    const TemporaryFolder folder;
    const std::string path =
        folder.write("a.yml",
                     "s: { processor: stub, service_names: [S] }\n"
                     "i: { processor: injector, service_name: S, rate: 1k, duration: 1ms }\n");
    ChildProgram plan({"run", "--dry_run", "-c", path, "--duration", "300ms"});
    CHECK_MESSAGE(plan.wait() == exit_ok, plan.errors());
    CHECK(contains(plan.output(), "duration: 300ms"));
    ChildProgram run({"run", "-c", path, "--duration", "300ms"});
    CHECK_MESSAGE(run.wait() == exit_ok, run.errors());
    CHECK_FALSE(contains(run.output(), "ran for 0.0"));
    ChildProgram shorter({"run", "-c", payment_switch, "--dry_run", "--duration", "1s"});
    CHECK(shorter.wait() == exit_ok);
    CHECK(contains(shorter.output(), "duration: 1s"));
}

TEST_CASE("a second interrupt does not wait for what is in flight") {
    const TemporaryFolder folder;
    const std::string path =
        folder.write("a.yml",
                     "bus: { call_timeout: 1h, shutdown_timeout: 1h }\n"
                     "s: { processor: stub, adaptor: delayed_parrot, delay: 1h, service_names: [SLOW] }\n"
                     "i: { processor: injector, service_name: SLOW, rate: 100 }\n");
    ChildProgram program({"run", "-c", path});
    REQUIRE_MESSAGE(program.wait_for_error_text("1 s  "), program.errors());
    program.signal(SIGINT);
    REQUIRE_MESSAGE(program.wait_for_error_text(" stops: "), program.errors());
    program.signal(SIGINT);
    CHECK_MESSAGE(program.wait() == exit_ok, program.errors());
    CHECK(contains(program.output(), "Requesters and providers agree"));
}

TEST_CASE("list and topology print what there is") {
    ChildProgram list({"list"});
    CHECK(list.wait() == exit_ok);
    for (const std::string_view name : {"injector", "router", "stub", "parrot", "replay", "rules"})
        CHECK_MESSAGE(contains(list.output(), name), name);
    ChildProgram topology({"topology"});
    CHECK(topology.wait() == exit_ok);
    CHECK(contains(topology.output(), "allowed CPUs"));
    ChildProgram planned({"topology", "-c", payment_switch});
    CHECK_MESSAGE(planned.wait() == exit_ok, planned.errors());
    CHECK(contains(planned.output(), "issuer-b"));
}

}  // namespace prosa
