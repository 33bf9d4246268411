#include "tvf/tvf_copy.hpp"

#include <doctest/doctest.h>

#include "tvf/flat_tvf.hpp"
#include "tvf/simple_string_tvf.hpp"

using namespace prosa;

namespace {

constexpr std::string_view every_type_text =
    "1;20;18446744073709551615;2;20;-9223372036854775808;3;2;ff;4;4;6.56;5;1;x;6;4;ab00;7;10;2023-06-05;"
    "8;19;2023-06-05T15:02:00;9;7;1;2;-7;;10;4;free;";

TagDictionary dictionary() {
    TagDictionary sub;
    REQUIRE(sub.add({.tag = 1, .name = "inner", .type = TvfType::signed64}).ok());
    TagDictionary all;
    Tag tag = 0;
    for (const TvfType type : {TvfType::unsigned64, TvfType::signed64, TvfType::byte, TvfType::float64,
                               TvfType::string, TvfType::bytes, TvfType::date, TvfType::datetime})
        REQUIRE(all.add({.tag = ++tag, .name = std::string(name_of(type)), .type = type}).ok());
    REQUIRE(all.add({.tag = 9,
                     .name = "sub",
                     .type = TvfType::buffer,
                     .nested = std::make_shared<const TagDictionary>(sub)})
                .ok());
    return all;
}

FlatTvf flat_of(std::string_view text, absl::Status& status) {
    const auto view = SimpleStringTvfView::parse(text);
    REQUIRE_MESSAGE(view.ok(), message_of(view.status()));
    const TagDictionary names = dictionary();
    FlatTvf flat;
    const TvfError error = flat.edit([&](FlatTvfWriter& writer) {
        status = TvfCopy<SimpleStringTvfView, FlatTvfWriter>().copy(*view, writer, names);
    });
    CHECK((error == TvfError::none || !status.ok()));
    return flat;
}

std::string error_of(std::string_view text) {
    absl::Status status;
    flat_of(text, status);
    return message_of(status);
}

}  // namespace

TEST_CASE("all types that a dictionary declares come out of text, and go back to the same text") {
    absl::Status status;
    const FlatTvf flat = flat_of(every_type_text, status);
    REQUIRE_MESSAGE(status.ok(), message_of(status));
    CHECK(*flat.get_unsigned(1) == 18'446'744'073'709'551'615U);
    CHECK(*flat.get_signed(2) == std::numeric_limits<std::int64_t>::min());
    CHECK(*flat.get_byte(3) == 255);
    CHECK(*flat.get_float(4) == 6.56);
    CHECK(*flat.get_string(5) == "x");
    CHECK(flat.get_bytes(6)->size() == 2);
    CHECK(*flat.get_date(7) == Date{2023, 6, 5});
    CHECK(flat.get_datetime(8).ok());
    CHECK(*flat.get_buffer(9)->get_signed(1) == -7);
    CHECK(*flat.get_string(10) == "free");

    SimpleStringTvf simple;
    TvfCopy<FlatTvfView, SimpleStringTvfWriter> copier;
    const TagDictionary names = dictionary();
    CHECK(simple.edit([&](SimpleStringTvfWriter& writer) {
        status = copier.copy(flat.view(), writer, names);
    }) == TvfError::none);
    CHECK(status.ok());
    CHECK(copier.cut_times() == 0);
    CHECK(std::string_view(reinterpret_cast<const char*>(simple.bytes().data()), simple.bytes().size()) ==
          every_type_text);
}

TEST_CASE("text that is not of the declared type is an error with its path and what was expected") {
    CHECK(error_of("1;2;-1;") ==
          "the value is no unsigned, expected a whole number from 0 to 2^64 - 1 (at $.unsigned)");
    CHECK(error_of("2;1;x;") ==
          "the value is no signed, expected a whole number of 64 bits with sign (at $.signed)");
    CHECK(error_of("3;1;f;") == "the value is no byte, expected two hex digits (at $.byte)");
    CHECK(error_of("4;1;x;") == "the value is no float, expected a number that a double holds (at $.float)");
    CHECK(error_of("6;1;a;") == "the value is no bytes, expected an even number of hex digits (at $.bytes)");
    CHECK(error_of("7;10;2023-02-29;") == "the value is no date, expected YYYY-MM-DD (at $.date)");
    CHECK(error_of("8;10;2023-06-05;") ==
          "the value is no datetime, expected YYYY-MM-DDTHH:MM:SS[.fraction][Z], years 1678 to 2261 (at "
          "$.datetime)");
    CHECK(error_of("9;3;1;x;") == "the value is no buffer, expected `tag;length;value;` repeated (at $.sub)");
    CHECK(error_of("9;6;1;1;x;;") ==
          "the value is no signed, expected a whole number of 64 bits with sign (at $.sub.inner)");
}

TEST_CASE("date-times whose fraction the text form drops are counted") {
    FlatTvf flat;
    flat.put_datetime(1, {1});
    flat.put_datetime(2, {1'000'000'000});
    SimpleStringTvf simple;
    TvfCopy<FlatTvfView, SimpleStringTvfWriter> copier;
    absl::Status status;
    CHECK(simple.edit([&](SimpleStringTvfWriter& writer) {
        status = copier.copy(flat.view(), writer, TagDictionary());
    }) == TvfError::none);
    CHECK(status.ok());
    CHECK(copier.cut_times() == 1);
}

TEST_CASE("more fields than the target holds are an error at the first that is too many") {
    FlatTvf flat;
    CHECK(flat.edit([](FlatTvfWriter& writer) {
        for (Tag tag = 0; tag <= simple_string_fields_max; ++tag) writer.put_byte(tag, 1);
    }) == TvfError::none);
    SimpleStringTvf simple;
    absl::Status status;
    CHECK(simple.edit([&](SimpleStringTvfWriter& writer) {
        status = TvfCopy<FlatTvfView, SimpleStringTvfWriter>().copy(flat.view(), writer, TagDictionary());
    }) == TvfError::limit);
    CHECK(message_of(status) == std::string(name_of(TvfError::limit)) + " (at $.4096)");
}
