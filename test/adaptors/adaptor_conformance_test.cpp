// What holds for every adaptor, whatever its kind: construction, answers, errors, and one terminate per
// object.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>

#include "adaptors/injector/dummy_adaptor.hpp"
#include "adaptors/injector/replay_adaptor.hpp"
#include "adaptors/router/rules_router_adaptor.hpp"
#include "adaptors/stub/parrot_adaptor.hpp"
#include "adaptors/stub/rules_stub_adaptor.hpp"
#include "test/adaptors/adaptor_support.hpp"
#include "test/adaptors/watched_adaptor.hpp"

using namespace prosa;
using namespace prosa::test;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

// Each subject: its adaptor, its own settings, its files, and whether it begins by itself.
template <typename A>
struct StubSubject {
    using Adaptor = A;
    static constexpr bool is_source = false;
    static std::string settings() { return "  service_names: [SUBJECT]\n"; }
    static Files files() { return {}; }
};
struct Parrot : StubSubject<ParrotAdaptor> {};
struct DelayedParrot : StubSubject<DelayedParrotAdaptor> {
    static std::string settings() { return "  service_names: [SUBJECT]\n  delay: 2ms\n"; }
};
struct RulesStub : StubSubject<RulesStubAdaptor> {
    static std::string settings() { return "  service_names: [SUBJECT]\n  adaptor_config_path: rules.yml\n"; }
    static Files files() { return {{"rules.yml", "default: { response_code: \"00\" }\n"}}; }
};
struct DelayedRulesStub : RulesStub {
    static std::string settings() { return RulesStub::settings() + "  delay: { uniform: [1ms, 3ms] }\n"; }
};
struct RulesRouter : StubSubject<RulesRouterAdaptor> {
    static std::string settings() { return "  service_names: [SUBJECT]\n  adaptor_config_path: rules.yml\n"; }
    static Files files() { return {{"rules.yml", "default: PEER\n"}}; }
};
template <typename A>
struct InjectorSubject {
    using Adaptor = A;
    static constexpr bool is_source = true;
    static std::string settings() { return "  service_name: PEER\n  rate: 1k\n"; }
    static Files files() { return {}; }
};
struct Dummy : InjectorSubject<DummyAdaptor> {};
struct RegulatedDummy : InjectorSubject<DummyAdaptor> {
    static std::string settings() {
        return "  service_name: PEER\n  max_speed: 500\n  max_concurrents_send: 4\n";
    }
};
struct Replay : InjectorSubject<ReplayAdaptor> {
    static std::string settings() { return "  service_name: PEER\n  rate: 1k\n  file: lines.jsonl\n"; }
    static Files files() { return {{"lines.jsonl", "{\"pan\":\"4000001234567899\",\"amount\":1}\n"}}; }
};

#define ALL_SUBJECTS \
    Parrot, DelayedParrot, RulesStub, DelayedRulesStub, RulesRouter, Dummy, RegulatedDummy, Replay
#define ANSWERING_SUBJECTS Parrot, DelayedParrot, RulesStub, DelayedRulesStub, RulesRouter
#define LATER_SUBJECTS DelayedParrot, DelayedRulesStub
#define SENDING_SUBJECTS Dummy, RegulatedDummy, Replay
#define ASKING_SUBJECTS RulesRouter, SENDING_SUBJECTS

// What the peer is of a subject that asks one.
constexpr const char* answering_peer = "adaptor: parrot";
constexpr const char* delayed_peer = "adaptor: delayed_parrot";
constexpr const char* failing_peer = "adaptor: rules, adaptor_config_path: failing.yml";
constexpr const char* silent_peer = "adaptor: rules, adaptor_config_path: silent.yml";

template <typename Subject>
Configured configure_subject(const std::string& peer, const std::string& more_settings) {
    ProcessorRegistry registry = builtin_registry();
    REQUIRE(registry.add(subject_kind<typename Subject::Adaptor>()).ok());
    Files files = Subject::files();
    files.emplace_back("failing.yml", "default: { error: " + std::string(name_of(fault_error)) + " }\n");
    files.emplace_back("silent.yml", "default: { error: silent }\n");
    return configure(
        "bus: { idle: backoff }\nsubject:\n  processor: subject\n  proc_restart_duration_period: 1ms\n" +
            Subject::settings() + more_settings + "peer: { processor: stub, service_names: [PEER], " + peer +
            " }\n",
        registry, files);
}

template <typename Subject>
Instance start_subject(Fault fault, const std::string& peer = answering_peer,
                       const std::string& more_settings = "", Nanos shutdown_timeout_ns = 5 * ns_per_s) {
    life.reset(fault);
    Configured configured = configure_subject<Subject>(peer, more_settings);
    REQUIRE_MESSAGE(configured.settings.ok(), configured.error());
    return Instance(std::move(configured), shutdown_timeout_ns);
}

ProcessorReport report_of(Instance& instance, std::string_view name) {
    for (const ProcessorReport& processor : instance.main().report().processors)
        if (processor.name == name) return processor;
    return {};
}

bool is_crashed(Instance& instance) {
    return report_of(instance, "subject").state == ProcessorState::crashed;
}

const FlatTvf request = message({{2, "4000001234567899"}, {11, "000001"}}, {{4, 100}});

// Makes the subject handle something.
template <typename Subject>
void drive(Instance& instance) {
    if constexpr (Subject::is_source) {
        REQUIRE(eventually([] { return life.handled > 0; }));
    } else {
        const auto client = instance.main().connect_client();
        const BusClient::Reply reply = client->call(Instance::service(*client, "SUBJECT"), request.bytes());
        const bool is_faulty = life.fault != Fault::none || reply.error == ServiceError::dropped;
        CHECK((reply.ok() || is_faulty));
    }
}

// A subject that has taken or sent a request which nobody answers for a long time.
template <typename Subject>
class Unanswered {
  public:
    explicit Unanswered(Nanos shutdown_timeout_ns)
        : instance_(
              start_subject<Subject>(Fault::never_answers, silent_peer, settings(), shutdown_timeout_ns)) {
        if constexpr (Subject::is_source) {
            REQUIRE(eventually([this] { return instance_.count(LoadCounter::sent) > 0; }));
        } else {
            client_ = instance_.main().connect_client();
            client_->on_outcome([this](const Outcome& outcome) { ended_ = outcome.error; });
            Instance::service(*client_, "PEER");
            const ServiceHandle service = Instance::service(*client_, "SUBJECT");
            REQUIRE(client_->send(service, request.bytes(), {.timeout_ns = 100 * ns_per_s}));
            REQUIRE(eventually([] { return life.handled > 0; }));
        }
    }

    Instance& instance() { return instance_; }

    // How the request ended that a client sent to the subject; none of a source.
    std::optional<ServiceError> outcome() {
        if (client_ == nullptr) return std::nullopt;
        CHECK(eventually([this] {
            client_->poll();
            return ended_.has_value();
        }));
        return ended_;
    }

  private:
    static std::string settings() { return Subject::is_source ? "  timeout: 100s\n" : ""; }

    Instance instance_;
    std::unique_ptr<BusClient> client_;
    std::optional<ServiceError> ended_;
};

// The end of the object that kept the request, or that of the instance: both come at the same time.
bool is_of_the_end(std::optional<ServiceError> outcome) {
    return !outcome || outcome == ServiceError::dropped || outcome == ServiceError::shutting_down;
}

// Makes the subject handle something until it is crashed.
template <typename Subject>
bool crashes(Instance& instance) {
    const auto client = instance.main().connect_client();
    const ServiceHandle service = client->resolve("SUBJECT");
    return eventually([&] {
        if (!Subject::is_source && client->has_provider(service))
            (void)client->call(service, request.bytes());
        client->poll();
        return is_crashed(instance);
    });
}

void check_ended(int objects) {
    CHECK(life.created == objects);
    CHECK(life.terminated == objects);
    CHECK(life.destroyed == objects);
    CHECK(life.terminated_twice == 0);
    CHECK(life.destroyed_unterminated == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("a stop terminates the adaptor once", Subject, ALL_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::none);
    drive<Subject>(instance);
    CHECK(life.terminated == 0);
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(1);
}

TEST_CASE_TEMPLATE("a stop by signal terminates the adaptor once", Subject, ALL_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::none);
    drive<Subject>(instance);
    instance.main().request_stop();
    CHECK(instance.main().join() == 0);
    check_ended(1);
}

TEST_CASE_TEMPLATE(
    "an adaptor that cannot be constructed crashes its processor alone, and nothing is terminated", Subject,
    ALL_SUBJECTS) {
    for (const Fault fault : {Fault::create_error, Fault::create_throws}) {
        Instance instance = start_subject<Subject>(fault);
        CHECK(eventually([&] { return is_crashed(instance); }));
        CHECK(report_of(instance, "subject").queues.at(0).last_error.find("cannot be constructed") !=
              std::string::npos);
        CHECK(eventually([&] { return report_of(instance, "peer").state == ProcessorState::running; }));
        CHECK(instance.main().stop_and_join("done") == 0);
        CHECK(life.create_calls == 1);
        check_ended(0);
    }
}

TEST_CASE_TEMPLATE("an exception in a handler ends one object and a restart makes the next", Subject,
                   ALL_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::handler_throws_once);
    drive<Subject>(instance);
    CHECK(eventually([] { return life.created == 2; }));
    CHECK(life.terminated == 1);
    const int handled = life.handled;
    drive<Subject>(instance);
    CHECK(eventually([&] { return life.handled > handled; }));
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(2);
}

TEST_CASE_TEMPLATE("a fatal error crashes the processor and terminates the adaptor once", Subject,
                   ALL_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::handler_fatal);
    drive<Subject>(instance);
    CHECK(eventually([&] { return is_crashed(instance); }));
    check_ended(1);
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(1);
}

TEST_CASE_TEMPLATE("removal terminates the adaptor once", Subject, ALL_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::none);
    drive<Subject>(instance);
    CHECK(instance.main().remove_processor("subject").ok());
    CHECK(eventually([] { return life.destroyed == 1; }));
    check_ended(1);
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(1);
}

TEST_CASE_TEMPLATE("an operator's restart terminates one object and makes the next", Subject, ALL_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::handler_fatal);
    drive<Subject>(instance);
    REQUIRE(eventually([&] { return is_crashed(instance); }));
    life.fault = Fault::none;
    CHECK(instance.main().restart_processor("subject").ok());
    CHECK(eventually([] { return life.created == 2; }));
    drive<Subject>(instance);
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(2);
}

TEST_CASE_TEMPLATE("a second stop does not wait for what is under way, and terminates the adaptor once",
                   Subject, ALL_SUBJECTS) {
    Unanswered<Subject> unanswered(100 * ns_per_s);
    BusMain& main = unanswered.instance().main();
    main.stop("first");
    CHECK_FALSE(main.join_for(20 * ns_per_ms));
    CHECK(life.terminated == 0);
    main.stop("second");
    CHECK(main.join_for(60 * ns_per_s));
    check_ended(1);
    CHECK(main.stop_and_join("third") == 0);
    check_ended(1);
    CHECK(is_of_the_end(unanswered.outcome()));
}

TEST_CASE_TEMPLATE("a stop whose time is over terminates the adaptor once", Subject, ALL_SUBJECTS) {
    Unanswered<Subject> unanswered(50 * ns_per_ms);
    CHECK(unanswered.instance().main().stop_and_join("done") == 0);
    check_ended(1);
    CHECK(is_of_the_end(unanswered.outcome()));
}

TEST_CASE_TEMPLATE("removal in the middle of work terminates the adaptor once", Subject, ALL_SUBJECTS) {
    Unanswered<Subject> unanswered(5 * ns_per_s);
    CHECK(unanswered.instance().main().remove_processor("subject").ok());
    CHECK(eventually([] { return life.destroyed == 1; }));
    check_ended(1);
    CHECK(unanswered.outcome().value_or(ServiceError::dropped) == ServiceError::dropped);
}

TEST_CASE_TEMPLATE("more failures than restart_intensity allows: each object is terminated once", Subject,
                   ALL_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::handler_throws, answering_peer,
                                               "  restart_intensity: { count: 2, within: 1h }\n");
    CHECK(crashes<Subject>(instance));
    check_ended(3);
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(3);
}

TEST_CASE_TEMPLATE(
    "a restart that cannot construct the next object crashes the processor; the first was terminated once",
    Subject, ALL_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::handler_throws_once_then_create_error);
    CHECK(crashes<Subject>(instance));
    CHECK(life.create_calls == 2);
    check_ended(1);
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(1);
}

TEST_CASE_TEMPLATE("a restart that cannot yet construct the next object tries again", Subject, ALL_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::handler_throws_once_then_create_unavailable);
    drive<Subject>(instance);
    CHECK(eventually([] { return life.created == 2; }));
    CHECK(life.create_calls == 3);
    const int handled = life.handled;
    drive<Subject>(instance);
    CHECK(eventually([&] { return life.handled > handled; }));
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(2);
}

// The first answer is an error of the adaptor's: the client gets it, and the incarnation goes on.
template <typename Subject>
void check_error_is_the_outcome(Fault fault) {
    Instance instance = start_subject<Subject>(fault);
    const auto client = instance.main().connect_client();
    const ServiceHandle service = Instance::service(*client, "SUBJECT");
    CHECK(client->call(service, request.bytes()).error == fault_error);
    CHECK(client->call(service, request.bytes()).ok());
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(1);
}

// The first answer throws: the client gets `dropped`, and the next incarnation serves.
template <typename Subject>
void check_throw_drops(Fault fault) {
    Instance instance = start_subject<Subject>(fault);
    const auto client = instance.main().connect_client();
    const ServiceHandle service = Instance::service(*client, "SUBJECT");
    CHECK(client->call(service, request.bytes()).error == ServiceError::dropped);
    CHECK(eventually([&] { return client->call(service, request.bytes()).ok(); }));
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(2);
}

TEST_CASE_TEMPLATE("an error that a handler returns is the outcome, and ends nothing", Subject,
                   ANSWERING_SUBJECTS) {
    check_error_is_the_outcome<Subject>(Fault::handler_error_once);
}

TEST_CASE_TEMPLATE("a request whose handler throws is answered dropped", Subject, ANSWERING_SUBJECTS) {
    check_throw_drops<Subject>(Fault::handler_throws_once);
}

TEST_CASE_TEMPLATE("an error of a later answer is the outcome, and ends nothing", Subject, LATER_SUBJECTS) {
    check_error_is_the_outcome<Subject>(Fault::later_error_once);
}

TEST_CASE_TEMPLATE("a request whose later answer throws is answered dropped", Subject, LATER_SUBJECTS) {
    check_throw_drops<Subject>(Fault::later_throws_once);
}

TEST_CASE_TEMPLATE("an error that a source makes of a response ends one object and a restart makes the next",
                   Subject, SENDING_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::handler_error_once);
    CHECK(eventually([] { return life.created == 2; }));
    const int handled = life.handled;
    CHECK(eventually([&] { return life.handled > handled; }));
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(2);
}

TEST_CASE_TEMPLATE("a fatal error that a source makes of a response crashes it", Subject, SENDING_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::handler_fatal_error_once);
    CHECK(crashes<Subject>(instance));
    check_ended(1);
    CHECK(report_of(instance, "subject").queues.at(0).last_error.find("returned by a handler") !=
          std::string::npos);
}

TEST_CASE_TEMPLATE("the peer's errors are passed on or counted, and end nothing", Subject, ASKING_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::none, failing_peer);
    if constexpr (Subject::is_source) {
        CHECK(eventually([&] { return instance.count(LoadCounter::outcome_overloaded) > 10; }));
        CHECK(life.handled == 0);  // an adaptor is told of responses
    } else {
        const auto client = instance.main().connect_client();
        Instance::service(*client, "PEER");
        const ServiceHandle service = Instance::service(*client, "SUBJECT");
        for (int i = 0; i < 10; ++i) CHECK(client->call(service, request.bytes()).error == fault_error);
    }
    CHECK(instance.main().stop_and_join("done") == 0);
    check_ended(1);
}

TEST_CASE_TEMPLATE("a good request gets its answer", Subject, ANSWERING_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::none);
    const auto client = instance.main().connect_client();
    const ServiceHandle service = Instance::service(*client, "SUBJECT");
    for (int i = 0; i < 100; ++i) {
        const BusClient::Reply reply = client->call(service, request.bytes());
        REQUIRE(reply.error == ServiceError::none);
        CHECK(text_at(reply.body, 2) == "4000001234567899");
    }
}

TEST_CASE_TEMPLATE("a request without a body is answered protocol, and is not fatal", Subject,
                   ANSWERING_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::none);
    const auto client = instance.main().connect_client();
    const ServiceHandle service = Instance::service(*client, "SUBJECT");
    CHECK(client->call(service, {}).error == ServiceError::protocol);
    CHECK(client->call(service, request.bytes()).ok());
    CHECK(life.created == 1);
}

TEST_CASE_TEMPLATE("many requests at once each get one outcome", Subject, ANSWERING_SUBJECTS) {
    constexpr std::uint64_t count = 2000;
    Instance instance = start_subject<Subject>(Fault::none);
    const auto client = instance.main().connect_client();
    const ServiceHandle service = Instance::service(*client, "SUBJECT");
    std::vector<int> outcomes(count);
    std::uint64_t accepted = 0;
    std::uint64_t ended = 0;
    client->on_outcome([&](const Outcome& outcome) {
        ++outcomes.at(outcome.token);
        ++ended;
    });
    while (accepted < count) {
        if (client->send(service, request.bytes(), {.token = accepted})) ++accepted;
        client->poll();
    }
    while (ended < count) client->poll();
    CHECK(std::count(outcomes.begin(), outcomes.end(), 1) == static_cast<std::ptrdiff_t>(count));
}

TEST_CASE_TEMPLATE("what a source sent has its outcomes when the instance has stopped", Subject,
                   SENDING_SUBJECTS) {
    Instance instance = start_subject<Subject>(Fault::none, delayed_peer);
    drive<Subject>(instance);
    CHECK(instance.main().stop_and_join("done") == 0);
    const auto values = instance.board().sources().at(0)->counters.values();
    std::uint64_t outcomes = 0;
    for (std::size_t i = 0; i < service_error_count; ++i)
        outcomes += values[static_cast<std::size_t>(LoadCounter::outcome_none) + i];
    CHECK(outcomes == instance.count(LoadCounter::sent));
    CHECK(instance.count(LoadCounter::outcome_none) > 0);
    CHECK(instance.count(LoadCounter::finished) == 1);
}
