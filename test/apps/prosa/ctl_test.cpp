// `prosa ctl` and the log of transactions from end to end, in processes of their own.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "apps/prosa/exit_code.hpp"
#include "test/apps/prosa/child_program.hpp"
#include "test/apps/prosa/example_files.hpp"
#include "test/apps/prosa/program_text.hpp"
#include "test/support/log_lines.hpp"

namespace prosa {
namespace {

using test::field;
using test::lines_of;

struct CtlResult {
    int exit_code = 0;
    std::string output;
    std::string errors;
};

CtlResult ctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ctl");
    ChildProgram program(std::move(arguments));
    const int exit_code = program.wait();
    return {exit_code, program.output(), program.errors()};
}

// An injector that goes on until it is stopped, and a stub that answers it.
class RunningInstance {
  public:
    RunningInstance()
        : socket((folder.path() / "ctl.sock").string()),
          program(
              {"run", "-c",
               folder.write("a.yml", "name: ctl-test\nbus: { ctl_socket: '" + socket +
                                         "' }\n"
                                         "injector-1: { processor: injector, service_name: PAY, rate: 200 }\n"
                                         "stub-1: { processor: stub, service_names: [PAY] }\n")}) {
        for (;;) {
            const CtlResult processors = ask({"processors"});
            if (processors.exit_code == exit_ok && !contains(processors.output, "starting")) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }

    CtlResult ask(std::vector<std::string> words) const {
        words.insert(words.begin(), {"--socket", socket});
        return ctl(std::move(words));
    }

    TemporaryFolder folder;
    const std::string socket;
    ChildProgram program;
};

}  // namespace

TEST_CASE("ctl shows and steers a running instance, and stops it") {
    RunningInstance instance;
    const auto answer_to = [&](std::vector<std::string> words) {
        const CtlResult result = instance.ask(std::move(words));
        CHECK_MESSAGE(result.exit_code == exit_ok, result.errors);
        return result.output;
    };
    CHECK(contains(answer_to({"status"}), "ctl-test is running"));
    CHECK(contains(answer_to({"--json", "status"}), "\"phase\": \"running\""));
    CHECK(contains(answer_to({"processors"}), "stub-1"));
    CHECK(contains(answer_to({"processors", "--json"}), "\"state\": \"running\""));
    CHECK(contains(answer_to({"services"}), "PAY"));
    CHECK(contains(answer_to({"reactors"}), "duty %"));
    CHECK(contains(answer_to({"reactors", "--json"}), "\"duty_percent\""));
    CHECK(answer_to({"withdraw", "PAY"}) == "service 'PAY' is withdrawn\n");
    CHECK(contains(answer_to({"services"}), "withdrawn"));
    CHECK(contains(answer_to({"services", "--json"}), "\"is_withdrawn\": true"));
    CHECK(answer_to({"restore", "PAY"}) == "service 'PAY' is restored\n");
    CHECK(contains(answer_to({"command", "injector-1", "status"}), "intended "));
    CHECK(contains(answer_to({"command", "injector-1", "rate", "300"}), "rate 300"));
    CHECK(contains(answer_to({"--json", "command", "injector-1", "status"}), "\"answer\": \"intended "));
    CHECK(answer_to({"log-level", "debug"}) == "the log's level is debug\n");
    CHECK(answer_to({"log-level", "INFO"}) == "the log's level is info\n");
    CHECK(answer_to({"restart", "stub-1"}) == "processor 'stub-1' restarts\n");
    const std::string metrics = answer_to({"metrics"});
    for (const std::string_view part :
         {"# TYPE prosa_processors gauge\n",
          "prosa_processors{type=\"node\",id=\"1\",title=\"injector-1\"} 0\n",
          "prosa_main_ram{type=\"physical\"} ", "prosa_services{type=\"node\",id=\"PAY\"} ",
          "prosa_inj_request_duration_bucket{proc=\"injector-1\",service=\"PAY\",err_code=\"0\",le=\"0.001\"}"
          " "})
        CHECK_MESSAGE(contains(metrics, part), part);
    CHECK(answer_to({"remove", "stub-1"}) == "processor 'stub-1' is removed\n");
    CHECK(answer_to({"stop", "for", "the", "test"}) == "ctl-test stops\n");
    CHECK_MESSAGE(instance.program.wait() == exit_ok, instance.program.errors(), instance.program.output());
    for (const std::string_view act :
         {"service 'PAY' is withdrawn, as asked for", "service 'PAY' is restored, as asked for",
          "processor 'stub-1' restarts, as asked for", "processor 'stub-1' is removed, as asked for",
          "an operator asked for it: for the test"})
        CHECK_MESSAGE(contains(instance.program.errors(), act), act);
    CHECK_FALSE(std::filesystem::exists(instance.socket));
    CHECK(instance.ask({"status"}).exit_code == exit_unreachable);
}

TEST_CASE("what an instance refuses is said on standard error, with exit code 1") {
    RunningInstance instance;
    const auto refusal_of = [&](std::vector<std::string> words) {
        const CtlResult result = instance.ask(std::move(words));
        CHECK(result.exit_code == exit_failed);
        CHECK(result.output == "");
        return result.errors;
    };
    CHECK(refusal_of({"restart", "stub-2"}) == "unknown processor 'stub-2', did you mean 'stub-1'?\n");
    CHECK(refusal_of({"remove", "nobody"}) ==
          "unknown processor 'nobody', expected one of: injector-1, stub-1\n");
    CHECK(contains(refusal_of({"withdraw", "PAI"}), "unknown service 'PAI', did you mean 'PAY'?"));
    CHECK(contains(refusal_of({"log-level", "loud"}), "unknown level 'loud', expected off, error"));
    CHECK(contains(refusal_of({"command", "nobody", "status"}), "unknown processor 'nobody'"));
    CHECK(refusal_of({"command", "injector-1", "faster"}) ==
          "unknown command 'faster', expected 'rate 30k' or 'status'\n");
    CHECK(contains(refusal_of({"command", "injector-1", "rate", "-5"}), "-5"));
    CHECK(refusal_of({"--json", "command", "stub-1", "status"}) == "unknown command 'status'\n");
    CHECK(contains(refusal_of({"restore", "PAI"}), "unknown service 'PAI', did you mean 'PAY'?"));
    CHECK(contains(refusal_of({"--json", "metrics"}), "text form only"));
    instance.program.signal(SIGTERM);
    CHECK(instance.program.wait() == exit_ok);
}

TEST_CASE("wrong usage of ctl exits with 2, an instance that is not there with 4") {
    const auto usage_error_of = [](std::vector<std::string> arguments) {
        const CtlResult result = ctl(std::move(arguments));
        CHECK(result.exit_code == exit_usage);
        CHECK(result.output == "");
        return result.errors;
    };
    CHECK(contains(usage_error_of({"--socket", "/nowhere"}), "a verb is missing"));
    CHECK(contains(usage_error_of({"--socket", "/nowhere", "stat"}),
                   "unknown verb 'stat', did you mean 'status'?"));
    CHECK(contains(usage_error_of({"--socket", "/nowhere", "status", "now"}),
                   "status takes no argument, got 'now'"));
    CHECK(contains(usage_error_of({"status", "-n", "a"}),
                   "status takes no argument, got '-n a' (options stand before the verb)"));
    CHECK(contains(usage_error_of({"restart", "x", "--timeout", "1s"}), "(options stand before the verb)"));
    CHECK(contains(usage_error_of({"--socket", "/nowhere", "restart"}), "restart takes PROCESSOR, got ''"));
    CHECK(contains(usage_error_of({"--socket", "/nowhere", "command", "x"}),
                   "command takes PROCESSOR TEXT, got 'x'"));
    CHECK(contains(usage_error_of({"--sokcet", "/nowhere", "status"}), "unknown option '--sokcet'"));
    CHECK(contains(usage_error_of({"--socket"}), "--socket needs a value"));
    CHECK(contains(usage_error_of({"-n", "a", "--socket", "b", "status"}), "exclude each other"));
    CHECK(contains(usage_error_of({"--timeout", "soon", "status"}), "soon"));
    CHECK(contains(usage_error_of({"--socket", "/nowhere", "stop", std::string(5000, 'x')}), "longer than"));

    const CtlResult unreachable = ctl({"--socket", "/nowhere", "status"});
    CHECK(unreachable.exit_code == exit_unreachable);
    CHECK(contains(unreachable.errors, "/nowhere: no instance can be reached there"));
    CHECK(ctl({"-n", "no-such-instance", "status"}).exit_code == exit_unreachable);
    const CtlResult help = ctl({"--help"});
    CHECK(help.exit_code == exit_ok);
    CHECK(contains(help.output, "withdraw SERVICE"));
}

TEST_CASE("two instances cannot have one chosen control socket") {
    RunningInstance first;
    ChildProgram second({"run", "-c", (first.folder.path() / "a.yml").string()});
    CHECK(second.wait() == exit_usage);
    const std::string refusal = (first.folder.path() / "a.yml").string() +
                                ":2: 'bus.ctl_socket': " + first.socket +
                                ": another instance listens there\n";
    CHECK(second.errors() == refusal);
    ChildProgram dry({"run", "--dry_run", "-c", (first.folder.path() / "a.yml").string()});
    CHECK(dry.wait() == exit_usage);
    CHECK(dry.errors() == refusal);
    CHECK(first.ask({"status"}).exit_code == exit_ok);
}

TEST_CASE("the payment switch logs both hops of each transaction, by reference and without a card number") {
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "transactions.log").string();
    ChildProgram program({"run", "-c", payment_switch},
                         {{"PROSA_INJECTOR_1__RATE", "2k"},
                          {"PROSA_INJECTOR_1__COUNT", "1000"},
                          {"PROSA_OBSERVABILITY__TRANSACTION_LOG__PATH", path}});
    CHECK_MESSAGE(program.wait() == exit_ok, program.errors());
    std::map<std::string, std::set<std::string>> requesters_by_correlation;
    for (const std::string& line : lines_of(path)) {
        const std::string route = field(line, "route");
        requesters_by_correlation[field(line, "correlation")].insert(route.substr(0, route.find('>')));
        const bool is_first_hop = contains(route, "injector-1>PAYMENT>router-1");
        CHECK((is_first_hop || contains(route, "router-1>ISSUER_")));
        if (is_first_hop) CHECK(field(line, "reference").size() == 8);  // six digits in quotes
        std::size_t digits = 0;
        for (const char c : line.substr(line.find(" route="))) {
            digits = c >= '0' && c <= '9' ? digits + 1 : 0;
            CHECK(digits < 13);
        }
    }
    CHECK(requesters_by_correlation.size() == 1000);
    std::size_t with_both_hops = 0;
    for (const auto& [correlation, requesters] : requesters_by_correlation)
        if (requesters.size() == 2) ++with_both_hops;
    CHECK(with_both_hops > 900);  // the others are refused by the router: no issuer has their number
}

TEST_CASE("load writes the log of transactions that its configuration asks for, to the last one") {
    const TemporaryFolder folder;
    const std::string path = folder.file("transactions.log");
    ChildProgram program({"load", "-c", payment_switch, "--service", "ISSUER_A", "--rate", "1k", "--duration",
                          "300ms", "--warmup", "0s", "--input", transactions, "--json", "-"},
                         {{"PROSA_OBSERVABILITY__TRANSACTION_LOG__PATH", path}});
    const int exit_code = program.wait();
    CHECK_MESSAGE((exit_code == exit_ok || exit_code == exit_missed), program.errors());
    const auto lines = lines_of(path);
    const std::string output = program.output();
    CHECK_FALSE(lines.empty());
    CHECK_MESSAGE(contains(output, fmt::format("\"sent\": {},", lines.size())), output);
    for (const std::string& line : lines) {
        CHECK(contains(field(line, "route"), "prosa-load>ISSUER_A>issuer-a"));
        CHECK(field(line, "reference").size() == 8);  // six digits in quotes
    }
}

TEST_CASE("a run says how many requests its log of transactions has no line for") {
    const TemporaryFolder folder;
    ChildProgram program({"run", "-c", payment_switch},
                         {{"PROSA_INJECTOR_1__RATE", "200k"},
                          {"PROSA_INJECTOR_1__COUNT", "20000"},
                          {"PROSA_OBSERVABILITY__TRANSACTION_LOG__RING_SLOTS", "16"},
                          {"PROSA_OBSERVABILITY__TRANSACTION_LOG__PATH", folder.file("transactions.log")}});
    CHECK(program.wait() == exit_ok);
    CHECK_MESSAGE(
        contains(program.errors(), " requests are not in the log of transactions: its ring was full"),
        program.errors());
}

TEST_CASE("a transaction log that cannot be opened is an error before anything starts") {
    ChildProgram program({"run", "-c", payment_switch},
                         {{"PROSA_OBSERVABILITY__TRANSACTION_LOG__PATH", "/no/such/folder/log"}});
    CHECK(program.wait() == exit_usage);
    CHECK(program.errors() ==
          "environment PROSA_OBSERVABILITY__TRANSACTION_LOG__PATH: 'observability.transaction_log.path': "
          "/no/such/folder/log: cannot be opened for writing: No such file or directory\n");
}

}  // namespace prosa
