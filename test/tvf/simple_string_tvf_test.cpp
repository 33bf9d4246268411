#include "tvf/simple_string_tvf.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace prosa;

namespace {

std::string text_after(auto&& fill) {
    SimpleStringTvf tvf;
    REQUIRE(tvf.edit(fill) == TvfError::none);
    return std::string(tvf.view().text());
}

std::string error_of(std::string_view text) {
    const auto view = SimpleStringTvfView::parse(text);
    return view.ok() ? "accepted" : message_of(view.status());
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every type has ProSA's text") {
    const std::array bytes = {std::byte{0xaa}, std::byte{0xbb}, std::byte{0x77}, std::byte{0xff}};
    const DateTime time = *DateTime::from_civil({.date = {2023, 6, 5}, .hour = 15, .minute = 2});
    CHECK(text_after([](auto& w) { w.put_unsigned(1, 42); }) == "1;2;42;");
    CHECK(text_after([](auto& w) { w.put_string(2, "The great string"); }) == "2;16;The great string;");
    CHECK(text_after([](auto& w) { w.put_signed(3, -1); }) == "3;2;-1;");
    CHECK(text_after([](auto& w) { w.put_float(5, 6.56); }) == "5;4;6.56;");
    CHECK(text_after([](auto& w) { w.put_byte(6, 32); }) == "6;2;20;");
    CHECK(text_after([&](auto& w) { w.put_bytes(7, bytes); }) == "7;8;aabb77ff;");
    CHECK(text_after([](auto& w) { w.put_date(8, {2023, 6, 5}); }) == "8;10;2023-06-05;");
    CHECK(text_after([&](auto& w) { w.put_datetime(9, time); }) == "9;19;2023-06-05T15:02:00;");
    CHECK(text_after([](auto& w) {
              w.put_buffer(10, [](auto& sub) {
                  sub.put_float(200, 154.5);
                  sub.put_string(201, "Hello world!");
              });
          }) == "10;32;200;5;154.5;201;12;Hello world!;;");
    CHECK(text_after([](auto&) {}).empty());
}

TEST_CASE("a float is the shortest decimal without an exponent") {
    const auto text = [](double value) {
        const std::string field = text_after([&](auto& w) { w.put_float(1, value); });
        const std::size_t begin = field.find(';', 2) + 1;
        return field.substr(begin, field.size() - begin - 1);
    };
    CHECK(text(2.0) == "2");
    CHECK(text(1e21) == "1000000000000000000000");
    CHECK(text(1e23) == "100000000000000000000000");
    CHECK(text(1e-7) == "0.0000001");
    CHECK(text(-0.0) == "-0");
    CHECK(text(123.456) == "123.456");
    CHECK(text(1.0 / 0.0) == "inf");
    CHECK(text(-1.0 / 0.0) == "-inf");
    CHECK(text(__builtin_nan("")) == "NaN");
}

TEST_CASE("text that ProSA accepts reads as ProSA reads it") {
    const auto value = [](std::string_view text) {
        const auto view = SimpleStringTvfView::parse(text);
        REQUIRE(view.ok());
        CHECK(view->size() == 1);
        return std::string(*view->get_string(1));
    };
    CHECK(SimpleStringTvfView::parse("")->is_empty());
    CHECK(value("1;0;;").empty());
    CHECK(value("1;3;a;b;") == "a;b");
    CHECK(value("1;1;a;1;1;b;") == "b");
    CHECK(value("+1;2;to;") == "to");
}

TEST_CASE("lengths are bytes of UTF-8") {
    const auto view = SimpleStringTvfView::parse("1;2;\xc3\xa9;2;3;\xe2\x82\xac;");
    REQUIRE(view.ok());
    CHECK(*view->get_string(1) == "\xc3\xa9");
    CHECK(*view->get_string(2) == "\xe2\x82\xac");
}

TEST_CASE("text that is no complete field is an error with its byte") {
    CHECK(contains(error_of("abc"), "at byte 0: no complete field"));
    CHECK(contains(error_of("1;2;to;junk"), "at byte 7: no complete field"));
    CHECK(contains(error_of("jean;luc"), "at byte 0: no tag"));
    CHECK(contains(error_of("1;"), "at byte 2: no length"));
    CHECK(contains(error_of("1;jean;"), "at byte 2: bad length"));
    CHECK(contains(error_of("1;2"), "at byte 2: bad length"));
    CHECK(contains(error_of("1;2;to,"), "at byte 6: bad termination"));
    CHECK(contains(error_of(";1;a;"), "at byte 0: no tag"));
    CHECK(contains(error_of("1;9;to;"), "at byte 4: field 1 and its `;` run over"));
    CHECK(contains(error_of("1;2;to"), "run over"));
    CHECK(contains(error_of("1;18446744073709551615;to;"), "run over"));
    CHECK(contains(error_of("1;1;\xc3\xa9;"), "bad termination"));
    CHECK(contains(error_of("1;1;\xc3;"), "not UTF-8"));
    CHECK(contains(error_of("4294967296;1;a;"), "no tag"));
    CHECK(contains(error_of("-1;1;a;"), "no tag"));
    CHECK(contains(error_of("+-1;1;a;"), "no tag"));
    CHECK(contains(error_of(" 1;1;a;"), "no tag"));
}

TEST_CASE("a byte read from an empty or odd text is a type mismatch") {
    const auto view = SimpleStringTvfView::parse("1;0;;2;1;a;3;4;0Aff;");
    REQUIRE(view.ok());
    CHECK(view->get_byte(1).error == TvfError::type_mismatch);
    CHECK(view->get_byte(2).error == TvfError::type_mismatch);
    CHECK(*view->get_byte(3) == 0x0a);
    CHECK(view->get_bytes(1)->empty());
}

TEST_CASE("numbers are parsed as a whole") {
    const auto view =
        SimpleStringTvfView::parse("1;2;+5;2;2; 5;3;20;18446744073709551616;4;3;1e3;5;3;InF;6;2;-0;");
    REQUIRE(view.ok());
    CHECK(*view->get_unsigned(1) == 5);
    CHECK(view->get_unsigned(2).error == TvfError::type_mismatch);
    CHECK(view->get_unsigned(3).error == TvfError::type_mismatch);
    CHECK(*view->get_float(4) == 1000.0);
    CHECK(*view->get_float(5) == 1.0 / 0.0);
    CHECK(*view->get_signed(6) == 0);
}

TEST_CASE("a tag that occurs twice counts once, in the view and in a copy") {
    const auto view = SimpleStringTvfView::parse("1;1;a;2;1;x;1;1;b;");
    REQUIRE(view.ok());
    CHECK(view->size() == 2);
    CHECK(*view->get_string(1) == "b");
    const SimpleStringTvf copy = SimpleStringTvf::copy_of(*view);
    CHECK(copy.view().text() == "2;1;x;1;1;b;");
    CHECK(*copy.get_string(1) == "b");
}

TEST_CASE("more than 4096 fields are an error") {
    std::string text;
    for (int tag = 0; tag < 4'096; ++tag) text += std::to_string(tag) + ";0;;";
    CHECK(SimpleStringTvfView::parse(text).ok());
    CHECK(contains(error_of(text + "9999;0;;"), "more than 4096 fields"));
}

TEST_CASE("text nested 1000 deep is readable to the depth limit only") {
    std::string text = "1;0;;";
    for (int level = 1; level < 1'000; ++level) text = "1;" + std::to_string(text.size()) + ";" + text + ";";
    auto view = SimpleStringTvfView::parse(text);
    REQUIRE(view.ok());
    SimpleStringTvfView level = *view;
    std::uint32_t levels = 1;
    TvfError error = TvfError::none;
    while (error == TvfError::none) {
        const auto nested = level.get_buffer(1);
        error = nested.error;
        if (nested.ok()) {
            level = *nested;
            ++levels;
        }
    }
    CHECK(error == TvfError::limit);
    CHECK(levels == tvf_depth_max);
}
