// The program from end to end, in processes of its own.
#include "apps/prosa/prosa_main.hpp"

#include <doctest/doctest.h>
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include "apps/prosa/exit_code.hpp"
#include "core/bus/bus.hpp"
#include "test/apps/prosa/child_program.hpp"

namespace prosa {
namespace {

const std::string payment_switch = std::string(PROSA_EXAMPLES) + "/payment_switch.yml";
const std::string transactions = std::string(PROSA_EXAMPLES) + "/transactions.jsonl";

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

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

std::size_t line_count(const std::string& text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
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

TEST_CASE("a dry run writes a default configuration where none is, once, and that one runs") {
    const TemporaryFolder folder;
    for (const std::string_view name : {"a.yml", "a.toml"}) {
        const std::string path = (folder.path() / name).string();
        ChildProgram first({"run", "--dry_run", "-c", path});
        CHECK(first.wait() == exit_ok);
        CHECK(contains(first.errors(), "written with the default configuration"));
        const std::string text = read_file(path);
        CHECK(contains(text, "stub"));
        ChildProgram second({"run", "--dry_run", "-c", path});
        CHECK_MESSAGE(second.wait() == exit_ok, second.errors());
        CHECK_FALSE(contains(second.errors(), "written"));
        CHECK(contains(second.output(), "Memory: at most"));
        CHECK(read_file(path) == text);
        ChildProgram run({"run", "-c", path, "--duration", "50ms"});
        CHECK_MESSAGE(run.wait() == exit_ok, run.errors());
    }
}

TEST_CASE("the environment and the options hold for a default configuration, and are not written into it") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "a.yml").string();
    std::string first_output;
    for (int i = 0; i < 2; ++i) {
        ChildProgram program({"run", "--dry_run", "-c", path, "--name", "other"},
                             {{"PROSA_BUS__CREDIT", "55"}});
        CHECK_MESSAGE(program.wait() == exit_ok, program.errors());
        CHECK(contains(program.output(), "credit: 55"));
        CHECK(contains(program.output(), "name: other"));
        if (i > 0) CHECK(program.output() == first_output);
        first_output = program.output();
    }
    CHECK_FALSE(contains(read_file(path), "credit: 55"));
    CHECK(contains(read_file(path), "name: prosa"));
}

TEST_CASE("a dry run refuses a malformed file and leaves it as it is") {
    const TemporaryFolder folder;
    const std::string path = folder.write("a.yml", "name: [\n");
    ChildProgram program({"run", "--dry_run", "-c", path});
    CHECK(program.wait() == exit_usage);
    CHECK(contains(program.errors(), path + ":"));
    CHECK(read_file(path) == "name: [\n");
}

TEST_CASE("a dry run shows the plan and hides secrets") {
    ChildProgram program({"run", "--dry_run", "-c", payment_switch, "-n", "other"});
    CHECK_MESSAGE(program.wait() == exit_ok, program.errors());
    CHECK(contains(program.output(), "name: other"));
    CHECK(contains(program.output(), "Reactor"));
    CHECK(contains(program.output(), "router-1"));
    CHECK_FALSE(contains(program.errors(), "stops"));
}

TEST_CASE("a dry run shows who uses each service") {
    ChildProgram program({"run", "--dry_run", "-c", payment_switch});
    CHECK_MESSAGE(program.wait() == exit_ok, program.errors());
    CHECK_FALSE(contains(program.errors(), "warning"));
    std::istringstream lines(program.output());
    std::size_t issuer_count = 0;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("  ISSUER_")) {
            CHECK_MESSAGE(line.find("router-1") != std::string::npos, line);
            ++issuer_count;
        }
    CHECK(issuer_count == 2);
}

TEST_CASE("a dry run warns of a service that is used and not provided, where it is named") {
    const TemporaryFolder folder;
    folder.write("rules.yml",
                 "rules:\n- { when: { pan: { exists: true } }, service: S }\ndefault: NOWHERE\n");
    const std::string path =
        folder.write("a.yml",
                     "i: { processor: injector, rate: 10,\n  service_name: NOBODY }\n"
                     "r: { processor: router, service_names: [R], adaptor_config_path: rules.yml }\n"
                     "s: { processor: stub, service_names: [S] }\n");
    ChildProgram program({"run", "--dry_run", "-c", path});
    CHECK(program.wait() == exit_ok);
    const std::string rules = (folder.path() / "rules.yml").string();
    CHECK(program.errors() ==
          "warning: " + path + ":2: service 'NOBODY' has no provider in this configuration\n" +
              "warning: " + rules + ":3: service 'NOWHERE' has no provider in this configuration\n");
    CHECK(contains(program.output(), "  NOWHERE "));
}

TEST_CASE("a dry run refuses the files that a run could not open, and makes none") {
    const TemporaryFolder folder;
    const std::string stub = "s: { processor: stub, service_names: [S] }\n";
    const auto errors_of = [](const std::string& path, int exit_code) {
        ChildProgram program({"run", "--dry_run", "-c", path});
        CHECK_MESSAGE(program.wait() == exit_code, program.errors());
        return program.errors();
    };
    const std::string socket =
        folder.write("a.yml", stub + "bus:\n  ctl_socket: /tmp/" + std::string(150, 'x') + "\n");
    CHECK(contains(errors_of(socket, exit_usage), socket + ":3: 'bus.ctl_socket': "));

    const std::string no_socket = (folder.path() / "none" / "s").string();
    const std::string no_socket_folder =
        folder.write("e.yml", stub + "bus:\n  ctl_socket: " + no_socket + "\n");
    CHECK(errors_of(no_socket_folder, exit_usage) ==
          no_socket_folder + ":3: 'bus.ctl_socket': " + no_socket +
              ": cannot be listened on: No such file or directory\n");
    const std::string in_the_way = folder.write("f.yml", stub + "bus: { ctl_socket: " + socket + " }\n");
    CHECK(errors_of(in_the_way, exit_usage) ==
          in_the_way + ":2: 'bus.ctl_socket': " + socket + ": is in the way, expected a socket or nothing\n");
    const std::string good_socket = (folder.path() / "s").string();
    errors_of(folder.write("g.yml", stub + "bus: { ctl_socket: " + good_socket + " }\n"), exit_ok);
    CHECK_FALSE(std::filesystem::exists(good_socket));

    const std::string none = (folder.path() / "none" / "log").string();
    const std::string no_folder =
        folder.write("b.yml", stub + "observability:\n  transaction_log:\n    path: " + none + "\n");
    CHECK(errors_of(no_folder, exit_usage) ==
          no_folder + ":4: 'observability.transaction_log.path': " + none +
              ": cannot be opened for writing: No such file or directory\n");

    const std::string log = (folder.path() / "log").string();
    errors_of(folder.write("c.yml", stub + "observability: { transaction_log: { path: " + log + " } }\n"),
              exit_ok);
    CHECK_FALSE(std::filesystem::exists(log));
    errors_of(folder.write("d.yml", stub + "observability: { transaction_log: { path: " +
                                        folder.path().string() + " } }\n"),
              exit_usage);
}

TEST_CASE("the reference documents every key of the effective configuration") {
    const std::string reference = read_file(PROSA_REFERENCE);
    REQUIRE_FALSE(reference.empty());
    ChildProgram program({"run", "--dry_run", "-c", payment_switch});
    CHECK_MESSAGE(program.wait() == exit_ok, program.errors());
    std::istringstream lines(program.output());
    std::size_t key_count = 0;
    for (std::string line; std::getline(lines, line) && !line.empty();) {
        const std::size_t start = line.find_first_not_of(' ');
        if (start == 0) continue;  // names of processors
        const std::string key = line.substr(start, line.find(':') - start);
        CHECK_MESSAGE((contains(reference, "`" + key + "`") || contains(reference, key + ":")), key);
        ++key_count;
    }
    CHECK(key_count > 50);
}

TEST_CASE("what is wrong with a configuration is on standard error, with place and exit code 2") {
    const TemporaryFolder folder;
    const std::string path =
        folder.write("a.yml", "bus:\n  crdit: 5\ns: { processor: stub, service_names: [A] }\n");
    ChildProgram unknown_key({"run", "-c", path});
    CHECK(unknown_key.wait() == exit_usage);
    CHECK(unknown_key.errors() == path + ":2: unknown key 'crdit' in 'bus', did you mean 'credit'?\n");
    CHECK(unknown_key.output() == "");

    ChildProgram missing({"run", "-c", (folder.path() / "none.yml").string()});
    CHECK(missing.wait() == exit_usage);
    CHECK(contains(missing.errors(), "none.yml: cannot be read"));
    CHECK(contains(missing.errors(), "prosa run --dry_run"));

    ChildProgram environment({"run", "-c", payment_switch}, {{"PROSA_ROUTER_1__ADAPTR", "rules"}});
    CHECK(environment.wait() == exit_usage);
    CHECK(contains(environment.errors(),
                   "environment PROSA_ROUTER_1__ADAPTR: unknown key 'ADAPTR' in 'router-1', did "
                   "you mean 'adaptor'?"));
}

TEST_CASE("a variable reaches items of lists and names another rules file, but not the keys in it") {
    const TemporaryFolder folder;
    folder.write("a-rules.yml", "default: A\n");
    folder.write("b-rules.yml", "default: B\n");
    const std::string path =
        folder.write("a.yml",
                     "r: { processor: router, service_names: [R], adaptor_config_path: a-rules.yml }\n"
                     "s: { processor: stub, service_names: [A] }\n");
    ChildProgram reached({"run", "--dry_run", "-c", path}, {{"PROSA_S__SERVICE_NAMES__0", "B"},
                                                            {"PROSA_S__SERVICE_NAMES__1", "C"},
                                                            {"PROSA_R__ADAPTOR_CONFIG_PATH", "b-rules.yml"}});
    CHECK_MESSAGE(reached.wait() == exit_ok, reached.errors());
    CHECK(reached.errors() == "");  // the new target has a provider
    CHECK(contains(reached.output(), "service_names: [B, C]\n"));

    ChildProgram not_reached({"run", "--dry_run", "-c", path}, {{"PROSA_R__RULES__0__SERVICE", "B"}});
    CHECK(not_reached.wait() == exit_usage);
    CHECK(not_reached.errors().starts_with(
        "environment PROSA_R__RULES__0__SERVICE: unknown key 'RULES' in 'r', "));
    ChildProgram too_far({"run", "--dry_run", "-c", path}, {{"PROSA_S__SERVICE_NAMES__5", "B"}});
    CHECK(too_far.wait() == exit_usage);
    CHECK(contains(too_far.errors(), "'5' is no item of the list"));
}

TEST_CASE("a dry run shows the timeout that requests of an injector have") {
    const TemporaryFolder folder;
    const std::string bus = "bus: { call_timeout: 250ms }\n";
    const std::string stub = "s: { processor: stub, service_names: [S] }\n";
    const std::string injector = "i:\n  processor: injector\n  service_name: S\n";
    const auto shown = [&](std::string_view file, const std::string& text, int exit_code) {
        ChildProgram program({"run", "--dry_run", "-c", folder.write(file, text)});
        CHECK_MESSAGE(program.wait() == exit_code, program.errors());
        return program.output() + program.errors();
    };
    CHECK(contains(shown("a.yml", stub + injector, exit_ok), "\n  timeout: 5s\n"));
    CHECK(contains(shown("b.yml", bus + stub + injector, exit_ok), "\n  timeout: 250ms\n"));
    CHECK(contains(shown("c.yml", bus + stub + injector + "  timeout: 2s\n", exit_ok), "\n  timeout: 2s\n"));
    CHECK(contains(shown("d.yml", stub + injector + "  timeout: 0s\n", exit_usage),
                   "d.yml:5: 'i.timeout' expects a duration from 1us to 86400s, got '0s'"));
}

TEST_CASE("a folder of files is one configuration, in the order of the names") {
    const TemporaryFolder folder;
    folder.write("10-base.yml", "name: first\ns: { processor: stub, service_names: [A] }\n");
    folder.write("20-more.toml", "name = \"second\"\n[bus]\ncredit = 77\n");
    ChildProgram program({"run", "--dry_run", "-c", folder.path().string()});
    CHECK_MESSAGE(program.wait() == exit_ok, program.errors());
    CHECK(contains(program.output(), "name: second"));
    CHECK(contains(program.output(), "credit: 77"));
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
    ChildProgram run({"run", "-c", path, "--duration", "300ms"}, {}, &registry);
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
    CHECK(line_count(document, "\"success_percent\":") == 2);
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
    ProcessorRegistry registry;
    ProcessorKind kind;
    kind.name = "broken";
    kind.configure = [](ProcessorSetup&) -> absl::StatusOr<ProcessorFactory> {
        return ProcessorFactory([](const ShardInfo&) -> std::unique_ptr<Processor> {
            throw ProcessorError::fatal("there is no paper");
        });
    };
    REQUIRE(registry.add(kind).ok());
    const TemporaryFolder folder;
    const std::string path = folder.write("a.yml", "b: { processor: broken }\n");
    ChildProgram program({"load", "-c", path, "--service", "A", "--rate", "1"}, {}, &registry);
    CHECK(program.wait() == exit_failed);
    CHECK(contains(program.errors(), "processor 'b' is crashed: there is no paper"));
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
