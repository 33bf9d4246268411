#include "core/settings/settings_reader.hpp"

#include <doctest/doctest.h>

#include "core/settings/settings_printer.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

enum class Mode : std::uint8_t { adaptive, spin, park };

struct Within {
    std::uint32_t count = 10;
    Nanos within_ns = 60 * ns_per_s;
};

void read_settings(SettingsReader& reader, Within& options) {
    reader.read("count", options.count).range(1, 1'000);
    reader.read_duration("within", options.within_ns).range(1, 3600 * ns_per_s);
}

struct Policy {
    std::string policy = "round_robin";
};

void read_settings(SettingsReader& reader, Policy& options) { reader.read("policy", options.policy); }

struct Options {
    std::uint32_t credit = 32'768;
    std::int16_t offset = -1;
    double share = 0.5;
    bool is_on = true;
    std::string title = "none";
    Mode mode = Mode::adaptive;
    Nanos period_ns = 50 * ns_per_ms;
    std::optional<std::string> path;
    std::optional<std::uint32_t> reactors;
    std::vector<std::string> names;
    std::vector<std::pair<std::string, Policy>> services;
    Within intensity;
    std::string password;
};

void read_settings(SettingsReader& reader, Options& options) {
    reader.read("credit", options.credit).range(1, 1 << 20);
    reader.read("offset", options.offset);
    reader.read("share", options.share).range(0, 1);
    reader.read("is_on", options.is_on);
    reader.read("title", options.title).not_empty();
    reader.read_choice("mode", options.mode,
                       {{"adaptive", Mode::adaptive}, {"spin", Mode::spin}, {"park", Mode::park}});
    reader.read_duration("period", options.period_ns, ns_per_ms);
    reader.read("path", options.path);
    reader.read_or_auto("reactors", options.reactors, 1, 1024);
    reader.read("names", options.names);
    reader.read("services", options.services);
    reader.read("intensity", options.intensity);
    reader.read_secret("password", options.password);
}

struct Result {
    Options options;
    SettingsNode root;
    std::string errors;
};

Result read_text(std::string_view text) {
    Result result;
    auto root = parse_settings_yaml(text, "t.yml");
    REQUIRE_MESSAGE(root.ok(), message_of(root.status()));
    result.root = *std::move(root);
    SettingsErrors errors;
    SettingsReader reader(result.root, errors);
    reader.read("bus", result.options);
    reader.finish();
    result.errors = message_of(errors.status());
    return result;
}

}  // namespace

TEST_CASE("every type is read") {
    const Result result = read_text(R"(bus:
  credit: 7
  offset: -300
  share: 0.25
  is_on: false
  title: a title
  mode: park
  period: 3s
  path: /x/y
  reactors: 2
  names: [PAYMENT, "5"]
  services: { A: { policy: sticky }, B: }
  intensity: { count: 3, within: 10ms }
  password: xyz
)");
    CHECK(result.errors == "");
    CHECK(result.options.credit == 7);
    CHECK(result.options.offset == -300);
    CHECK(result.options.share == 0.25);
    CHECK_FALSE(result.options.is_on);
    CHECK(result.options.title == "a title");
    CHECK(result.options.mode == Mode::park);
    CHECK(result.options.period_ns == 3 * ns_per_s);
    CHECK(result.options.path == "/x/y");
    CHECK(result.options.reactors == 2);
    CHECK(result.options.names == std::vector<std::string>{"PAYMENT", "5"});
    REQUIRE(result.options.services.size() == 2);
    CHECK(result.options.services[0].first == "A");
    CHECK(result.options.services[0].second.policy == "sticky");
    CHECK(result.options.services[1].second.policy == "round_robin");
    CHECK(result.options.intensity.count == 3);
    CHECK(result.options.intensity.within_ns == 10 * ns_per_ms);
    CHECK(result.options.password == "xyz");
}

TEST_CASE("absent keys keep their defaults and appear in the effective configuration") {
    const Result result = read_text("bus:\n  credit: 7\n");
    CHECK(result.errors == "");
    CHECK(result.options.title == "none");
    CHECK(to_yaml(result.root) == R"(bus:
  credit: 7
  offset: -1
  share: 0.5
  is_on: true
  title: none
  mode: adaptive
  period: 50ms
  path: null
  reactors: auto
  names: []
  services: {}
  intensity:
    count: 10
    within: 60s
  password: ""
)");
}

TEST_CASE("a key that was only asked for is no part of the effective configuration") {
    auto root = parse_settings_yaml("delay: {fixed: 5ms}\n", "t.yml");
    REQUIRE(root.ok());
    SettingsErrors errors;
    SettingsReader reader(*root, errors);
    SettingsReader delay = reader.section("delay");
    CHECK_FALSE(delay.has("uniform"));
    CHECK(delay.has("fixed"));
    Nanos fixed_ns = 0;
    delay.read_duration("fixed", fixed_ns);
    CHECK_FALSE(delay.has("maximum"));
    Nanos maximum_ns = 9;
    delay.read_duration("maximum", maximum_ns);
    CHECK(reader.take("table") == nullptr);
    reader.finish();
    CHECK(errors.empty());
    CHECK(to_yaml(*root) == "delay:\n  fixed: 5ms\n  maximum: 9ns\n");
}

}  // namespace prosa
