// What `prosa run` makes of a configuration before anything starts, in processes of its own.
#include <doctest/doctest.h>

#include <filesystem>
#include <sstream>

#include "apps/prosa/exit_code.hpp"
#include "test/apps/prosa/child_program.hpp"
#include "test/apps/prosa/example_files.hpp"
#include "test/apps/prosa/program_text.hpp"

namespace prosa {

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
    ChildProgram run({"run", "-c", path, "--duration", "50ms"});
    run.wait();
    CHECK_MESSAGE(run.errors().starts_with(program.errors()), run.errors());
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

}  // namespace prosa
