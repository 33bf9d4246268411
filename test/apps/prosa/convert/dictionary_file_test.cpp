#include "apps/prosa/convert/dictionary_file.hpp"

#include <doctest/doctest.h>

#include "test/apps/prosa/child_program.hpp"

using namespace prosa;
using namespace prosa::convert;

namespace {

std::string error_of(const std::string& text) {
    const TemporaryFolder folder;
    const auto dictionary = load_dictionary(folder.write("d.yml", text));
    if (dictionary.ok()) return "accepted";
    const std::string message = message_of(dictionary.status());
    return message.substr(message.rfind("d.yml"));
}

}  // namespace

TEST_CASE("a dictionary file says names, types, sensitivity and nested fields") {
    const TemporaryFolder folder;
    const auto dictionary = load_dictionary(folder.write("d.yml",
                                                         "fields:\n"
                                                         "  100: {name: day, type: date}\n"
                                                         "  101: {name: card, sensitivity: masked}\n"
                                                         "  102:\n"
                                                         "    name: sub\n"
                                                         "    type: buffer\n"
                                                         "    fields: {1: {name: inner, type: signed}}\n"));
    REQUIRE_MESSAGE(dictionary.ok(), message_of(dictionary.status()));
    CHECK(dictionary->find("day")->type == TvfType::date);
    CHECK(dictionary->find(Tag{101})->sensitivity == Sensitivity::masked);
    CHECK_FALSE(dictionary->find("card")->type.has_value());
    CHECK(dictionary->nested_at(102).find("inner")->type == TvfType::signed64);
}

TEST_CASE("a dictionary file in TOML extends the fields of ISO 8583") {
    const TemporaryFolder folder;
    const auto dictionary = load_dictionary(
        folder.write("d.toml", "extends = 'iso8583'\n[fields.200]\nname = 'score'\ntype = 'float'\n"));
    REQUIRE_MESSAGE(dictionary.ok(), message_of(dictionary.status()));
    CHECK(dictionary->find("score")->tag == 200);
    CHECK(dictionary->find("pan")->tag == 2);
}

TEST_CASE("dictionaries have names of their own") {
    CHECK(load_dictionary("iso8583")->find("pan")->tag == 2);
    CHECK(load_dictionary("none")->entries().empty());
}

TEST_CASE("faults of a dictionary file are named with their line") {
    CHECK(error_of("fields: {x: {name: a}}") ==
          "d.yml:1: 'fields.x.name' `x` is no tag, expected a decimal number below 2^32");
    CHECK(error_of("fields:\n  1: {name: a}\n  2: {name: a}\n") ==
          "d.yml:3: 'fields.2.name' tag 2 `a`: the name already stands for tag 1");
    CHECK(error_of("fields:\n  1: {name: a, type: day}\n")
              .starts_with("d.yml:2: 'fields.1.type' expects one of any, "));
    CHECK(error_of("fields:\n  1: {type: date}\n") == "d.yml:2: 'fields.1.name' is missing");
    CHECK(error_of("fields:\n  1: {name: a, fields: {2: {name: b}}}\n").find("expected the type buffer") !=
          std::string::npos);
    CHECK(error_of("names: {}\n") == "d.yml:1: unknown key 'names', expected one of: extends, fields");
}
