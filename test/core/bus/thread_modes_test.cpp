// One conformance suite over every way to place a processor on threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <optional>

#include "test/core/bus/bus_support.hpp"

namespace prosa::test {
namespace {

struct Mode {
    const char* name;
    std::uint32_t threads;
    QueueMode queue;
    std::optional<std::uint32_t> reactor;
    std::uint32_t shard_count;   // queues of the processor
    std::size_t provider_count;  // those the table shows: shards that share a queue are one
};

constexpr Mode modes[] = {
    {"threads 0: the instance's shared reactor", 0, QueueMode::own, {}, 1, 1},
    {"threads 1: a reactor of its own", 1, QueueMode::own, {}, 1, 1},
    {"threads 3: three shards", 3, QueueMode::own, {}, 3, 3},
    {"threads 3 with one shared queue", 3, QueueMode::shared, {}, 3, 1},
    {"reactor 0: shared by configuration", 1, QueueMode::own, 0, 1, 1},
};

// What all shards did, over all incarnations.
struct Seen {
    std::atomic<int> made{0}, started{0}, terminated{0}, destroyed{0};
    std::atomic<int> tables{0}, configs{0}, shutdowns{0};
    std::atomic<std::uint64_t> wrong_thread{0};
};

// Does what the first word of a request's body says.
class Subject final : public Processor {
  public:
    Subject(Seen& seen, std::vector<std::string> services, bool announces_for_processor)
        : seen_(seen), services_(std::move(services)), announces_for_processor_(announces_for_processor) {
        ++seen_.made;
    }
    ~Subject() override { ++seen_.destroyed; }

    absl::Status on_start() override {
        thread_ = std::this_thread::get_id();
        back_ = bus().resolve("BACK");
        if (announces_for_processor_)
            bus().add_processor_services(services_);
        else
            bus().add_services(services_);
        ++seen_.started;
        return absl::OkStatus();
    }

    void on_request(Request& request) override {
        check_thread();
        const std::string order = text_of(request.body());
        if (order == "echo") return (void)request.reply(request.body());
        if (order == "error") return (void)request.fail(ServiceError::protocol);
        if (order == "drop") return;
        if (order == "throw") throw std::runtime_error("as asked");
        if (order == "later") return answer_later(request);
        if (order == "never") return (void)never_answered_.emplace_back(request.keep());
        if (order == "nested") return ask_back(request);
        if (order == "coroutine") return (void)bus().spawn(ask_back_by_coroutine(request.keep()));
        request.fail(ServiceError::protocol);
    }

    void on_timer(std::uint64_t token) override {
        check_thread();
        later_.at(token).reply(bytes_of("later"));
        later_.erase(token);
    }

    void on_response(const Outcome& outcome) override {
        check_thread();
        nested_.at(outcome.token).reply(outcome.body);
        nested_.erase(outcome.token);
    }
    void on_error(const Outcome& outcome) override {
        nested_.at(outcome.token).fail(outcome.error);
        nested_.erase(outcome.token);
    }

    absl::StatusOr<std::string> on_command(std::string_view command) override {
        check_thread();
        if (command == "refuse" && value_of(bus().info().queue) == 0) return invalid_argument("not this");
        return "did " + std::string(command);
    }
    void on_service_table() override { ++seen_.tables; }
    void on_config() override { ++seen_.configs; }
    void on_shutdown() override { ++seen_.shutdowns; }
    void terminate() noexcept override {
        check_thread();
        ++seen_.terminated;
    }

  private:
    void check_thread() noexcept {
        if (std::this_thread::get_id() != thread_) ++seen_.wrong_thread;
    }
    void answer_later(Request& request) {
        const std::uint64_t token = next_token_++;
        later_.emplace(token, request.keep());
        bus().set_timer(bus().now_ns() + ns_per_ms, token);
    }
    void ask_back(Request& request) {
        SendOptions options;
        options.token = next_token_++;
        options.correlation = request.id();
        KeptRequest kept = request.keep();
        if (bus().send(back_, kept.body(), options)) nested_.emplace(options.token, std::move(kept));
    }
    Task<void> ask_back_by_coroutine(KeptRequest kept) {
        const Outcome& outcome = co_await bus().call(back_, kept.body());
        if (outcome.ok())
            kept.reply(outcome.body);
        else
            kept.fail(outcome.error);
    }

    Seen& seen_;
    const std::vector<std::string> services_;
    const bool announces_for_processor_;
    std::thread::id thread_;
    ServiceHandle back_ = no_service;
    std::uint64_t next_token_ = 0;
    std::map<std::uint64_t, KeptRequest> later_, nested_;
    std::vector<KeptRequest> never_answered_;
};

// An instance with the subject in one mode, a service behind it, and a client.
class Stage {
  public:
    explicit Stage(const Mode& mode, bool announces_for_processor = false)
        : mode_(mode), main_(with_reactor()) {
        ProcessorDefinition subject;
        subject.name = "subject";
        subject.threads = mode.threads;
        subject.queue = mode.queue;
        subject.reactor = mode.reactor;
        subject.restart.period_ns = ns_per_ms;
        subject.restart.intensity_count = 1000;
        subject.make = [this, announces_for_processor](const ShardInfo& info) {
            if (info.shard_count != mode_.shard_count) throw ProcessorError::fatal("wrong number of shards");
            return std::make_unique<Subject>(seen, std::vector<std::string>{"SUBJECT"},
                                             announces_for_processor);
        };
        auto back = provider("back", "BACK", [](LambdaProcessor&, Request& request) {
            request.reply(bytes_of("back:" + text_of(request.body())));
        });
        back.threads = mode.threads == 0 ? 0 : 1;
        back.reactor = mode.reactor;
        REQUIRE(main_.add_processor(std::move(back)).ok());
        REQUIRE(main_.add_processor(std::move(subject)).ok());
        REQUIRE(main_.start().ok());
        REQUIRE(main_.wait_until_running(20 * ns_per_s));
        client = main_.connect_client();
        service = client->resolve("SUBJECT");
        REQUIRE(eventually(
            [&] { return provider_count("SUBJECT") == mode.provider_count && provider_count("BACK") == 1; }));
        REQUIRE(wait_for_provider(*client, service));
    }

    BusMain& main() { return main_; }

    std::size_t provider_count(std::string_view name) const {
        for (const ServiceReport& shown : main_.report().services)
            if (shown.name == name) return shown.providers.size();
        return 0;
    }

    BusClient::Reply ask(const std::string& order, Nanos timeout_ns = 20 * ns_per_s) {
        return client->call(service, bytes_of(order), timeout_ns);
    }

    std::uint64_t restarts() const { return main_.report().processors.at(1).restarts; }

    Seen seen;  // outlives main_

  private:
    static InstanceOptions with_reactor() {
        InstanceOptions made = options();
        made.reactors = 1;
        made.bus.ring_slots = 4096;  // room for all that a test has outstanding
        return made;
    }

    const Mode& mode_;
    BusMain main_;

  public:
    std::unique_ptr<BusClient> client;  // goes before main_
    ServiceHandle service = no_service;
};

template <typename Check>
void in_each_mode(Check check) {
    for (const Mode& mode : modes) {
        CAPTURE(mode.name);
        check(mode);
    }
}

}  // namespace

TEST_CASE("in each thread mode, requests are answered in place, later, with an error, or end as dropped") {
    in_each_mode([](const Mode& mode) {
        Stage stage(mode);
        for (int i = 0; i < 100; ++i) {
            const auto echoed = stage.ask("echo");
            REQUIRE(echoed.ok());
            REQUIRE(text_of(echoed.body) == "echo");
            REQUIRE(stage.ask("error").error == ServiceError::protocol);
            REQUIRE(stage.ask("drop").error == ServiceError::dropped);
        }
        for (int i = 0; i < 20; ++i) REQUIRE(text_of(stage.ask("later").body) == "later");
        CHECK(stage.seen.wrong_thread == 0);
    });
}

TEST_CASE(
    "in each thread mode, a nested request and a coroutine's call reach another service and come back") {
    in_each_mode([](const Mode& mode) {
        Stage stage(mode);
        for (int i = 0; i < 100; ++i) {
            REQUIRE(text_of(stage.ask("nested").body) == "back:nested");
            REQUIRE(text_of(stage.ask("coroutine").body) == "back:coroutine");
        }
        CHECK(stage.seen.wrong_thread == 0);
    });
}

TEST_CASE("in each thread mode, many outstanding requests get one outcome each") {
    in_each_mode([](const Mode& mode) {
        Stage stage(mode);
        constexpr std::uint64_t count = 3000;
        const std::array<std::string, 6> orders = {"echo", "error", "drop", "later", "nested", "coroutine"};
        const std::array<ServiceError, 6> expected = {ServiceError::none,    ServiceError::protocol,
                                                      ServiceError::dropped, ServiceError::none,
                                                      ServiceError::none,    ServiceError::none};
        std::vector<int> outcomes(count);
        std::uint64_t wrong = 0, done = 0;
        stage.client->on_outcome([&](const Outcome& outcome) {
            ++outcomes.at(outcome.token);
            if (outcome.error != expected[outcome.token % orders.size()]) ++wrong;
            ++done;
        });
        for (std::uint64_t sent = 0; sent < count;) {
            SendOptions send_options;
            send_options.token = sent;
            send_options.timeout_ns = 60 * ns_per_s;
            if (stage.client->send(stage.service, bytes_of(orders[sent % orders.size()]), send_options))
                ++sent;
            else
                stage.client->poll();
        }
        CHECK(eventually([&] {
            stage.client->poll();
            return done == count;
        }));
        CHECK(std::all_of(outcomes.begin(), outcomes.end(), [](int n) { return n == 1; }));
        CHECK(wrong == 0);
        CHECK(stage.client->in_flight_count() == 0);
    });
}

TEST_CASE("in each thread mode, a request that is never answered times out, and ends at the stop") {
    in_each_mode([](const Mode& mode) {
        Stage stage(mode);
        CHECK(stage.ask("never", 10 * ns_per_ms).error == ServiceError::timeout);
        CHECK(stage.ask("echo").ok());
        stage.client.reset();
        stage.main().stop("test");
        stage.main().stop("at once");  // the kept request never comes to rest
        CHECK(stage.main().join() == 0);
        CHECK(stage.seen.terminated == stage.seen.started);
    });
}

TEST_CASE("in each thread mode, a handler that throws ends its incarnation once, and the next one serves") {
    in_each_mode([](const Mode& mode) {
        Stage stage(mode);
        CHECK(stage.ask("throw").error == ServiceError::dropped);
        REQUIRE(eventually([&] { return stage.restarts() == 1; }));
        REQUIRE(eventually([&] { return stage.provider_count("SUBJECT") == mode.provider_count; }));
        REQUIRE(stage.main().wait_until_running(20 * ns_per_s));
        REQUIRE(eventually([&] { return stage.ask("echo").ok(); }));
        CHECK(stage.seen.terminated == 1);
        CHECK(stage.seen.destroyed == 1);
        CHECK(stage.seen.made == static_cast<int>(mode.shard_count) + 1);
        stage.client.reset();
        CHECK(stage.main().stop_and_join("test") == 0);
        CHECK(stage.seen.terminated == stage.seen.made);
        CHECK(stage.seen.destroyed == stage.seen.made);
    });
}

TEST_CASE("in each thread mode, commands, configuration, table changes and the shutdown reach every shard") {
    in_each_mode([](const Mode& mode) {
        Stage stage(mode);
        const auto shards = static_cast<int>(mode.shard_count);
        const auto answer = stage.main().command("subject", "dump", 20 * ns_per_s);
        REQUIRE(answer.ok());
        const auto lines = std::count(answer->begin(), answer->end(), '\n') + 1;
        CHECK(lines == shards);
        CHECK(answer->starts_with("did dump"));
        const auto refused = stage.main().command("subject", "refuse", 20 * ns_per_s);
        CHECK(absl::IsInvalidArgument(refused.status()));
        const std::string refusal = message_of(refused.status());
        CHECK(refusal.starts_with("not this"));
        CHECK(std::count(refusal.begin(), refusal.end(), '\n') + 1 == shards);

        REQUIRE(stage.main().notify_config("subject").ok());
        CHECK(eventually([&] { return stage.seen.configs == shards; }));

        const int tables_before = stage.seen.tables;
        REQUIRE(stage.main().withdraw_service("BACK").ok());
        CHECK(eventually([&] { return stage.seen.tables >= tables_before + shards; }));
        CHECK(eventually([&] { return stage.ask("coroutine").error == ServiceError::unreachable; }));
        REQUIRE(stage.main().restore_service("BACK").ok());
        CHECK(eventually([&] { return stage.ask("coroutine").ok(); }));

        stage.client.reset();
        CHECK(stage.main().stop_and_join("test") == 0);
        CHECK(stage.seen.shutdowns == shards);
        CHECK(stage.seen.terminated == shards);
    });
}

TEST_CASE("in each thread mode, a service of the processor is provided by all its queues") {
    in_each_mode([](const Mode& mode) {
        Stage stage(mode, true);
        for (int i = 0; i < 30; ++i) REQUIRE(stage.ask("echo").ok());
        const auto report = stage.main().report().processors.at(1);
        REQUIRE(report.queues.size() == mode.shard_count);
        if (mode.queue == QueueMode::shared) return;  // whoever is idle first takes the request
        for (const QueueReport& queue : report.queues)
            CHECK(eventually([&] {
                const auto now = stage.main().report().processors.at(1).queues.at(value_of(queue.queue));
                return now.callee[static_cast<std::size_t>(CalleeCounter::received)] == 30 / mode.shard_count;
            }));
    });
}

TEST_CASE("in each thread mode, an operator's restart ends each incarnation once and starts another") {
    in_each_mode([](const Mode& mode) {
        Stage stage(mode);
        const auto shards = static_cast<int>(mode.shard_count);
        REQUIRE(stage.main().restart_processor("subject").ok());
        REQUIRE(eventually([&] { return stage.seen.started == 2 * shards; }));
        REQUIRE(eventually([&] { return stage.provider_count("SUBJECT") == mode.provider_count; }));
        CHECK(stage.seen.terminated == shards);
        CHECK(stage.restarts() == 0);
        CHECK(eventually([&] { return stage.ask("echo").ok(); }));
    });
}

}  // namespace prosa::test
