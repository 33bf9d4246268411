// Types through JSON: those that a dictionary declares, those that values look like, and those written beside
// the value.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tvf/flat_tvf.hpp"
#include "tvf/tvf_json.hpp"

using namespace prosa;

namespace {

const TagDictionary no_names;

// Every type at its own tag, in extremes; tag 9 holds all of them once more.
FlatTvf every_type() {
    FlatTvf all;
    all.put_unsigned(1, std::numeric_limits<std::uint64_t>::max());
    all.put_signed(2, std::numeric_limits<std::int64_t>::min());
    all.put_signed(3, 5);
    all.put_byte(4, 1);
    all.put_byte(5, 255);
    all.put_float(6, 2.0);
    all.put_float(7, -1.0 / 0.0);
    all.put_string(8, "a \"b\" \x01");
    all.put_bytes(10, std::vector{std::byte{0}, std::byte{0xff}});
    all.put_date(11, Date{1, 2, 3});
    all.put_datetime(12, DateTime{-1});
    FlatTvf outer = all;
    outer.put_buffer(9, all);
    outer.put_buffer(13, FlatTvf());
    return outer;
}

std::string marked_json(const FlatTvf& tvf, const TagDictionary& dictionary = no_names) {
    return to_json(tvf.view(), dictionary, Exposure::clear, TypeMarks::where_needed);
}

FlatTvf read(std::string_view text, const TagDictionary& dictionary = no_names) {
    const auto tvf = from_json<FlatTvf>(text, dictionary);
    REQUIRE_MESSAGE(tvf.ok(), message_of(tvf.status()));
    return *tvf;
}

std::string error_of(std::string_view text, JsonOrigin origin = {}) {
    const auto tvf = from_json<FlatTvf>(text, no_names, origin);
    return tvf.ok() ? "accepted" : message_of(tvf.status());
}

TagDictionary strings_only() {
    TagDictionary dictionary;
    for (Tag tag = 1; tag <= 13; ++tag)
        REQUIRE(dictionary.add({.tag = tag, .name = fmt::format("f{}", tag), .type = TvfType::string}).ok());
    return dictionary;
}

}  // namespace

TEST_CASE("marked types lose nothing from TVF to JSON to TVF, without a dictionary") {
    const FlatTvf all = every_type();
    CHECK(read(marked_json(all)) == all);
}

TEST_CASE("marked types lose nothing where a dictionary declares another type") {
    const TagDictionary dictionary = strings_only();
    const FlatTvf all = every_type();
    CHECK(read(marked_json(all, dictionary), dictionary) == all);
}

TEST_CASE("a type is marked where its value looks like another, and nowhere else") {
    FlatTvf tvf;
    tvf.put_unsigned(1, 1);
    tvf.put_signed(2, -1);
    tvf.put_signed(3, 1);
    tvf.put_byte(4, 1);
    tvf.put_byte(5, 2);
    tvf.put_float(6, 1);
    tvf.put_float(7, std::nan(""));
    tvf.put_string(8, "x");
    tvf.put_bytes(9, std::vector{std::byte{0xab}});
    tvf.put_date(10, {2020, 1, 2});
    tvf.put_datetime(11, {0});
    tvf.put_buffer(12, FlatTvf());
    CHECK(
        marked_json(tvf) ==
        R"({"1":1,"2":-1,"3":{"$signed":1},"4":true,"5":{"$byte":2},"6":1.0,"7":{"$float":"NaN"},"8":"x",)"
        R"("9":{"$bytes":"ab"},"10":{"$date":"2020-01-02"},"11":{"$datetime":"1970-01-01T00:00:00Z"},"12":{}})");
}

TEST_CASE("JSON that marks nothing comes back as it was") {
    constexpr std::string_view text =
        R"({"1":18446744073709551615,"2":-9223372036854775808,"3":0.5,"4":"x","5":[1,{},[2],{"7":true}],"6":false})";
    CHECK(marked_json(read(text)) == text);
}

TEST_CASE("a mark is more than a type: it is strict") {
    CHECK(error_of(R"({"1":{"$day":1}})") ==
          "JSON line 1, column 7 (byte 6): unknown type, expected one of $unsigned, $signed, $byte, $float, "
          "$string, $bytes, $date, $datetime, $buffer (at $.1)");
    CHECK(error_of(R"({"1":{"$date":"2020-01-02","2":1}})") ==
          "JSON line 1, column 27 (byte 26): found `,`, expected `}` behind the value of a type (at $.1)");
    CHECK(error_of(R"({"1":{"$date":"2020-13-02"}})") ==
          "JSON line 1, column 15 (byte 14): found other text, expected \"YYYY-MM-DD\" (at $.1)");
    CHECK(error_of(R"({"1":{"$unsigned":-1}})")
              .ends_with("expected a whole number from 0 to 2^64 - 1 (at $.1)"));
    CHECK(error_of(R"({"$date":"2020-01-02"})")
              .starts_with("JSON line 1, column 2 (byte 1): unknown field `$date`"));
    CHECK(error_of(R"({"1":{"$buffer":{"$buffer":{}}}})").find("unknown field `$buffer`") !=
          std::string::npos);
}

TEST_CASE("marks do not pass the limit of levels") {
    const auto nested = [](int levels) {
        std::string text = R"({"1":)";
        for (int i = 1; i < levels; ++i) text += R"({"$buffer":{"1":)";
        text += R"({"$date":"2020-01-02"})";
        for (int i = 1; i < levels; ++i) text += "}}";
        return text + "}";
    };
    CHECK(error_of(nested(32)) == "accepted");
    CHECK(error_of(nested(33)).find("nested deeper than 32 levels") != std::string::npos);
}

TEST_CASE("an error names the path of its value") {
    CHECK(error_of(R"({"1":{"2":[0,{"3":null}]}})")
              .ends_with(
                  "found `n`, expected a value other than null: a TVF leaves the field out (at $.1.2[1].3)"));
    CHECK(error_of(R"({"1":1,"1":2})").ends_with("field 1 occurs twice"));
    CHECK(error_of(R"({"5":{"1":1,"1":2}})").ends_with("field 1 occurs twice (at $.5)"));
}

TEST_CASE("a path quotes names that are no words") {
    TagDictionary dictionary;
    REQUIRE(dictionary.add({.tag = 1, .name = "a name", .type = TvfType::byte}).ok());
    const auto tvf = from_json<FlatTvf>(R"({"a name":256})", dictionary);
    CHECK(message_of(tvf.status()).ends_with("(at $['a name'])"));
}

TEST_CASE("places count from the origin of the text") {
    const JsonOrigin origin{.line = 7, .column = 11, .byte = 100};
    CHECK(error_of("{x", origin).starts_with("JSON line 7, column 12 (byte 101): found `x`"));
    CHECK(error_of("{\n x", origin).starts_with("JSON line 8, column 2 (byte 103): found `x`"));
}

TEST_CASE("a name of a dictionary does not begin like a mark") {
    TagDictionary dictionary;
    CHECK(message_of(dictionary.add({.tag = 1, .name = "$date"})) ==
          "tag 1: name `$date` begins with `$`, which JSON needs to name types");
}

TEST_CASE("keys in any order are read once each, and the TVF is valid") {
    std::string text = "{";
    for (Tag tag = 60'000; tag > 0; --tag)
        text += fmt::format("\"{}\":{{\"2\":1,\"1\":[7]}},", tag * 7 % 60'013);
    text.back() = '}';
    const FlatTvf tvf = read(text);
    CHECK(tvf.size() == 60'000);
    CHECK(FlatTvfView::validate(tvf.bytes()).ok());
    CHECK(*tvf.get_buffer(7)->get_buffer(1)->get_unsigned(1) == 7);
}

TEST_CASE("JSON put into a writer that holds fields overwrites them") {
    FlatTvf tvf;
    tvf.put_byte(1, 1);
    tvf.put_byte(2, 2);
    absl::Status status;
    CHECK(tvf.edit([&](FlatTvfWriter& writer) {
        status = read_json(R"({"3":3,"1":7})", no_names, writer);
        writer.put_unsigned(3, 4);
    }) == TvfError::none);
    CHECK(status.ok());
    CHECK(FlatTvfView::validate(tvf.bytes()).ok());
    CHECK(*tvf.get_unsigned(1) == 7);
    CHECK(*tvf.get_unsigned(3) == 4);
    CHECK(tvf.size() == 3);
}

TEST_CASE("a put after JSON overwrites what JSON put") {
    FlatTvf tvf;
    CHECK(tvf.edit([](FlatTvfWriter& writer) {
        CHECK(read_json(R"({"3":3,"1":7})", no_names, writer).ok());
        writer.put_unsigned(3, 4);
        writer.put_unsigned(1, 8);
    }) == TvfError::none);
    CHECK(FlatTvfView::validate(tvf.bytes()).ok());
    CHECK(*tvf.get_unsigned(3) == 4);
    CHECK(*tvf.get_unsigned(1) == 8);
}
