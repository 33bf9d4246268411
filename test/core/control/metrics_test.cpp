// The metrics along the life of processors: each value of ProSA's, exactly.
#include "core/control/metrics.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>

#include "test/core/bus/bus_support.hpp"

namespace prosa::test {
namespace {

using Series = std::map<std::string, double>;

// The samples of one metric, labels as they stand in the text.
Series series_of(const std::string& text, const std::string& metric) {
    Series found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(metric + "{") && !line.starts_with(metric + " ")) continue;
        const std::size_t space = line.rfind(' ');
        found[line.substr(metric.size(), space - metric.size())] = std::stod(line.substr(space + 1));
    }
    return found;
}

double value_of_series(const std::string& text, const std::string& metric, const std::string& labels) {
    const Series series = series_of(text, metric);
    const auto found = series.find(labels);
    REQUIRE_MESSAGE(found != series.end(), metric, labels, "\n", text);
    return found->second;
}

// What follows the labels `type` of a processor's two series.
std::string node(int id, const std::string& title) {
    return "{type=\"node\",id=\"" + std::to_string(id) + "\",title=\"" + title + "\"}";
}
std::string queues(int id, const std::string& title) {
    return "{type=\"queues\",id=\"" + std::to_string(id) + "\",title=\"" + title + "\"}";
}
std::string service(const std::string& name) { return "{type=\"node\",id=\"" + name + "\"}"; }
std::string link_to(const std::string& name, int id) {
    return "{type=\"link\",id=\"" + name + "/" + std::to_string(id) + "\",source=\"" + name + "\",target=\"" +
           std::to_string(id) + "\"}";
}

// Fails as the request's text says, or echoes.
ProcessorDefinition worker(std::string name, std::vector<std::string> services) {
    auto made = definition(std::move(name), [services](LambdaProcessor& p) {
        p.start = [services](LambdaProcessor& self) {
            self.bus().add_services(services);
            return absl::OkStatus();
        };
        p.request = [](LambdaProcessor&, Request& request) {
            const std::string text = text_of(request.body());
            if (text == "recoverable") throw std::runtime_error("as asked");
            if (text == "fatal") throw ProcessorError::fatal("as asked");
            request.reply(request.body());
        };
    });
    made.restart.period_ns = 0;
    return made;
}

// An instance whose processors and services are compared, all of them, after each step.
class Walk {
  public:
    Walk() : main_(options()) {}

    BusMain& main() { return main_; }

    void check(const Series& processors, const Series& services) {
        CHECK_MESSAGE(settles("prosa_processors", processors), text());
        CHECK_MESSAGE(settles("prosa_services", services), text());
    }

    void tell(const std::string& service, const std::string& text) {
        auto client = main_.connect_client();
        const ServiceHandle handle = client->resolve(service);
        REQUIRE(wait_for_provider(*client, handle));
        CHECK(client->call(handle, bytes_of(text)).error == ServiceError::dropped);
    }

    std::string text() { return metrics_text(main_.report(), {}); }

  private:
    bool settles(const std::string& metric, const Series& expected) {
        return eventually([&] { return series_of(text(), metric) == expected; }, 10 * ns_per_s);
    }

    BusMain main_;
};

// --- our own families, all that are not 0 --------------------------------------------------------------------------

// What a life decides exactly: not turns, times and what was waiting at some moment.
constexpr std::array<std::string_view, 22> exact_families = {"prosa_requests_accepted_total",
                                                             "prosa_outcomes_total",
                                                             "prosa_requests_abandoned_total",
                                                             "prosa_replies_late_total",
                                                             "prosa_requests_refused_total",
                                                             "prosa_request_duration_seconds_count",
                                                             "prosa_received_total",
                                                             "prosa_answers_total",
                                                             "prosa_keep_refused_total",
                                                             "prosa_duplicate_answers_total",
                                                             "prosa_kept",
                                                             "prosa_kept_high_water",
                                                             "prosa_restarts_total",
                                                             "prosa_reactor_hanging",
                                                             "prosa_reactor_in_flight",
                                                             "prosa_reactor_credit_in_use",
                                                             "prosa_reactor_queue_depth",
                                                             "prosa_reactor_kept_blocks",
                                                             "prosa_reactor_body_blocks",
                                                             "prosa_reactor_outbox",
                                                             "prosa_reactor_unreachable_total",
                                                             "prosa_reactor_duplicate_total"};

Series nonzero_of(const std::string& text) {
    Series found;
    for (const std::string_view family : exact_families)
        for (const auto& [labels, value] : series_of(text, std::string(family)))
            if (value != 0) found[std::string(family) + labels] = value;
    return found;
}

std::string proc(std::string_view family, std::string_view name) {
    return fmt::format("prosa_{}{{proc=\"{}\"}}", family, name);
}
std::string proc(std::string_view family, std::string_view name, ServiceError code) {
    return fmt::format("prosa_{}{{proc=\"{}\",err_code=\"{}\"}}", family, name, static_cast<int>(code));
}
std::string on_reactor(std::string_view family, int reactor) {
    return fmt::format("prosa_reactor_{}{{reactor=\"{}\"}}", family, reactor);
}

// Does with a request what its text says; `keep` waits for `release`.
ProcessorDefinition obedient() {
    return definition("w", [kept = std::make_shared<std::vector<KeptRequest>>()](LambdaProcessor& p) {
        p.start = [](LambdaProcessor& self) {
            self.bus().add_services({"W"});
            return absl::OkStatus();
        };
        p.request = [kept](LambdaProcessor&, Request& request) {
            const std::string text = text_of(request.body());
            if (text == "fail") throw std::runtime_error("as asked");
            if (text == "keep") return kept->push_back(request.keep());
            if (text == "drop") return;
            request.reply({});
            if (text == "twice") request.reply({});
            if (text != "release") return;
            for (KeptRequest& each : *kept) each.reply({});
            kept->clear();
        };
    });
}

// Sends what it is commanded, `keep` with a deadline that passes.
ProcessorDefinition asker() {
    return definition("asker", [](LambdaProcessor& p) {
        p.command = [](LambdaProcessor& self, std::string_view text) {
            const bool is_misdirected = text == "nobody";
            const ServiceHandle service = self.bus().resolve(is_misdirected ? "NOBODY" : "W");
            const Nanos timeout_ns = text == "keep" ? 2 * ns_per_s : 10 * ns_per_s;
            const bool is_sent =
                bool(self.bus().send(service, bytes_of(std::string(text)), {.timeout_ns = timeout_ns}));
            return std::string(is_sent ? "sent" : "refused");
        };
    });
}

}  // namespace

TEST_CASE("ProSA's metrics follow start, addition, restart, crash, the operator's restart and removal") {
    Walk walk;
    REQUIRE(walk.main().add_processor(worker("a", {"ONE"})).ok());
    walk.check({{node(1, "a"), -1}, {queues(1, "a"), 0}}, {});

    REQUIRE(walk.main().start().ok());
    walk.check({{node(1, "a"), 0}, {queues(1, "a"), 1}}, {{service("ONE"), 1}, {link_to("ONE", 1), 1}});

    REQUIRE(walk.main().add_processor(worker("b", {"ONE", "TWO"})).ok());
    walk.check({{node(1, "a"), 0}, {queues(1, "a"), 1}, {node(2, "b"), 0}, {queues(2, "b"), 1}},
               {{service("ONE"), 2},
                {link_to("ONE", 1), 1},
                {link_to("ONE", 2), 1},
                {service("TWO"), 1},
                {link_to("TWO", 2), 1}});

    walk.tell("TWO", "recoverable");
    walk.check({{node(1, "a"), 0}, {queues(1, "a"), 1}, {node(2, "b"), 1}, {queues(2, "b"), 1}},
               {{service("ONE"), 2},
                {link_to("ONE", 1), 1},
                {link_to("ONE", 2), 1},
                {service("TWO"), 1},
                {link_to("TWO", 2), 1}});

    walk.tell("TWO", "fatal");
    walk.check({{node(1, "a"), 0}, {queues(1, "a"), 1}, {node(2, "b"), -2}, {queues(2, "b"), 0}},
               {{service("ONE"), 1}, {link_to("ONE", 1), 1}, {service("TWO"), 0}});

    REQUIRE(walk.main().restart_processor("b").ok());
    walk.check({{node(1, "a"), 0}, {queues(1, "a"), 1}, {node(2, "b"), 1}, {queues(2, "b"), 1}},
               {{service("ONE"), 2},
                {link_to("ONE", 1), 1},
                {link_to("ONE", 2), 1},
                {service("TWO"), 1},
                {link_to("TWO", 2), 1}});

    REQUIRE(walk.main().remove_processor("a").ok());
    walk.check({{node(2, "b"), 1}, {queues(2, "b"), 1}},
               {{service("ONE"), 1}, {link_to("ONE", 2), 1}, {service("TWO"), 1}, {link_to("TWO", 2), 1}});

    REQUIRE(walk.main().remove_processor("b").ok());
    walk.check({}, {{service("ONE"), 0}, {service("TWO"), 0}});
}

TEST_CASE("our metrics follow answers, kept and late ones, errors, refusals, a restart and a removal") {
    BusMain main(options());
    auto worker = obedient();
    worker.restart.period_ns = 0;
    REQUIRE(main.add_processor(asker()).ok());
    REQUIRE(main.add_processor(std::move(worker)).ok());
    REQUIRE(main.start().ok());
    Series expected;
    const auto text = [&] { return metrics_text(main.report(), {}); };
    const auto is_as_expected = [&] { return eventually([&] { return nonzero_of(text()) == expected; }); };
    const auto tell = [&](const std::string& command) {
        const auto answer = main.command("asker", command, 5 * ns_per_s);
        REQUIRE(answer.ok());
        return *answer;
    };
    // A request that reached the provider: both sides count it.
    const auto expect_request = [&](ServiceError outcome, ServiceError answer) {
        expected[proc("requests_accepted_total", "asker")] += 1;
        expected[proc("outcomes_total", "asker", outcome)] += 1;
        expected[proc("received_total", "w")] += 1;
        expected[proc("answers_total", "w", answer)] += 1;
        if (outcome == ServiceError::none) expected[proc("request_duration_seconds_count", "asker")] += 1;
    };
    REQUIRE(eventually([&] { return series_of(text(), "prosa_services")[service("W")] == 1; }));
    CHECK_MESSAGE(is_as_expected(), text());

    CHECK(tell("echo").starts_with("sent"));
    expect_request(ServiceError::none, ServiceError::none);
    CHECK_MESSAGE(is_as_expected(), text());

    tell("keep");
    expected[proc("requests_accepted_total", "asker")] += 1;
    expected[proc("received_total", "w")] += 1;
    expected[proc("outcomes_total", "asker", ServiceError::timeout)] = 1;
    expected[proc("kept", "w")] = 1;
    expected[proc("kept_high_water", "w")] = 1;
    expected[on_reactor("kept_blocks", 1)] = 1;
    expected[on_reactor("credit_in_use", 0)] = 1;
    CHECK_MESSAGE(is_as_expected(), text());

    tell("release");
    expect_request(ServiceError::none, ServiceError::none);
    expected[proc("answers_total", "w", ServiceError::none)] += 1;  // the kept one's
    expected[proc("replies_late_total", "asker")] = 1;
    expected.erase(proc("kept", "w"));
    expected.erase(on_reactor("kept_blocks", 1));
    expected.erase(on_reactor("credit_in_use", 0));
    CHECK_MESSAGE(is_as_expected(), text());

    tell("drop");
    expect_request(ServiceError::dropped, ServiceError::dropped);
    CHECK_MESSAGE(is_as_expected(), text());

    tell("twice");
    expect_request(ServiceError::none, ServiceError::none);
    expected[proc("duplicate_answers_total", "w")] = 1;
    CHECK_MESSAGE(is_as_expected(), text());

    CHECK(tell("nobody").starts_with("refused"));
    expected["prosa_requests_refused_total{proc=\"asker\",reason=\"unreachable\"}"] = 1;
    CHECK_MESSAGE(is_as_expected(), text());

    tell("fail");
    expect_request(ServiceError::dropped, ServiceError::dropped);
    expected[proc("restarts_total", "w")] = 1;
    CHECK_MESSAGE(is_as_expected(), text());

    REQUIRE(eventually([&] { return series_of(text(), "prosa_services")[service("W")] == 1; }));
    const double version = value_of_series(text(), "prosa_table_version", "");
    REQUIRE(main.remove_processor("w").ok());
    std::erase_if(expected,
                  [](const auto& each) { return each.first.find("proc=\"w\"") != std::string::npos; });
    CHECK_MESSAGE(is_as_expected(), text());
    CHECK(eventually([&] { return value_of_series(text(), "prosa_table_version", "") > version; }));
    CHECK(eventually([&] { return value_of_series(text(), "prosa_table_snapshots_pinned", "") == 0; }));
    for (const char* const turns : {"turns", "busy_turns"})
        CHECK(series_of(text(), fmt::format("prosa_reactor_{}_total", turns)).size() == 2);
}

TEST_CASE("a processor that waits in back-off shows -1, and its service 0") {
    Walk walk;
    auto slow = worker("slow", {"SLOW"});
    slow.restart.period_ns = 3600 * ns_per_s;
    slow.restart.maximum_ns = 3600 * ns_per_s;
    REQUIRE(walk.main().add_processor(std::move(slow)).ok());
    REQUIRE(walk.main().start().ok());
    walk.tell("SLOW", "recoverable");
    walk.check({{node(1, "slow"), -1}, {queues(1, "slow"), 0}}, {{service("SLOW"), 0}});
    REQUIRE(walk.main().restart_processor("slow").ok());
    walk.check({{node(1, "slow"), 1}, {queues(1, "slow"), 1}},
               {{service("SLOW"), 1}, {link_to("SLOW", 1), 1}});
}

TEST_CASE("each shard of a processor counts as a provider and a queue, the link once") {
    Walk walk;
    auto sharded = worker("s", {"S"});
    sharded.threads = 3;
    REQUIRE(walk.main().add_processor(std::move(sharded)).ok());
    REQUIRE(walk.main().start().ok());
    walk.check({{node(1, "s"), 0}, {queues(1, "s"), 3}}, {{service("S"), 3}, {link_to("S", 1), 1}});
}

TEST_CASE("a service that an operator withdrew has 0 providers until it is restored") {
    Walk walk;
    REQUIRE(walk.main().add_processor(worker("a", {"ONE"})).ok());
    REQUIRE(walk.main().start().ok());
    const Series processors{{node(1, "a"), 0}, {queues(1, "a"), 1}};
    walk.check(processors, {{service("ONE"), 1}, {link_to("ONE", 1), 1}});
    REQUIRE(walk.main().withdraw_service("ONE").ok());
    walk.check(processors, {{service("ONE"), 0}});
    REQUIRE(walk.main().restore_service("ONE").ok());
    walk.check(processors, {{service("ONE"), 1}, {link_to("ONE", 1), 1}});
}

TEST_CASE("memory is what the kernel shows, within 5 per cent") {
    const auto memory = read_process_memory();
    REQUIRE(memory.ok());
    MetricsExtras extras;
    extras.memory = *memory;
    const std::string text = metrics_text({}, extras);
    std::ifstream status("/proc/self/status");
    std::map<std::string, double> kernel_kib;
    for (std::string key, value, rest; status >> key >> value && std::getline(status, rest);)
        if (key == "VmSize:" || key == "VmRSS:") kernel_kib[key] = std::stod(value);
    CHECK(value_of_series(text, "prosa_main_ram", "{type=\"physical\"}") ==
          doctest::Approx(kernel_kib.at("VmRSS:") * 1024).epsilon(0.05));
    CHECK(value_of_series(text, "prosa_main_ram", "{type=\"virtual\"}") ==
          doctest::Approx(kernel_kib.at("VmSize:") * 1024).epsilon(0.05));
}

TEST_CASE("an injector's durations are a histogram for each error code, its shards together") {
    LoadBoard board;
    board.add("inj", "PAY")->outcome_time(ServiceError::none).record(3 * ns_per_ms);
    const auto shard = board.add("inj/1", "PAY");
    shard->outcome_time(ServiceError::none).record(30 * ns_per_ms);
    shard->outcome_time(ServiceError::timeout).record(2 * ns_per_s);
    MetricsExtras extras;
    extras.load_board = &board;
    const std::string text = metrics_text({}, extras);
    const std::string ok = "{proc=\"inj\",service=\"PAY\",err_code=\"0\"";
    CHECK(value_of_series(text, "prosa_inj_request_duration_bucket", ok + ",le=\"0.005\"}") == 1);
    CHECK(value_of_series(text, "prosa_inj_request_duration_bucket", ok + ",le=\"+Inf\"}") == 2);
    CHECK(value_of_series(text, "prosa_inj_request_duration_count", ok + "}") == 2);
    CHECK(value_of_series(text, "prosa_inj_request_duration_sum", ok + "}") ==
          doctest::Approx(0.033).epsilon(0.01));
    CHECK(value_of_series(text, "prosa_inj_request_duration_count",
                          "{proc=\"inj\",service=\"PAY\",err_code=\"2\"}") == 1);
    CHECK(series_of(text, "prosa_inj_request_duration_count").size() == 2);
}

TEST_CASE("requests are counted at both ends: accepted, outcomes by code, received, answers, refusals") {
    BusMain main(options());
    REQUIRE(main.add_processor(worker("echo", {"ECHO"})).ok());
    std::atomic<int> outcomes{0};
    REQUIRE(main.add_processor(
                    definition("asker",
                               [&](LambdaProcessor& p) {
                                   p.start = [](LambdaProcessor& self) {
                                       self.bus().set_timer(
                                           0, self.bus().has_provider(self.bus().resolve("ECHO")) ? 1 : 0);
                                       return absl::OkStatus();
                                   };
                                   p.timer = [](LambdaProcessor& self, std::uint64_t) {
                                       const ServiceHandle echo = self.bus().resolve("ECHO");
                                       if (!self.bus().has_provider(echo)) {
                                           self.bus().set_timer(self.bus().now_ns() + ns_per_ms, 0);
                                           return;
                                       }
                                       for (int i = 0; i < 10; ++i)
                                           CHECK(self.bus().send(echo, bytes_of("x")));
                                       CHECK_FALSE(
                                           self.bus().send(self.bus().resolve("NOBODY"), bytes_of("x")));
                                   };
                                   p.outcome = [&](LambdaProcessor&, const Outcome&) { ++outcomes; };
                               }))
                .ok());
    REQUIRE(main.start().ok());
    REQUIRE(eventually([&] { return outcomes == 10; }));
    const auto text = [&] { return metrics_text(main.report(), {}); };
    const auto count = [&](const std::string& metric, const std::string& labels) {
        return value_of_series(text(), metric, "{" + labels + "}");
    };
    REQUIRE(eventually([&] { return count("prosa_outcomes_total", "proc=\"asker\",err_code=\"0\"") == 10; }));
    CHECK(count("prosa_requests_accepted_total", "proc=\"asker\"") == 10);
    CHECK(count("prosa_request_duration_seconds_count", "proc=\"asker\"") == 10);
    CHECK(count("prosa_requests_refused_total", "proc=\"asker\",reason=\"unreachable\"") == 1);
    CHECK(count("prosa_received_total", "proc=\"echo\"") == 10);
    CHECK(count("prosa_answers_total", "proc=\"echo\",err_code=\"0\"") == 10);
    CHECK(count("prosa_kept", "proc=\"echo\"") == 0);
    CHECK(series_of(text(), "prosa_outcomes_total").size() == 2 * service_error_count);
    CHECK(series_of(text(), "prosa_reactor_turns_total").size() == 2);
    REQUIRE(eventually([&] { return count("prosa_reactor_credit_in_use", "reactor=\"1\"") == 0; }));
    const Series high_water = series_of(text(), "prosa_reactor_queue_depth_high_water");
    CHECK(
        std::any_of(high_water.begin(), high_water.end(), [](const auto& each) { return each.second >= 1; }));
    for (const auto& [labels, duty] : series_of(text(), "prosa_reactor_duty_cycle")) {
        CHECK(duty > 0);
        CHECK(duty <= 1);
    }
}

TEST_CASE("the text is the same from call to call while nothing happens, and each family is announced once") {
    BusMain main(options());
    REQUIRE(main.add_processor(worker("a", {"ONE"})).ok());
    LoadBoard board;
    MetricsExtras extras;
    extras.load_board = &board;
    extras.transaction_log = TransactionLogCounts{5, 1};
    const std::string text = metrics_text(main.report(), extras);
    CHECK(text == metrics_text(main.report(), extras));
    CHECK(value_of_series(text, "prosa_transaction_log_written_total", "") == 5);
    CHECK(value_of_series(text, "prosa_transaction_log_dropped_total", "") == 1);
    std::map<std::string, int> types;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("# TYPE ")) ++types[line];
    for (const auto& type : types) CHECK_MESSAGE(type.second == 1, type.first);
}

}  // namespace prosa::test
