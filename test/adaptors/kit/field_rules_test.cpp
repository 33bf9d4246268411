#include <doctest/doctest.h>

#include "adaptors/kit/field_rules.hpp"
#include "adaptors/kit/rules_reader.hpp"
#include "test/adaptors/adaptor_support.hpp"

using namespace prosa;
using namespace prosa::test;

namespace {

struct Read {
    FieldRules rules;
    std::string error;
};

// Rules from the text of a rules file.
Read rules_of(std::string_view yaml) {
    const TemporaryFolder folder;
    absl::StatusOr<SettingsNode> node = load_settings(folder.write("rules.yml", yaml));
    REQUIRE(node.ok());
    SettingsErrors errors;
    SettingsReader reader(*node, errors);
    Read read;
    reader.for_each_item("rules",
                         [&](std::size_t, SettingsReader& rule) { read_conditions(rule, read.rules); });
    reader.finish();
    if (!errors.empty()) read.error = message_of(errors.status());
    return read;
}

bool holds(std::string_view when, const FlatTvf& tvf) {
    const Read read = rules_of("rules:\n  - when: " + std::string(when) + "\n");
    REQUIRE_MESSAGE(read.error.empty(), read.error);
    return read.rules.match(tvf.view()) == 0;
}

FlatTvf pan(const std::string& digits) { return message({{2, digits}}); }
FlatTvf amount(std::uint64_t value) { return message({}, {{4, value}}); }

}  // namespace

TEST_CASE("equals compares the whole text") {
    CHECK(holds("{ currency: { equals: \"978\" } }", message({{49, "978"}})));
    CHECK_FALSE(holds("{ currency: { equals: \"978\" } }", message({{49, "9780"}})));
    CHECK_FALSE(holds("{ currency: { equals: \"978\" } }", message({{49, "97"}})));
    CHECK(holds("{ merchant_name: { equals: \"GROCER 089 OF VIGO\" } }",
                message({{43, "GROCER 089 OF VIGO"}})));
    CHECK_FALSE(holds("{ merchant_name: { equals: \"GROCER 089 OF VIGO\" } }",
                      message({{43, "GROCER 089 OF VIGA"}})));
}

TEST_CASE("a list holds when one of its values fits") {
    CHECK(holds("{ currency: { in: [\"978\", \"840\"] } }", message({{49, "840"}})));
    CHECK_FALSE(holds("{ currency: { in: [\"978\", \"840\"] } }", message({{49, "826"}})));
    CHECK(holds("{ amount: { in: [1, 5] } }", amount(5)));
    CHECK_FALSE(holds("{ amount: { in: [1, 5] } }", amount(4)));
}

TEST_CASE("prefix compares how a text starts, whatever its length") {
    CHECK(holds("{ pan: { prefix: \"400000\" } }", pan("4000001234567899")));
    CHECK(holds("{ pan: { prefix: \"400000\" } }", pan("400000")));
    CHECK_FALSE(holds("{ pan: { prefix: \"400000\" } }", pan("40000")));
    CHECK_FALSE(holds("{ pan: { prefix: \"400000\" } }", pan("4000011234567899")));
    CHECK(holds("{ pan: { prefix: [\"5\", \"4000001234567899123\"] } }", pan("4000001234567899123")));
    CHECK_FALSE(holds("{ pan: { prefix: \"4000001234567899123\" } }", pan("4000001234567899124")));
}

TEST_CASE("a range of text compares as many characters as its ends have") {
    for (const char* const range :
         {"[\"2223000000000000\", \"2223009999999999\"]", "[\"222300\", \"222300\"]"}) {
        const std::string when = "{ pan: { range: " + std::string(range) + " } }";
        CHECK(holds(when, pan("2223000000000000")));
        CHECK(holds(when, pan("2223009999999999")));
        CHECK_FALSE(holds(when, pan("2223010000000000")));
        CHECK_FALSE(holds(when, pan("2222999999999999")));
        CHECK_FALSE(holds(when, pan("22230")));
    }
}

TEST_CASE("a range of numbers includes both ends") {
    CHECK(holds("{ amount: { range: [10, 20] } }", amount(10)));
    CHECK(holds("{ amount: { range: [10, 20] } }", amount(20)));
    CHECK_FALSE(holds("{ amount: { range: [10, 20] } }", amount(9)));
    CHECK_FALSE(holds("{ amount: { range: [10, 20] } }", amount(21)));
}

TEST_CASE("signed numbers compare in their order") {
    FlatTvf tvf;
    REQUIRE(tvf.put_signed(28, -5) == TvfError::none);
    CHECK(holds("{ fee_amount: { range: [-10, 3] } }", tvf));
    CHECK_FALSE(holds("{ fee_amount: { range: [0, 3] } }", tvf));
}

TEST_CASE("luhn tells a right check digit from a wrong one") {
    CHECK(holds("{ pan: { luhn: true } }", pan("4111111111111111")));
    CHECK_FALSE(holds("{ pan: { luhn: true } }", pan("4111111111111112")));
    CHECK(holds("{ pan: { luhn: false } }", pan("4111111111111112")));
    CHECK_FALSE(holds("{ pan: { luhn: false } }", amount(1)));
}

TEST_CASE("a field that is missing or of another type satisfies nothing but exists: false") {
    CHECK(holds("{ pan: { exists: false } }", amount(1)));
    CHECK_FALSE(holds("{ pan: { exists: true } }", amount(1)));
    CHECK(holds("{ pan: { exists: true } }", pan("4")));
    CHECK_FALSE(holds("{ amount: { range: [0, 9] } }", message({{4, "5"}})));
    CHECK(holds("{ amount: { exists: true } }", message({{4, "5"}})));
}

TEST_CASE("all conditions of a rule must hold, and the first rule that holds decides") {
    const Read read = rules_of(
        "rules:\n"
        "  - when: { pan: { prefix: \"4\" }, amount: { range: [0, 10] } }\n"
        "  - when: { pan: { prefix: \"4\" } }\n"
        "  - when: { amount: { equals: 7 } }\n");
    REQUIRE(read.error.empty());
    CHECK(read.rules.match(message({{2, "41"}}, {{4, 7}}).view()) == 0);
    CHECK(read.rules.match(message({{2, "41"}}, {{4, 11}}).view()) == 1);
    CHECK(read.rules.match(message({{2, "51"}}, {{4, 7}}).view()) == 2);
    CHECK(read.rules.match(message({{2, "51"}}, {{4, 8}}).view()) == 3);
    CHECK(read.rules.match(FlatTvf().view()) == 3);
}

TEST_CASE("what is wrong with a rule is said with its line and what was expected") {
    const auto error_of = [](std::string_view when) {
        return rules_of("rules:\n  - when: " + std::string(when) + "\n").error;
    };
    const auto has = [](const std::string& text, std::string_view part) {
        INFO(text);
        return text.find("rules.yml:2: ") != std::string::npos && text.find(part) != std::string::npos;
    };
    CHECK(has(error_of("{ pam: { prefix: \"4\" } }"), "unknown field 'pam'"));
    CHECK(has(error_of("{ pam: { prefix: \"4\" } }"), "did you mean 'pan'"));
    CHECK(has(error_of("{ amount: { prefix: 4 } }"), "the field is of type unsigned"));
    CHECK(has(error_of("{ amount: { equals: x } }"), "expects a whole number"));
    CHECK(has(error_of("{ amount: { range: [5, 4] } }"), "low <= high"));
    CHECK(has(error_of("{ amount: { range: [5] } }"), "two values"));
    CHECK(has(error_of("{ pan: { range: [\"22\", \"333\"] } }"), "same length"));
    CHECK(has(error_of("{ pan: { luhn: maybe } }"), "true or false"));
    CHECK(has(error_of("{ amount: { luhn: true } }"), "cannot be used"));
    CHECK(has(error_of("{ pan: {} }"), "demands nothing"));
    CHECK(has(error_of("{ pan: { prefx: \"4\" } }"), "unknown key 'prefx'"));
    CHECK(has(error_of("{ pan: { prefix: [[\"4\"]] } }"), "a value or a list of values"));
    CHECK(has(error_of("{}"), "is missing or empty"));
    CHECK(has(error_of("{ icc_data: { equals: \"00\" } }"), "the field is of type bytes"));
}

TEST_CASE("more distinct fields than a rule set may name are an error") {
    std::string yaml = "rules:\n";
    for (int tag = 200; tag <= 200 + static_cast<int>(FieldRules::fields_max); ++tag)
        yaml += "  - when: { \"" + std::to_string(tag) + "\": { equals: \"x\" } }\n";
    CHECK(rules_of(yaml).error.find("at most 24 different fields") != std::string::npos);
}
