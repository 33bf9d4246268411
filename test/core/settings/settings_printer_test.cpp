#include "core/settings/settings_printer.hpp"

#include <doctest/doctest.h>

#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

SettingsNode parse(std::string_view text) {
    auto root = parse_settings_yaml(text, "t.yml");
    REQUIRE_MESSAGE(root.ok(), message_of(root.status()));
    return *std::move(root);
}

}  // namespace

TEST_CASE("credentials in URLs are masked, wherever they stand") {
    CHECK(mask_url_credentials("http://user:pass@host:80/x") == "http://***@host:80/x");
    CHECK(mask_url_credentials("http://:token@host") == "http://***@host");
    CHECK(mask_url_credentials("http://a@b@host/p@q") == "http://***@host/p@q");
    CHECK(mask_url_credentials("see tcp+tls://u:p@h and http://u:p@i!") ==
          "see tcp+tls://***@h and http://***@i!");
    CHECK(mask_url_credentials("http://host/user@x") == "http://host/user@x");
    CHECK(mask_url_credentials("someone@example.org") == "someone@example.org");
    CHECK(mask_url_credentials("://a@b") == "://a@b");
    CHECK(mask_url_credentials("http://") == "http://");
    CHECK(mask_url_credentials("") == "");
}

TEST_CASE("values of keys that are called like a secret are hidden, read or not") {
    const std::string text =
        to_yaml(parse("db_password: x1\nPassphrase: [x2, x3]\nauth: {api_token: x4}\nsecrets: {a: x5}\nurl: "
                      "http://u:x6@h/\n"));
    CHECK(text ==
          "db_password: \"***\"\nPassphrase: \"***\"\nauth:\n  api_token: \"***\"\nsecrets: \"***\"\n"
          "url: \"http://***@h/\"\n");
}

TEST_CASE("an empty secret is printed empty, so that a written default does not become the mask") {
    CHECK(to_yaml(parse("password: ''\ntoken:\n")) == "password: \"\"\ntoken: null\n");
}

TEST_CASE("printed YAML reads back as the same tree") {
    const std::string original = to_yaml(parse(R"(
plain: some text
number: 5
negative: -1.5e3
texts: ["5", "true", "null", "", " x", "a: b", "#", "it's", "\"q\"", "- a", "[x", "\\", "tab\there", "a\nb", "é"]
"odd key: x": 1
"5": 2
nothing: ~
nested: [[a, b], [], {k: v, l: [1]}]
empty: {}
block: |
  line 1
  line 2
)"));
    CHECK(to_yaml(parse(original)) == original);
    const SettingsNode root = parse(original);
    CHECK(root.find("texts")->children.front().is_quoted);
    CHECK_FALSE(root.find("number")->is_quoted);
    CHECK(root.find("block")->text == "line 1\nline 2\n");
}

TEST_CASE("printed TOML reads back as the same tree without its nulls") {
    const SettingsNode root = parse(R"(
period: 50ms
number: 5
zeros: 007
nothing: ~
texts: ["5", "a\nb"]
sub: { first: { a: 1 }, b: "x" }
"odd key": [{ a: 1 }, { b: [2] }]
)");
    const auto again = parse_settings_toml(to_toml(root), "t.toml");
    REQUIRE_MESSAGE(again.ok(), message_of(again.status()));
    CHECK(again->find("period")->text == "50ms");
    CHECK(again->find("number")->text == "5");
    CHECK(again->find("zeros")->text == "007");
    CHECK(again->find("nothing") == nullptr);
    CHECK(again->find("texts")->children.back().text == "a\nb");
    CHECK(again->find("sub")->find("first")->find("a")->text == "1");
    CHECK(again->find("sub")->find("b")->text == "x");
    CHECK(again->find("odd key")->children.size() == 2);
}

}  // namespace prosa
