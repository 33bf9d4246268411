// What the strict reader says about a configuration that does not fit; each line with file and line.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/settings/settings_printer.hpp"
#include "core/settings/settings_reader.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

enum class Mode : std::uint8_t { adaptive, spin, park };

struct Rule {
    std::string to;
    std::uint32_t prefix = 0;
};

void read_settings(SettingsReader& reader, Rule& rule) {
    reader.read("to", rule.to).required().not_empty();
    reader.read("prefix", rule.prefix);
}

struct Options {
    std::uint32_t credit = 32'768;
    std::int8_t offset = 0;
    double share = 0.5;
    bool is_on = true;
    std::string title = "none";
    Mode mode = Mode::adaptive;
    Nanos timeout_ns = 5 * ns_per_s;
    Nanos period_ns = 50 * ns_per_ms;
    std::optional<std::uint32_t> reactors;
    std::optional<std::uint32_t> cpu;
    std::vector<std::string> names;
    std::vector<Rule> rules;
    std::vector<std::pair<std::string, std::uint32_t>> weights;
    std::string password;
    std::uint32_t slot_bytes = 256;
    std::uint32_t slots = 1024;
};

void read_settings(SettingsReader& reader, Options& options) {
    reader.read("credit", options.credit).range(1, 1 << 20);
    reader.read("offset", options.offset);
    reader.read("share", options.share).range(0, 1);
    reader.read("is_on", options.is_on);
    reader.read("title", options.title).not_empty();
    reader.read_choice("mode", options.mode,
                       {{"adaptive", Mode::adaptive}, {"spin", Mode::spin}, {"park", Mode::park}});
    reader.read_duration("timeout", options.timeout_ns).range(ns_per_us, 60 * ns_per_s);
    reader.read_duration("period", options.period_ns, ns_per_ms);
    reader.read_or_auto("reactors", options.reactors, 1, 64);
    reader.read("cpu", options.cpu).range(0, 127);
    reader.read("names", options.names);
    reader.read("rules", options.rules);
    reader.read("weights", options.weights);
    reader.read_secret("password", options.password);
    reader.read("slot_bytes", options.slot_bytes).multiple_of(64, 128, 65'536);
    reader.read("slots", options.slots).power_of_two(2, 1 << 20);
}

struct Outcome {
    Options options;
    std::string errors;
};

Outcome read_text(std::string_view text) {
    auto root = parse_settings_yaml(text, "t.yml");
    REQUIRE_MESSAGE(root.ok(), message_of(root.status()));
    SettingsErrors errors;
    Outcome outcome;
    SettingsReader reader(*root, errors);
    read_settings(reader, outcome.options);
    reader.finish();
    outcome.errors = message_of(errors.status());
    return outcome;
}

struct Case {
    const char* text;
    const char* error;
};

}  // namespace

TEST_CASE("a value that does not fit is named with file, line, what was given and what was expected") {
    const Case table[] = {
        {"credit: abc\n", "t.yml:1: 'credit' expects an integer from 1 to 1048576, got 'abc'"},
        {"\n\ncredit: 1.5\n", "t.yml:3: 'credit' expects an integer from 1 to 1048576, got '1.5'"},
        {"credit: 0\n", "t.yml:1: 'credit' expects an integer from 1 to 1048576, got '0'"},
        {"credit: -5\n", "t.yml:1: 'credit' expects an integer from 1 to 1048576, got '-5'"},
        {"credit: 4294967296\n", "t.yml:1: 'credit' expects an integer from 1 to 1048576, got '4294967296'"},
        {"credit: 99999999999999999999999\n",
         "t.yml:1: 'credit' expects an integer from 1 to 1048576, got '99999999999999999999999'"},
        {"credit: '5'\n", "t.yml:1: 'credit' expects an integer from 1 to 1048576, got the text '5'"},
        {"credit: [5]\n", "t.yml:1: 'credit' expects an integer from 1 to 1048576, got a list"},
        {"credit: {a: {b: 5}}\n", "t.yml:1: 'credit' expects an integer from 1 to 1048576, got a section"},
        {"credit:\n", "t.yml:1: 'credit' expects an integer from 1 to 1048576, got nothing"},
        {"offset: 128\n", "t.yml:1: 'offset' expects an integer from -128 to 127, got '128'"},
        {"share: 1.01\n", "t.yml:1: 'share' expects a number from 0 to 1, got '1.01'"},
        {"share: .nan\n", "t.yml:1: 'share' expects a number from 0 to 1, got '.nan'"},
        {"share: inf\n", "t.yml:1: 'share' expects a number from 0 to 1, got 'inf'"},
        {"is_on: yes\n", "t.yml:1: 'is_on' expects true or false, got 'yes'"},
        {"is_on: 1\n", "t.yml:1: 'is_on' expects true or false, got '1'"},
        {"title: [a]\n", "t.yml:1: 'title' expects a text, got a list"},
        {"title: ''\n", "t.yml:1: 'title' expects something that is not empty, got the text ''"},
        {"mode: spinn\n",
         "t.yml:1: 'mode' expects one of adaptive, spin, park (did you mean 'spin'?), got 'spinn'"},
        {"mode: [spin]\n", "t.yml:1: 'mode' expects one of adaptive, spin, park, got a list"},
        {"timeout: 5\n",
         "t.yml:1: 'timeout' expects a duration such as 250us, 50ms, 2s or {secs: 2, nanos: 0} (with its "
         "unit), from 1us to 60s, got '5'"},
        {"timeout: 5 s\n",
         "t.yml:1: 'timeout' expects a duration such as 250us, 50ms, 2s or {secs: 2, nanos: 0}, from 1us to "
         "60s, got '5 s'"},
        {"timeout: -5ms\n",
         "t.yml:1: 'timeout' expects a duration such as 250us, 50ms, 2s or {secs: 2, nanos: 0}, from 1us to "
         "60s, got '-5ms'"},
        {"timeout: 10ns\n", "t.yml:1: 'timeout' expects a duration from 1us to 60s, got '10ns'"},
        {"timeout: {secs: 61}\n", "t.yml:1: 'timeout' expects a duration from 1us to 60s, got a section"},
        {"timeout: {nanos: 5}\n", "t.yml:1: 'timeout.secs' is missing"},
        {"timeout: {secs: 1, nanos: 1000000000}\n",
         "t.yml:1: 'timeout.nanos' expects an integer from 0 to 999999999, got '1000000000'"},
        {"timeout: {secs: 1, millis: 5}\n",
         "t.yml:1: unknown key 'millis' in 'timeout', expected one of: secs, nanos"},
        {"period: -50\n",
         "t.yml:1: 'period' expects a duration such as 250us, 50ms, 2s or {secs: 2, nanos: 0}, or an integer "
         "times "
         "1ms, got '-50'"},
        {"reactors: some\n", "t.yml:1: 'reactors' expects auto or an integer from 1 to 64, got 'some'"},
        {"reactors: 65\n", "t.yml:1: 'reactors' expects auto or an integer from 1 to 64, got '65'"},
        {"reactors: -1\n", "t.yml:1: 'reactors' expects auto or an integer from 1 to 64, got '-1'"},
        {"reactors: 1.5\n", "t.yml:1: 'reactors' expects auto or an integer from 1 to 64, got '1.5'"},
        {"slot_bytes: 200\n",
         "t.yml:1: 'slot_bytes' expects a multiple of 64 from 128 to 65536 (near: 256), got '200'"},
        {"slot_bytes: 64\n",
         "t.yml:1: 'slot_bytes' expects a multiple of 64 from 128 to 65536 (near: 128), got '64'"},
        {"slot_bytes: -64\n", "t.yml:1: 'slot_bytes' expects a multiple of 64 from 128 to 65536, got '-64'"},
        {"slots: 1000\n",
         "t.yml:1: 'slots' expects a power of two from 2 to 1048576 (near: 1024), got '1000'"},
        {"slots: 2000000\n",
         "t.yml:1: 'slots' expects a power of two from 2 to 1048576 (near: 1048576), got '2000000'"},
        {"slots: many\n", "t.yml:1: 'slots' expects a power of two from 2 to 1048576, got 'many'"},
        {"cpu: first\n", "t.yml:1: 'cpu' expects an integer from 0 to 127, got 'first'"},
        {"cpu: 128\n", "t.yml:1: 'cpu' expects an integer from 0 to 127, got '128'"},
        {"names: PAYMENT\n", "t.yml:1: 'names' expects a list such as [a, b], got 'PAYMENT'"},
        {"names:\n  - a\n  - [b]\n", "t.yml:3: 'names[1]' expects a text, got a list"},
        {"rules: {to: A}\n", "t.yml:1: 'rules' expects a list such as [a, b], got a section"},
        {"rules:\n  - to: A\n  - prefix: 4\n", "t.yml:3: 'rules[1].to' is missing"},
        {"rules:\n  - to: A\n    prefiks: 4\n",
         "t.yml:3: unknown key 'prefiks' in 'rules[0]', did you mean 'prefix'?"},
        {"rules:\n  - A\n",
         "t.yml:2: 'rules[0]' expects a section (keys with values), got 'A'\n"
         "t.yml:2: 'rules[0].to' is missing"},
        {"weights: {A: 1,\n  B: x}\n", "t.yml:2: 'weights.B' expects an integer, got 'x'"},
        {"weights: {A: -1}\n", "t.yml:1: 'weights.A' expects an integer from 0 to 4294967295, got '-1'"},
        {"weights: {A: 99999999999999999999999}\n",
         "t.yml:1: 'weights.A' expects an integer from 0 to 4294967295, got '99999999999999999999999'"},
        {"password: [hunter2]\n", "t.yml:1: 'password' expects a text, got a list"},
        {"credits: 5\n", "t.yml:1: unknown key 'credits', did you mean 'credit'?"},
        {"Credit: 5\n", "t.yml:1: unknown key 'Credit', did you mean 'credit'?"},
        {"a:\n  b: 1\nzzzzzzzz: 2\n",
         "t.yml:1: unknown key 'a', expected one of: credit, offset, share, is_on, title, mode, timeout, "
         "period, "
         "reactors, cpu, names, rules, weights, password, slot_bytes, slots\n"
         "t.yml:3: unknown key 'zzzzzzzz', expected one of: credit, offset, share, is_on, title, mode, "
         "timeout, "
         "period, reactors, cpu, names, rules, weights, password, slot_bytes, slots"},
    };
    for (const Case& wrong : table) CHECK(read_text(wrong.text).errors == wrong.error);
}

TEST_CASE("an error leaves the default") {
    const Outcome outcome = read_text(
        "credit: 0\nshare: x\nmode: fast\ntimeout: 5\nreactors: 0\nnames: [a, [b]]\n"
        "cpu: 128\nslot_bytes: 200\nslots: 3\n");
    CHECK(outcome.options.credit == 32'768);
    CHECK(outcome.options.share == 0.5);
    CHECK(outcome.options.mode == Mode::adaptive);
    CHECK(outcome.options.timeout_ns == 5 * ns_per_s);
    CHECK_FALSE(outcome.options.reactors.has_value());
    CHECK(outcome.options.names.empty());
    CHECK_FALSE(outcome.options.cpu.has_value());
    CHECK(outcome.options.slot_bytes == 256);
    CHECK(outcome.options.slots == 1024);
}

TEST_CASE("all errors of all kinds are reported at once, in the order of the text") {
    CHECK(read_text("unknown_thing: 1\nis_on: 5\ncredit: x\n").errors.find("t.yml:2: 'is_on'") !=
          std::string::npos);
    const std::string errors = read_text("creditt: 1\nis_on: 5\ncredit: x\n").errors;
    CHECK(errors ==
          "t.yml:1: unknown key 'creditt', did you mean 'credit'?\n"
          "t.yml:2: 'is_on' expects true or false, got '5'\n"
          "t.yml:3: 'credit' expects an integer from 1 to 1048576, got 'x'");
}

TEST_CASE("durations take ProSA's two forms and ours") {
    CHECK(read_text("timeout: {secs: 2, nanos: 500000000}\n").options.timeout_ns == 2500 * ns_per_ms);
    CHECK(read_text("timeout: {secs: 2}\n").options.timeout_ns == 2 * ns_per_s);
    CHECK(read_text("timeout: 250us\n").options.timeout_ns == 250 * ns_per_us);
    CHECK(read_text("timeout: '250us'\n").options.timeout_ns == 250 * ns_per_us);
    CHECK(read_text("period: 70\n").options.period_ns == 70 * ns_per_ms);
    CHECK(read_text("period: 70s\n").options.period_ns == 70 * ns_per_s);
}

TEST_CASE("a bad value of a secret is not shown") {
    auto root = parse_settings_yaml("pin: hunter2\n", "t.yml");
    REQUIRE(root.ok());
    SettingsErrors errors;
    SettingsReader reader(*root, errors);
    std::string pin;
    reader.read_secret("pin", pin);
    CHECK(pin == "hunter2");
    std::uint32_t number = 0;
    reader.read("pin", number);
    CHECK(message_of(errors.status()) == "t.yml:1: 'pin' expects an integer, got '***'");
    CHECK(to_yaml(*root) == "pin: \"***\"\n");
}

TEST_CASE("a fault is one line of text, whatever was in the value") {
    CHECK(read_text("credit: \"5\\nt.yml:9: \\e[2J\\r\"\n").errors ==
          "t.yml:1: 'credit' expects an integer from 1 to 1048576, got the text '5\\u000at.yml:9: "
          "\\u001b[2J\\u000d'");
    CHECK(read_text("credit: 5\n\"x\\x7fy\tz\": 1\n")
              .errors.starts_with("t.yml:2: unknown key 'x\\u007fy\tz'"));
}

TEST_CASE("free names are visited in order, beside the fixed keys") {
    auto root = parse_settings_yaml("zeta: {a: 1}\nname: demo\nalpha:\nbeta: 5\n", "t.yml");
    REQUIRE(root.ok());
    SettingsErrors errors;
    SettingsReader reader(*root, errors);
    std::string name;
    reader.read("name", name);
    std::vector<std::string> visited;
    reader.for_each_section([&](const std::string& section_name, SettingsReader& section) {
        visited.push_back(section_name);
        std::uint32_t a = 0;
        section.read("a", a);
        CHECK(a == (section_name == "zeta" ? 1 : 0));
    });
    reader.finish();
    CHECK(visited == std::vector<std::string>{"zeta", "alpha", "beta"});
    CHECK(message_of(errors.status()) == "t.yml:4: 'beta' expects a section (keys with values), got '5'");
}

TEST_CASE("items are visited with their index") {
    auto root = parse_settings_yaml("rules:\n  - {to: A}\n  - {to: B, x: 1}\n", "t.yml");
    REQUIRE(root.ok());
    SettingsErrors errors;
    SettingsReader reader(*root, errors);
    std::string all;
    reader.for_each_item("rules", [&](std::size_t index, SettingsReader& item) {
        std::string to;
        item.read("to", to);
        all += to + std::to_string(index);
    });
    reader.finish();
    CHECK(all == "A0B1");
    CHECK(message_of(errors.status()) == "t.yml:3: unknown key 'x' in 'rules[1]', expected one of: to");
}

TEST_CASE("what another reader takes whole has no unknown keys") {
    auto root = parse_settings_yaml("tags: {any: {thing: [1]}}\n", "t.yml");
    REQUIRE(root.ok());
    SettingsErrors errors;
    SettingsReader reader(*root, errors);
    REQUIRE(reader.take("tags") != nullptr);
    CHECK(reader.take("absent") == nullptr);
    CHECK(reader.has("tags"));
    CHECK_FALSE(reader.has("other"));
    reader.finish();
    CHECK(errors.empty());
}

TEST_CASE("a caller's own error stands at its key, or at its section") {
    auto root = parse_settings_yaml("x: 1\nbus:\n  cpu: 7\n", "t.yml");
    REQUIRE(root.ok());
    SettingsErrors errors;
    SettingsReader bus = SettingsReader(*root, errors).section("bus");
    bus.add_error("cpu", "is not allowed here, expected one of 0, 1");
    bus.add_error("reactor", "is missing");
    CHECK(message_of(errors.status()) ==
          "t.yml:2: 'bus.reactor' is missing\nt.yml:3: 'bus.cpu' is not allowed here, expected one of 0, 1");
}

}  // namespace prosa
