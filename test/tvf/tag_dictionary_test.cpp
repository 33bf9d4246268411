#include "tvf/tag_dictionary.hpp"

#include <doctest/doctest.h>

using namespace prosa;

namespace {

bool contains(const absl::Status& status, std::string_view part) {
    return message_of(status).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a dictionary finds its entries by tag and by name") {
    TagDictionary dictionary;
    REQUIRE(dictionary.add({.tag = 2, .name = "pan", .type = TvfType::string}).ok());
    REQUIRE(dictionary.add({.tag = 0, .name = "mti"}).ok());
    CHECK(dictionary.find("pan")->tag == 2);
    CHECK(dictionary.find(Tag{0})->name == "mti");
    CHECK(dictionary.find(Tag{1}) == nullptr);
    CHECK(dictionary.find("none") == nullptr);
    CHECK(dictionary.name_of(2) == "pan");
    CHECK(dictionary.name_of(77) == "77");
    CHECK(dictionary.nested_at(2).entries().empty());
}

TEST_CASE("a key is a name or a decimal tag") {
    TagDictionary dictionary;
    REQUIRE(dictionary.add({.tag = 2, .name = "pan"}).ok());
    CHECK(*dictionary.tag_of("pan") == 2);
    CHECK(*dictionary.tag_of("2") == 2);
    CHECK(*dictionary.tag_of("0") == 0);
    CHECK(*dictionary.tag_of("4294967295") == 4'294'967'295);
    for (const auto* key : {"", "02", "+2", "-1", "4294967296", "Pan", "2 "})
        CHECK(!dictionary.tag_of(key).ok());
    CHECK(contains(dictionary.tag_of("card").status(), "unknown field `card`, expected a name"));
}

TEST_CASE("entries that contradict each other are refused and named") {
    TagDictionary dictionary;
    REQUIRE(dictionary.add({.tag = 2, .name = "pan", .type = TvfType::string}).ok());
    CHECK(contains(dictionary.add({.tag = 2, .name = "card"}), "already named `pan`"));
    CHECK(contains(dictionary.add({.tag = 3, .name = "pan"}), "already stands for tag 2"));
    CHECK(contains(dictionary.add({.tag = 3, .name = "33"}), "a number"));
    CHECK(contains(dictionary.add({.tag = 3, .name = ""}), "empty"));
    const auto nested = std::make_shared<const TagDictionary>();
    CHECK(contains(dictionary.add({.tag = 3, .name = "x", .type = TvfType::string, .nested = nested}),
                   "expected the type buffer"));
    CHECK(dictionary.entries().size() == 1);
}

TEST_CASE("the words of configuration name types and sensitivities") {
    for (int number = 1; number <= 9; ++number) {
        const auto type = static_cast<TvfType>(number);
        CHECK(tvf_type_of(name_of(type)) == type);
    }
    CHECK(!tvf_type_of("unknown").has_value());
    CHECK(sensitivity_of("secret") == Sensitivity::secret);
    CHECK(!sensitivity_of("Secret").has_value());
}

TEST_CASE("the bundled dictionary has the card fields, none of the sensitive ones clear") {
    const TagDictionary& dictionary = iso8583_dictionary();
    CHECK(dictionary.find("pan")->tag == 2);
    CHECK(dictionary.find("processing_code")->tag == 3);
    CHECK(dictionary.find("amount")->tag == 4);
    CHECK(dictionary.find("stan")->tag == 11);
    CHECK(dictionary.find("response_code")->tag == 39);
    CHECK(dictionary.find("currency")->tag == 49);
    CHECK(dictionary.nested_at(48).find("cvv")->tag == 92);
    CHECK(dictionary.nested_at(48).find("cvv")->sensitivity == Sensitivity::secret);
    for (const auto* name : {"track1", "track2", "track3", "pin_block", "icc_data", "mac"})
        CHECK(dictionary.find(name)->sensitivity == Sensitivity::secret);
    for (const auto* name : {"pan", "extended_pan", "account_from", "account_to", "expiry"})
        CHECK(dictionary.find(name)->sensitivity == Sensitivity::masked);
}
