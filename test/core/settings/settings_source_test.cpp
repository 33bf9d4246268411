#include "core/settings/settings_source.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>
#include <string>

#include "core/settings/settings_printer.hpp"

namespace prosa {
namespace {

struct Garbage {
    const char* what;
    std::string text;
    const char* place;     // the error starts with it
    const char* contains;  // and holds this
};

std::string repeat(const std::string& text, int count) {
    std::string repeated;
    for (int i = 0; i < count; ++i) repeated += text;
    return repeated;
}

// Each level stands for nine of the level below it.
std::string alias_bomb() {
    std::string text = "a0: &a0 [x]\n";
    for (int level = 1; level <= 9; ++level) {
        const std::string below = fmt::format("*a{}", level - 1);
        text += fmt::format("a{0}: &a{0} [{1}{2}]\n", level, below, repeat(", " + below, 8));
    }
    return text;
}

void check_refused(const absl::StatusOr<SettingsNode>& result, const Garbage& garbage) {
    CAPTURE(std::string(garbage.what));
    CHECK_FALSE(result.ok());
    if (result.ok()) return;
    const std::string message = message_of(result.status());
    CAPTURE(message);
    CHECK(message.starts_with(garbage.place));
    CHECK(message.find(garbage.contains) != std::string::npos);
}

std::string yaml_again(std::string_view text) {
    const auto root = parse_settings_yaml(text, "t.yml");
    REQUIRE_MESSAGE(root.ok(), message_of(root.status()));
    return to_yaml(*root);
}

}  // namespace

TEST_CASE("garbage in YAML is refused with its place") {
    const Garbage table[] = {
        {"empty", "", "t.yml:1: ", "expected keys with values"},
        {"only a comment", "# nothing\n", "t.yml:1: ", "no settings"},
        {"null", "~\n", "t.yml:1: ", "no settings"},
        {"a list", "\n- a\n- b\n", "t.yml:2: ", "expected keys with values, got a list"},
        {"a text", "hello\n", "t.yml:1: ", "got 'hello'"},
        {"duplicate key", "a: 1\nb: 2\na: 3\n", "t.yml:3: ", "duplicate key 'a', the first one is in line 1"},
        {"duplicate key below", "a:\n  b: 1\n  b: 2\n", "t.yml:3: ", "duplicate key 'b'"},
        {"tab", "a:\n\tb: 1\n", "t.yml:2: ", "tab in the indentation"},
        {"bad indentation", "a: 1\n b: 2\n", "t.yml:2: ", "illegal map value"},
        {"open list", "a: [1, 2\n", "t.yml:2: ", "end of sequence flow not found"},
        {"open text", "x: 1\na: \"x\nb: 2\n", "t.yml:2: ", "quoted text after this place is not closed"},
        {"open text at the end", "x: 1\na: 'x", "t.yml:2: ", "quoted text after this place is not closed"},
        {"two values", "a: b: c\n", "t.yml:1: ", "illegal map value"},
        {"a key that is a list", "x: 1\n? [a]\n: b\n", "t.yml:2: ", "key that is not a text"},
        {"a key that is nothing", "x: 1\n? \n: b\n", "t.yml:", "key"},
        {"an empty key", "\"\": b\n", "t.yml:1: ", "an empty key"},
        {"duplicate key with an escape", "\"\\e\": 1\n\"\\e\": 2\n", "t.yml:2: ", "duplicate key '\\u001b'"},
        {"a text with an escape", "\"\\e\"", "t.yml:1: ", "got the text '\\u001b'"},
        {"tag", "a: 1\nb: !!int 5\n", "t.yml:2: ", "tag 'tag:yaml.org,2002:int' is not supported"},
        {"own tag", "a: !mine {b: 1}\n", "t.yml:1: ", "tag '!mine' is not supported"},
        {"merge key", "a: &a {b: 1}\nc:\n  <<: *a\n", "t.yml:3: ", "merge keys"},
        {"unknown alias", "a: 1\nb: *nobody\n", "t.yml:2: ", "referenced anchor is not defined"},
        {"an alias in its own anchor", "a: &a [*a]\n", "t.yml:1: ", "alias inside of its own anchor"},
        {"second document", "a: 1\n---\nb: 2\n", "t.yml:2: ", "a second document"},
        {"NUL", std::string("a: 1\nb: \0\n", 10), "t.yml:2: ", "control character 0x00"},
        {"Latin-1", "a: 1\nname: caf\xe9\n", "t.yml:2: ", "byte 0xe9 is not UTF-8"},
        {"overlong UTF-8", "a: \xc0\xaf\n", "t.yml:1: ", "is not UTF-8"},
        {"a surrogate", "a: \xed\xa0\x80\n", "t.yml:1: ", "is not UTF-8"},
        {"cut UTF-8", "a: \xe2\x82", "t.yml:1: ", "is not UTF-8"},
        {"UTF-16", std::string("\xff\xfe\x61\x00", 4), "t.yml:1: ", "is not UTF-8"},
        {"an escape that yaml-cpp makes Latin-1 of", "x: 1\na: \"b\\_c\"\n",
         "t.yml:2: ", "the escape \\_ or \\N"},
        {"deep lists", "a: " + repeat("[", 1'000) + repeat("]", 1'000),
         "t.yml:1: ", "nested more than 64 levels"},
        {"very deep and open", "a: " + repeat("[", 100'000), "t.yml:1: ", ""},
        {"deep maps", "a: " + repeat("{b: ", 1'000), "t.yml:1: ", "nested more than 64 levels"},
        {"deep dashes", "a:\n " + repeat("- ", 1'000) + "x\n", "t.yml:2: ", "nested more than 64 levels"},
        {"alias bomb", alias_bomb(), "t.yml:", "more than 100000 values"},
        {"too many values", "a: [" + repeat("1,", 100'001) + "1]", "t.yml:1: ", "more than 100000 values"},
        {"too long", "a: " + std::string(settings_bytes_max, 'x'), "t.yml: ", "expected at most 4194304"},
    };
    for (const Garbage& garbage : table) check_refused(parse_settings_yaml(garbage.text, "t.yml"), garbage);
}

TEST_CASE("garbage in TOML is refused with its place") {
    const Garbage table[] = {
        {"empty", "", "t.toml:1: ", "no settings"},
        {"no value", "a = 1\nb =\n", "t.toml:2: ", ""},
        {"duplicate key", "a = 1\na = 2\n", "t.toml:2: ", "a"},
        {"duplicate key with an escape", "\"\\u001b\" = 1\n\"\\u001b\" = 2\n", "t.toml:2: ", "\\u001b"},
        {"duplicate table", "[a]\nb = 1\n[a]\nc = 1\n", "t.toml:3: ", ""},
        {"bare text", "a = hello\n", "t.toml:1: ", ""},
        {"open text", "a = \"x\n", "t.toml:1: ", ""},
        {"deep", "a = " + repeat("[", 100'000), "t.toml:1: ", ""},
        {"deep but closed", "a = " + repeat("[", 100) + repeat("]", 100),
         "t.toml:1: ", "nested more than 64 levels"},
        {"Latin-1", "a = 1\nb = \"\xe9\"\n", "t.toml:2: ", "not UTF-8"},
        {"too many values", "a = [" + repeat("1,", 100'001) + "1]", "t.toml:1: ", "more than 100000 values"},
    };
    for (const Garbage& garbage : table) check_refused(parse_settings_toml(garbage.text, "t.toml"), garbage);
}

TEST_CASE("random bytes are a tree or an error, never a crash") {
    constexpr unsigned seed = 20'240'501;
    MESSAGE("seed ", seed);
    std::mt19937 random(seed);
    const std::string alphabet = "ab:-[]{}&*!|>'\"%@#?,. \n\t0~=<\\\xc3\xa9";
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (unsigned length = random() % 40; length > 0; --length)
            text += alphabet[random() % alphabet.size()];
        const auto yaml = parse_settings_yaml(text, "t");
        const auto toml = parse_settings_toml(text, "t");
        if (yaml.ok()) {
            const auto again = parse_settings_yaml(to_yaml(*yaml), "t");
            CAPTURE(text);
            CAPTURE(to_yaml(*yaml));
            REQUIRE(again.ok());
            REQUIRE(to_yaml(*again) == to_yaml(*yaml));
        }
    }
}

TEST_CASE("YAML keeps order, lines, and whether a scalar was quoted") {
    const auto root = parse_settings_yaml("b: 1\na:\n  - x\n  - 'y'\nc: {d: ~}\n", "t.yml");
    REQUIRE(root.ok());
    REQUIRE(root->children.size() == 3);
    CHECK(root->children.front().key == "b");
    CHECK_FALSE(root->children.front().is_quoted);
    const SettingsNode* const a = root->find("a");
    REQUIRE(a != nullptr);
    CHECK(a->place.text() == "t.yml:2");
    CHECK(a->children.front().place.text() == "t.yml:3");
    CHECK(a->children.back().is_quoted);
    CHECK(root->find("c")->find("d")->kind == SettingsNode::Kind::null);
}

TEST_CASE("an alias stands for a copy, and !!str makes a text") {
    CHECK(yaml_again("a: &x {b: 1}\nc: *x\nd: !!str 5\n") == "a:\n  b: 1\nc:\n  b: 1\nd: \"5\"\n");
}

TEST_CASE("a table of many thousand keys is read and merged key by key") {
    std::string text;
    for (int i = 0; i < 30'000; ++i) text += fmt::format("\"{:06}\": a{}\n", i, i);
    auto base = parse_settings_yaml(text, "t.yml");
    auto overlay = parse_settings_yaml(text + "last: x\n", "u.yml");
    REQUIRE(base.ok());
    REQUIRE(overlay.ok());
    merge_settings(*base, *std::move(overlay));
    CHECK(base->children.size() == 30'001);
    CHECK(base->find("029999")->place.text() == "u.yml:30000");
}

TEST_CASE("a byte order mark and Windows line ends are no content") {
    CHECK(yaml_again("\xef\xbb\xbf"
                     "a: 1\r\nb: x\r\n") == "a: 1\nb: x\n");
}

TEST_CASE("TOML gives the same tree as YAML, in the order of the text") {
    const auto toml = parse_settings_toml(R"(name = "demo"
ratio = 5.0
enabled = true
[router-1]
threads = 2
service_names = ["B", "A"]
[[router-1.rules]]
to = "X"
[bus]
credit = 7
)",
                                          "t.toml");
    REQUIRE_MESSAGE(toml.ok(), message_of(toml.status()));
    CHECK(to_yaml(*toml) == R"(name: demo
ratio: 5.0
enabled: true
router-1:
  threads: 2
  service_names: [B, A]
  rules:
    - to: X
bus:
  credit: 7
)");
    CHECK(toml->find("bus")->find("credit")->place.text() == "t.toml:10");
}

}  // namespace prosa
