#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/settings/settings_loader.hpp"
#include "core/settings/settings_printer.hpp"
#include "core/settings/settings_reader.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

constexpr std::string_view base = R"(name: demo
bus: { credit: 1, ring_slots: 2 }
router-1:
  proc_restart_duration_period: 50ms
  rules: [{ to: A }, { to: B }]
)";

// The configuration after the overrides, or the errors.
std::string overridden(std::vector<std::string_view> variables, std::string_view text = base) {
    auto root = parse_settings_yaml(text, "t.yml");
    REQUIRE_MESSAGE(root.ok(), message_of(root.status()));
    const absl::Status status = apply_environment(*root, std::move(variables));
    return status.ok() ? to_yaml(*root) : message_of(status);
}

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a variable is null in each spelling that YAML has for it, so what is printed reads back") {
    for (const char* const variable :
         {"PROSA_NAME=", "PROSA_NAME=~", "PROSA_NAME=null", "PROSA_NAME=Null", "PROSA_NAME=NULL"})
        CHECK(has_line(overridden({variable}), "name: null"));
    CHECK(has_line(overridden({"PROSA_NAME=nULL"}), "name: nULL"));
}

TEST_CASE("a variable reaches a key with an underscore, a dash, or in a list") {
    CHECK(has_line(overridden({"PROSA_NAME=text with spaces"}), "name: \"text with spaces\""));
    CHECK(has_line(overridden({"PROSA_BUS__RING_SLOTS=7"}), "  ring_slots: 7"));
    CHECK(has_line(overridden({"PROSA_ROUTER_1__PROC_RESTART_DURATION_PERIOD=70"}),
                   "  proc_restart_duration_period: 70"));
    CHECK(has_line(overridden({"PROSA_ROUTER_1__RULES__1__TO=C"}), "    - to: C"));
    CHECK(has_line(overridden({"PROSA_ROUTER_1__RULES__2__to=D"}), "    - to: D"));
    CHECK(has_line(overridden({"prosa_name=x", "OTHER_NAME=y", "PROSA=z", "PROSA_NAME"}), "name: demo"));
}

TEST_CASE("a value is a scalar as it stands, or a list, a section or a quoted text in YAML") {
    const std::string text =
        overridden({"PROSA_BUS__A=[x, 'z', 3]", "PROSA_BUS__B={credit: 9}", "PROSA_BUS__C=\"5\"",
                    "PROSA_BUS__D=a: b", "PROSA_BUS__E=", "PROSA_BUS={credit: 8}"});
    CHECK(has_line(text, "  A: [x, z, 3]"));
    CHECK(has_line(text, "    credit: 9"));
    CHECK(has_line(text, "  C: \"5\""));
    CHECK(has_line(text, "  D: \"a: b\""));
    CHECK(has_line(text, "  E: null"));
    CHECK(has_line(text, "  credit: 8"));
    CHECK(has_line(text, "  ring_slots: 2"));
}

TEST_CASE("a name that is no text is refused, and shown without what is none") {
    CHECK(overridden({"PROSA_\x84=1"}) ==
          "environment PROSA_?:1: byte 0x84 is not UTF-8, expected UTF-8 text");
    CHECK(overridden({"PROSA_A\x1b[2J=1"}) ==
          "environment PROSA_A?[2J:1: control character 0x1b, expected text");
}

TEST_CASE("a key that only the environment names takes the reader's spelling") {
    auto root = parse_settings_yaml("name: x\n", "t.yml");
    REQUIRE(root.ok());
    REQUIRE(
        apply_environment(*root, {"PROSA_BUS__CALL_TIMEOUT=70ms", "PROSA_BUS__SERVICES__ISSUER_A=5"}).ok());
    SettingsErrors errors;
    SettingsReader reader(*root, errors);
    std::string name;
    Nanos timeout_ns = 0;
    std::vector<std::pair<std::string, int>> services;
    reader.read("name", name);
    SettingsReader bus = reader.section("bus");
    bus.read_duration("call-timeout", timeout_ns);
    bus.read("services", services);
    reader.finish();
    CHECK(message_of(errors.status()) == "");
    CHECK(timeout_ns == 70 * ns_per_ms);
    // A free name stays as it was written.
    REQUIRE(services.size() == 1);
    CHECK(services[0].first == "ISSUER_A");
}

TEST_CASE("an error in a variable's value names the variable") {
    auto root = parse_settings_yaml("bus: {credit: 1}\n", "t.yml");
    REQUIRE(root.ok());
    REQUIRE(apply_environment(*root, {"PROSA_BUS__CREDIT=lots", "PROSA_BUS__CREDITS=1"}).ok());
    SettingsErrors errors;
    SettingsReader reader(*root, errors);
    std::uint32_t credit = 0;
    reader.section("bus").read("credit", credit);
    reader.finish();
    CHECK(message_of(errors.status()) ==
          "environment PROSA_BUS__CREDIT: 'bus.credit' expects an integer, got 'lots'\n"
          "environment PROSA_BUS__CREDITS: unknown key 'CREDITS' in 'bus', did you mean 'credit'?");
}

TEST_CASE("a variable that fits nowhere is an error that names it") {
    CHECK(overridden({"PROSA_=1"}) ==
          "environment PROSA_: an empty key, expected PROSA_ and keys joined by __");
    CHECK(overridden({"PROSA_BUS__=1"}) ==
          "environment PROSA_BUS__: an empty key, expected PROSA_ and keys joined by __");
    CHECK(overridden({"PROSA_NAME__X=1"}) ==
          "environment PROSA_NAME__X: there is no key 'X' below 'name', which is a plain value");
    CHECK(overridden({"PROSA_ROUTER_1__RULES__9__TO=1"}) ==
          "environment PROSA_ROUTER_1__RULES__9__TO: '9' is no item of the list 'rules', expected 0 to 2");
    CHECK(overridden({"PROSA_A_B=1"}, "a-b: 1\na_b: 2\n") ==
          "environment PROSA_A_B: 'A_B' means both 'a-b' and 'a_b'");
    CHECK(overridden({"PROSA_BUS__A='x"}) == "environment PROSA_BUS__A: a quoted text that is not closed");
    CHECK(overridden({"PROSA_BUS__A=[1"}).starts_with("environment PROSA_BUS__A: "));
    CHECK(overridden({"PROSA_BUS__A=\xff"}).find("environment PROSA_BUS__A:1: byte 0xff is not UTF-8") == 0);
    const std::string both = overridden({"PROSA_NAME__X=1", "PROSA_=1"});
    CHECK(both.find('\n') != std::string::npos);
}

TEST_CASE("a key that holds two underscores is reached too") {
    CHECK(overridden({"PROSA_A__B__C=5"}, "a__b: {c: 1}\n") == "a__b:\n  c: 5\n");
}

}  // namespace prosa
