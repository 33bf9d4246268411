// What a stub does with each answer an adaptor may give, and the adaptors' own rules.
#include <doctest/doctest.h>

#include "adaptors/stub/delay_model.hpp"
#include "test/adaptors/adaptor_support.hpp"

using namespace prosa;
using namespace prosa::test;

namespace {

// Does what field 1 of the request says.
class Scripted {
  public:
    using Options = NoOptions;
    static absl::StatusOr<Options> configure(ProcessorSetup&) { return Options{}; }
    static absl::StatusOr<std::unique_ptr<Scripted>> create(const Options&, AdaptorContext& context) {
        return std::make_unique<Scripted>(context.bus);
    }
    explicit Scripted(Bus& bus) : bus_(bus), echo_(bus.resolve("ECHO")) {}

    MaybeAsync process_request(const StubRequest& request, BodyBuffer& answer) {
        const auto view = FlatTvfView::validate(request.body);
        const std::string_view wish = view.ok() ? view->get_string(1).value : std::string_view();
        if (wish == "silent") return MaybeAsync::silent();
        if (wish == "coroutine") return MaybeAsync::run_later();
        if (wish == "later") return MaybeAsync::after(ns_per_ms, 5);
        if (wish == "later error") return MaybeAsync::after(ns_per_ms, 6);
        FlatTvfWriter writer(answer);
        writer.put_string(1, request.service);
        if (wish == "error") return MaybeAsync::error(ServiceError::timeout);
        return MaybeAsync::ready(writer.finish());
    }
    ServiceError process_delayed(const StubRequest&, BodyBuffer& answer, std::uint64_t note) {
        FlatTvfWriter writer(answer);
        writer.put_unsigned(2, note);
        if (writer.finish() != TvfError::none) return ServiceError::overloaded;
        return note == 6 ? ServiceError::overloaded : ServiceError::none;
    }
    Task<void> process_later(KeptRequest request) {
        const Outcome& outcome = co_await bus_.call(echo_, request.body());
        if (outcome.ok()) request.reply(outcome.body);
    }
    void terminate() noexcept {}

  private:
    Bus& bus_;
    ServiceHandle echo_;
};

ProcessorRegistry scripted_registry() {
    BuiltinAdaptors adaptors;
    adaptors.stub.add<Scripted>("scripted", "does what it is told");
    return builtin_registry(adaptors);
}

Instance scripted_instance(std::string_view bus = "{}") {
    Configured configured =
        configure("bus: " + std::string(bus) +
                      "\n"
                      "echo: { processor: stub, service_names: [ECHO] }\n"
                      "s: { processor: stub, adaptor: scripted, service_names: [A, B] }\n",
                  scripted_registry());
    REQUIRE_MESSAGE(configured.settings.ok(), configured.error());
    return Instance(std::move(configured));
}

BusClient::Reply ask(BusClient& client, std::string_view service, const std::string& wish,
                     Nanos timeout_ns = 0) {
    return client.call(Instance::service(client, service), message({{1, wish}}).bytes(), timeout_ns);
}

Instance rules_instance(const std::string& settings, const std::string& rules) {
    Configured configured = configure(
        "i: { processor: stub, adaptor: rules, service_names: [I], adaptor_config_path: "
        "rules.yml" +
            settings + " }\n",
        builtin_registry(), {{"rules.yml", rules}});
    REQUIRE_MESSAGE(configured.settings.ok(), configured.error());
    return Instance(std::move(configured));
}

BusClient::Reply authorise(BusClient& client, const FlatTvf& request, Nanos timeout_ns = 0) {
    return client.call(Instance::service(client, "I"), request.bytes(), timeout_ns);
}

}  // namespace

TEST_CASE("an answer in the buffer, an error, a later answer and a later error reach the requester") {
    Instance instance = scripted_instance();
    const auto client = instance.main().connect_client();
    CHECK(text_at(ask(*client, "A", "").body, 1) == "A");
    CHECK(text_at(ask(*client, "B", "").body, 1) == "B");
    const BusClient::Reply error = ask(*client, "A", "error");
    CHECK(error.error == ServiceError::timeout);
    CHECK(error.body.empty());
    const BusClient::Reply later = ask(*client, "A", "later");
    REQUIRE(later.ok());
    CHECK(FlatTvfView::validate(later.body)->get_unsigned(2).value == 5);
    CHECK(later.latency_ns >= ns_per_ms);
    CHECK(ask(*client, "A", "later error").error == ServiceError::overloaded);
}

TEST_CASE("a coroutine may ask another service before it answers") {
    Instance instance = scripted_instance();
    const auto client = instance.main().connect_client();
    Instance::service(*client, "ECHO");
    CHECK(text_at(ask(*client, "A", "coroutine").body, 1) == "coroutine");
}

TEST_CASE("no answer is a timeout at the requester, and the provider lets the request go") {
    Instance instance = scripted_instance();
    const auto client = instance.main().connect_client();
    CHECK(ask(*client, "A", "silent", 20 * ns_per_ms).error == ServiceError::timeout);
    CHECK(eventually([&] {
        for (const ProcessorReport& processor : instance.main().report().processors)
            if (processor.name == "s") return processor.queues.at(0).kept == 0;
        return false;
    }));
}

TEST_CASE("what cannot be kept is answered overloaded") {
    Instance instance = scripted_instance("{ kept_limit: 4 }");
    const auto client = instance.main().connect_client();
    const ServiceHandle service = Instance::service(*client, "A");
    int overloaded = 0;
    int ended = 0;
    client->on_outcome([&](const Outcome& outcome) {
        ++ended;
        if (outcome.error == ServiceError::overloaded) ++overloaded;
    });
    const FlatTvf request = message({{1, "silent"}});
    for (int i = 0; i < 10; ++i)
        REQUIRE(client->send(service, request.bytes(), {.timeout_ns = 2 * ns_per_s}));
    while (ended < 10) client->poll();
    CHECK(overloaded == 6);
}

TEST_CASE("an issuer approves, declines, delays and fails by its rules") {
    Instance instance = rules_instance("",
                                       "rules:\n"
                                       "  - when: { pan: { luhn: false } }\n"
                                       "    answer: { response_code: \"14\" }\n"
                                       "  - when: { amount: { range: [1000, 1999] } }\n"
                                       "    answer: { response_code: \"51\", delay: 3ms }\n"
                                       "  - when: { amount: { equals: 2000 } }\n"
                                       "    answer: { error: timeout }\n"
                                       "  - when: { amount: { equals: 3000 } }\n"
                                       "    answer: { error: silent }\n");
    const auto client = instance.main().connect_client();
    const auto with_amount = [](std::uint64_t amount, const char* pan = "4111111111111111") {
        return message({{2, pan}, {11, "000042"}}, {{4, amount}});
    };
    const BusClient::Reply approved = authorise(*client, with_amount(5));
    CHECK(text_at(approved.body, 39) == "00");
    CHECK(text_at(approved.body, 38).size() == 6);
    CHECK(text_at(approved.body, 11) == "000042");
    CHECK(text_at(approved.body, 2) == "4111111111111111");
    const BusClient::Reply second = authorise(*client, with_amount(5));
    CHECK(text_at(second.body, 38) != text_at(approved.body, 38));
    const BusClient::Reply broken = authorise(*client, with_amount(5, "4111111111111112"));
    CHECK(text_at(broken.body, 39) == "14");
    CHECK(text_at(broken.body, 38) == "(none)");
    const BusClient::Reply declined = authorise(*client, with_amount(1500));
    CHECK(text_at(declined.body, 39) == "51");
    CHECK(declined.latency_ns >= 3 * ns_per_ms);
    CHECK(authorise(*client, with_amount(2000)).error == ServiceError::timeout);
    CHECK(authorise(*client, with_amount(3000), 20 * ns_per_ms).error == ServiceError::timeout);
    const std::string garbage = "no TVF at all";
    CHECK(client->call(Instance::service(*client, "I"), std::as_bytes(std::span(garbage))).error ==
          ServiceError::protocol);
}

TEST_CASE("copy_fields limits what the answer repeats") {
    Instance instance = rules_instance("", "copy_fields: [stan, \"4\"]\n");
    const auto client = instance.main().connect_client();
    const BusClient::Reply reply = authorise(*client, message({{2, "4111"}, {11, "000042"}}, {{4, 7}}));
    CHECK(text_at(reply.body, 2) == "(none)");
    CHECK(text_at(reply.body, 11) == "000042");
    CHECK(FlatTvfView::validate(reply.body)->get_unsigned(4).value == 7);
    CHECK(text_at(reply.body, 39) == "00");
}

TEST_CASE("a failure rate fails about that share, in the chosen way, and always the same ones") {
    std::vector<int> failed;
    for (int round = 0; round < 2; ++round) {
        Instance instance = rules_instance(", failure_rate: 0.25, failure: dropped, seed: 7",
                                           "default: { response_code: \"00\" }\n");
        const auto client = instance.main().connect_client();
        std::vector<int> now;
        for (int i = 0; i < 1000; ++i) {
            const BusClient::Reply reply = authorise(*client, message({{2, "4"}}));
            CHECK((reply.ok() || reply.error == ServiceError::dropped));
            if (!reply.ok()) now.push_back(i);
        }
        CHECK(now.size() > 180);
        CHECK(now.size() < 320);
        if (round == 1) CHECK(now == failed);
        failed = now;
    }
}

TEST_CASE("delays have the ranges and means they say") {
    RandomSource random(1);
    CHECK(DelayModel().draw_ns(random) == 0);
    CHECK(DelayModel::fixed(5).draw_ns(random) == 5);
    double sum = 0;
    Nanos longest_ns = 0;
    for (int i = 0; i < 100'000; ++i) {
        const Nanos uniform_ns = DelayModel::uniform(100, 200).draw_ns(random);
        CHECK((uniform_ns >= 100 && uniform_ns <= 200));
        const Nanos exponential_ns = DelayModel::exponential(1000, 5000).draw_ns(random);
        sum += static_cast<double>(exponential_ns);
        longest_ns = std::max(longest_ns, exponential_ns);
    }
    CHECK(longest_ns == 5000);
    CHECK(sum / 100'000 == doctest::Approx(993).epsilon(0.02));  // 1000 (1 - e^-5), cut at five means
}

TEST_CASE("what is wrong with a stub's settings or rules is said with its place") {
    const auto error_of = [](const std::string& settings, const std::string& rules) {
        return configure("i:\n  processor: stub\n  adaptor: rules\n  service_names: [I]\n" + settings,
                         builtin_registry(), {{"rules.yml", rules}})
            .error();
    };
    const auto has = [](const std::string& text, std::string_view part) {
        INFO(text);
        return text.find(part) != std::string::npos;
    };
    const std::string with_rules = "  adaptor_config_path: rules.yml\n";
    CHECK(error_of(with_rules, "default: { response_code: \"00\" }\n").empty());
    CHECK(has(error_of("", ""), "'i.adaptor_config_path' is missing"));
    CHECK(has(error_of("  adaptor_config_path: nowhere.yml\n", ""), "nowhere.yml"));
    CHECK(has(error_of(with_rules, "default: { respons_code: \"00\" }\n"),
              "rules.yml:1: unknown key 'respons_code'"));
    CHECK(has(
        error_of(with_rules, "rules:\n  - when: { pan: { luhn: true } }\n    answer: { error: tmeout }\n"),
        "rules.yml:3: "));
    CHECK(has(error_of(with_rules, "copy_fields: [pam]\n"), "unknown field 'pam'"));
    CHECK(has(error_of(with_rules + "  failure_rate: 1.5\n", "{}"), "config.yml:6: 'i.failure_rate'"));
    CHECK(has(error_of(with_rules + "  delay: { uniform: [3ms, 1ms] }\n", "{}"),
              "config.yml:6: 'i.delay.uniform'"));
    CHECK(has(error_of(with_rules + "  delay: { exponential: 1ms, mx: 2ms }\n", "{}"), "unknown key 'mx'"));
    CHECK(has(error_of(with_rules + "  dellay: 1ms\n", "{}"), "unknown key 'dellay'"));
    CHECK(error_of(with_rules + "  delay: { secs: 0, nanos: 5 }\n", "{}").empty());
    const std::string two_broken_files =
        configure(
            "i: { processor: stub, adaptor: rules, service_names: [I], adaptor_config_path: '*_r.yml' }\n",
            builtin_registry(), {{"a_r.yml", "x: [\n"}, {"b_r.yml", "y: {\n"}})
            .error();
    CAPTURE(two_broken_files);
    const std::string unreadable = "config.yml:1: 'i.adaptor_config_path' cannot be read: ";
    const std::size_t first = two_broken_files.find(unreadable);
    REQUIRE(first != std::string::npos);
    CHECK(two_broken_files.find(unreadable, first + 1) > two_broken_files.find('\n'));
    CHECK(two_broken_files.find(unreadable, first + 1) != std::string::npos);
}
