// What a router does with requests, answers, errors and deadlines, and how it chooses.
#include <doctest/doctest.h>

#include "test/adaptors/adaptor_support.hpp"

using namespace prosa;
using namespace prosa::test;

namespace {

constexpr const char* rules =
    "rules:\n"
    "  - when: { pan: { prefix: \"4\" } }\n"
    "    service: A\n"
    "  - when: { pan: { range: [\"222100\", \"272099\"] } }\n"
    "    service: B\n"
    "  - when: { amount: { equals: 9 } }\n"
    "    service: NOWHERE\n";

Instance switch_with(const std::string& a, const std::string& more_rules = "",
                     const std::string& bus = "{}") {
    Configured configured = configure(
        "bus: " + bus +
            "\n"
            "r: { processor: router, service_names: [IN], announce_after: 20ms, adaptor_config_path: "
            "rules.yml }\n"
            "a: { processor: stub, adaptor: rules, service_names: [A], adaptor_config_path: a.yml }\n"
            "b: { processor: stub, adaptor: rules, service_names: [B], adaptor_config_path: b.yml }\n",
        builtin_registry(),
        {{"rules.yml", rules + more_rules}, {"a.yml", a}, {"b.yml", "default: { response_code: BB }\n"}});
    REQUIRE_MESSAGE(configured.settings.ok(), configured.error());
    return Instance(std::move(configured));
}

// Ready when the providers behind the router are there, too.
ServiceHandle entrance(BusClient& client) {
    Instance::service(client, "A");
    Instance::service(client, "B");
    return Instance::service(client, "IN");
}

BusClient::Reply ask(BusClient& client, const FlatTvf& request, Nanos timeout_ns = 0) {
    return client.call(entrance(client), request.bytes(), timeout_ns);
}

}  // namespace

TEST_CASE("the first rule that holds chooses the service") {
    Instance instance = switch_with("default: { response_code: AA }\n");
    const auto client = instance.main().connect_client();
    CHECK(text_at(ask(*client, message({{2, "4000"}})).body, 39) == "AA");
    CHECK(text_at(ask(*client, message({{2, "2300001234567890"}})).body, 39) == "BB");
    CHECK(text_at(ask(*client, message({{2, "4"}}, {{4, 9}})).body, 39) == "AA");
}

TEST_CASE("without a default, what no rule fits is answered unreachable, or as configured") {
    {
        Instance instance = switch_with("{}");
        const auto client = instance.main().connect_client();
        CHECK(ask(*client, message({{2, "9"}})).error == ServiceError::unreachable);
    }
    Instance instance = switch_with("{}", "unroutable: protocol\n");
    const auto client = instance.main().connect_client();
    CHECK(ask(*client, message({{2, "9"}})).error == ServiceError::protocol);
}

TEST_CASE("a default takes what no rule fits") {
    Instance instance = switch_with("{}", "default: B\n");
    const auto client = instance.main().connect_client();
    CHECK(text_at(ask(*client, message({{2, "9"}})).body, 39) == "BB");
}

TEST_CASE("a service that nobody provides is answered unreachable, the others go on") {
    Instance instance = switch_with("default: { response_code: AA }\n");
    const auto client = instance.main().connect_client();
    CHECK(ask(*client, message({{2, "9"}}, {{4, 9}})).error == ServiceError::unreachable);
    CHECK(ask(*client, message({{2, "4"}})).ok());
}

TEST_CASE("the target's error comes back as the same error") {
    for (const ServiceError error : {ServiceError::unreachable, ServiceError::timeout, ServiceError::protocol,
                                     ServiceError::overloaded, ServiceError::dropped}) {
        Instance instance = switch_with("default: { error: " + std::string(name_of(error)) + " }\n");
        const auto client = instance.main().connect_client();
        CHECK(ask(*client, message({{2, "4"}})).error == error);
    }
}

TEST_CASE("a request that its target never answers ends with its own deadline") {
    Instance instance = switch_with("default: { error: silent }\n");
    const auto client = instance.main().connect_client();
    entrance(*client);
    CHECK(ask(*client, message({{2, "4"}}), 30 * ns_per_ms).error == ServiceError::timeout);
    CHECK(ask(*client, message({{2, "222100"}})).ok());
}

TEST_CASE("bodies that are no message are answered protocol") {
    Instance instance = switch_with("{}");
    const auto client = instance.main().connect_client();
    const std::string garbage = "garbage of some length";
    CHECK(client->call(entrance(*client), std::as_bytes(std::span(garbage))).error == ServiceError::protocol);
}

TEST_CASE("a body larger than a ring slot passes whole in both directions") {
    Instance instance = switch_with("{}");
    const auto client = instance.main().connect_client();
    const std::string name(2000, 'x');
    const BusClient::Reply reply = ask(*client, message({{2, "4"}, {43, name}}));
    REQUIRE(reply.ok());
    CHECK(text_at(reply.body, 43) == name);
}

TEST_CASE("what cannot be kept is answered overloaded, and the router goes on") {
    Instance instance = switch_with("default: { error: silent }\n", "", "{ kept_limit: 3 }");
    const auto client = instance.main().connect_client();
    const ServiceHandle service = entrance(*client);
    int overloaded = 0;
    int ended = 0;
    client->on_outcome([&](const Outcome& outcome) {
        ++ended;
        if (outcome.error == ServiceError::overloaded) ++overloaded;
    });
    const FlatTvf request = message({{2, "4"}});
    for (int i = 0; i < 10; ++i)
        REQUIRE(client->send(service, request.bytes(), {.timeout_ns = 2 * ns_per_s}));
    while (ended < 10) client->poll();
    CHECK(overloaded == 7);
    // What was kept ended by its deadline.
    CHECK(eventually([&] { return ask(*client, message({{2, "222100"}})).ok(); }));
}

TEST_CASE("what is wrong with a router's rules is said with its place") {
    const auto error_of = [](const std::string& text) {
        return configure("r:\n  processor: router\n  service_names: [IN]\n  adaptor_config_path: rules.yml\n",
                         builtin_registry(), {{"rules.yml", text}})
            .error();
    };
    const auto has = [](const std::string& text, std::string_view part) {
        INFO(text);
        return text.find(part) != std::string::npos;
    };
    CHECK(error_of(rules).empty());
    CHECK(has(error_of("rules:\n  - when: { pan: { prefix: \"4\" } }\n"), "service' is missing"));
    CHECK(has(error_of("rules:\n  - when: { pan: { prefix: \"4\" } }\n    service: IN\n"),
              "service' is 'IN', which this router itself provides"));
    CHECK(has(error_of("default: IN\n"), "this router itself provides"));
    CHECK(has(error_of("{}\n"), "has no rule, and there is no 'default'"));
    CHECK(has(error_of("default: A\nunroutable: maybe\n"), "rules.yml:2: 'unroutable'"));
    CHECK(has(error_of("default: A\naffinity_field: amount\n"), "expects a text field"));
    CHECK(has(error_of("default: A\nroules: []\n"), "unknown key 'roules'"));
}
