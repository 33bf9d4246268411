// One suite over every TVF implementation: what is put reads back as the type it was put as. Reading another
// type is a type mismatch (FlatTvf) or an alias (SimpleStringTvf); those cases stand at the end.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "tvf/flat_tvf.hpp"
#include "tvf/simple_string_tvf.hpp"

using namespace prosa;

TYPE_TO_STRING(prosa::FlatTvf);
TYPE_TO_STRING(prosa::SimpleStringTvf);

#define EVERY_TVF prosa::FlatTvf, prosa::SimpleStringTvf

namespace {

constexpr std::array sample_bytes = {std::byte{0xaa}, std::byte{0xbb}, std::byte{0x77}, std::byte{0xff}};
constexpr Date sample_date{2023, 6, 5};
constexpr DateTime sample_datetime = *DateTime::from_civil({.date = sample_date, .hour = 15, .minute = 2});

template <typename T>
std::vector<Tag> tags_of(const T& tvf) {
    std::vector<Tag> tags;
    for (const Tag tag : tvf.tags()) tags.push_back(tag);
    return tags;
}

std::vector<std::byte> bytes_of(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

template <typename T>
T sample_sub() {
    T sub;
    sub.put_string(201, "Hello world!");
    sub.put_float(200, 154.5);
    sub.remove(201);
    sub.put_string(201, "Hello world!");
    return sub;
}

template <typename T>
T sample() {
    T tvf;
    tvf.put_unsigned(1, 42);
    tvf.put_string(2, "The great string");
    tvf.put_signed(3, -1);
    tvf.put_float(5, 6.56);
    tvf.put_byte(6, 32);
    tvf.put_bytes(7, sample_bytes);
    tvf.put_date(8, sample_date);
    tvf.put_datetime(9, sample_datetime);
    tvf.put_buffer(10, sample_sub<T>());
    return tvf;
}

}  // namespace

TEST_CASE_TEMPLATE("a new TVF is empty", T, EVERY_TVF) {
    const T tvf;
    CHECK(tvf.is_empty());
    CHECK(tvf.size() == 0);
    CHECK(tags_of(tvf).empty());
    CHECK(!tvf.contains(0));
}

TEST_CASE_TEMPLATE("every type reads back as it was put", T, EVERY_TVF) {
    const T tvf = sample<T>();
    CHECK(tvf.size() == 9);
    CHECK(*tvf.get_unsigned(1) == 42);
    CHECK(*tvf.get_string(2) == "The great string");
    CHECK(*tvf.get_signed(3) == -1);
    CHECK(*tvf.get_float(5) == 6.56);
    CHECK(*tvf.get_byte(6) == 32);
    CHECK(bytes_of(tvf.get_bytes(7).value) == bytes_of(sample_bytes));
    CHECK(*tvf.get_date(8) == sample_date);
    CHECK(*tvf.get_datetime(9) == sample_datetime);
    const auto sub = tvf.get_buffer(10);
    REQUIRE(sub.ok());
    CHECK(T::copy_of(*sub) == sample_sub<T>());
    CHECK(*sub->get_float(200) == 154.5);
    CHECK(*sub->get_string(201) == "Hello world!");
}

TEST_CASE_TEMPLATE("the extremes of every type read back", T, EVERY_TVF) {
    T tvf;
    tvf.put_unsigned(0, std::numeric_limits<std::uint64_t>::max());
    tvf.put_signed(1, std::numeric_limits<std::int64_t>::min());
    tvf.put_signed(2, std::numeric_limits<std::int64_t>::max());
    tvf.put_byte(3, 255);
    tvf.put_float(4, std::numeric_limits<double>::max());
    tvf.put_float(5, std::numeric_limits<double>::denorm_min());
    tvf.put_float(6, -0.0);
    tvf.put_float(7, std::numeric_limits<double>::infinity());
    tvf.put_float(8, std::numeric_limits<double>::quiet_NaN());
    tvf.put_date(9, {0, 1, 1});
    tvf.put_date(10, {9999, 12, 31});
    tvf.put_string(11, "");
    tvf.put_bytes(12, {});
    tvf.put_unsigned(std::numeric_limits<Tag>::max(), 7);
    CHECK(*tvf.get_unsigned(0) == std::numeric_limits<std::uint64_t>::max());
    CHECK(*tvf.get_signed(1) == std::numeric_limits<std::int64_t>::min());
    CHECK(*tvf.get_signed(2) == std::numeric_limits<std::int64_t>::max());
    CHECK(*tvf.get_byte(3) == 255);
    CHECK(*tvf.get_float(4) == std::numeric_limits<double>::max());
    CHECK(*tvf.get_float(5) == std::numeric_limits<double>::denorm_min());
    CHECK(std::signbit(*tvf.get_float(6)));
    CHECK(*tvf.get_float(7) == std::numeric_limits<double>::infinity());
    CHECK(std::isnan(*tvf.get_float(8)));
    CHECK(*tvf.get_date(9) == Date{0, 1, 1});
    CHECK(*tvf.get_date(10) == Date{9999, 12, 31});
    CHECK(tvf.get_string(11).ok());
    CHECK(tvf.get_string(11)->empty());
    CHECK(tvf.get_bytes(12).ok());
    CHECK(*tvf.get_unsigned(std::numeric_limits<Tag>::max()) == 7);
}

TEST_CASE_TEMPLATE("every getter says not found for an absent tag", T, EVERY_TVF) {
    const T tvf = sample<T>();
    CHECK(tvf.get_float(4).error == TvfError::not_found);
    CHECK(tvf.get_buffer(100).error == TvfError::not_found);
    CHECK(tvf.get_unsigned(110).error == TvfError::not_found);
    CHECK(tvf.get_signed(120).error == TvfError::not_found);
    CHECK(tvf.get_byte(130).error == TvfError::not_found);
    CHECK(tvf.get_float(140).error == TvfError::not_found);
    CHECK(tvf.get_string(150).error == TvfError::not_found);
    CHECK(tvf.get_bytes(160).error == TvfError::not_found);
    CHECK(tvf.get_date(170).error == TvfError::not_found);
    CHECK(tvf.get_datetime(180).error == TvfError::not_found);
    CHECK(tvf.type_of(190).error == TvfError::not_found);
}

TEST_CASE_TEMPLATE("tags come in the order they were put, and a copy agrees", T, EVERY_TVF) {
    const T tvf = sample<T>();
    CHECK(tags_of(tvf) == std::vector<Tag>{1, 2, 3, 5, 6, 7, 8, 9, 10});
    const T copy = tvf;
    CHECK(copy == tvf);
    CHECK(tags_of(copy) == tags_of(tvf));
}

TEST_CASE_TEMPLATE("fields read in any order", T, EVERY_TVF) {
    const T tvf = sample<T>();
    const auto view = tvf.view();
    CHECK(*view.get_datetime(9) == sample_datetime);
    CHECK(*view.get_unsigned(1) == 42);
    CHECK(*view.get_byte(6) == 32);
    CHECK(*view.get_byte(6) == 32);
    CHECK(view.get_byte(100).error == TvfError::not_found);
    CHECK(*view.get_signed(3) == -1);
}

TEST_CASE_TEMPLATE("the bytes of a TVF decode to an equal one", T, EVERY_TVF) {
    const T tvf = sample<T>();
    const auto decoded = T::from_bytes(tvf.bytes());
    REQUIRE(decoded.ok());
    CHECK(*decoded == tvf);
}

TEST_CASE_TEMPLATE("an overwritten field has the new value and type, and keeps its place", T, EVERY_TVF) {
    T tvf = sample<T>();
    CHECK(tvf.put_unsigned(3, 7) == TvfError::none);
    CHECK(tvf.put_string(1, "a much longer value than there was before") == TvfError::none);
    CHECK(tvf.put_string(2, "") == TvfError::none);
    CHECK(tvf.size() == 9);
    CHECK(*tvf.get_unsigned(3) == 7);
    CHECK(*tvf.get_string(1) == "a much longer value than there was before");
    CHECK(tvf.get_string(2)->empty());
    CHECK(*tvf.get_date(8) == sample_date);
    CHECK(tags_of(tvf) == std::vector<Tag>{1, 2, 3, 5, 6, 7, 8, 9, 10});
    CHECK(T::from_bytes(tvf.bytes()).ok());
}

TEST_CASE_TEMPLATE("a removed field is gone and the others stay", T, EVERY_TVF) {
    T tvf = sample<T>();
    CHECK(tvf.remove(2));
    CHECK(!tvf.remove(2));
    CHECK(!tvf.contains(2));
    CHECK(tvf.size() == 8);
    CHECK(*tvf.get_signed(3) == -1);
    for (const Tag tag : tags_of(tvf)) CHECK(tvf.remove(tag));
    CHECK(tvf.is_empty());
    CHECK(T::from_bytes(tvf.bytes()).ok());
}

TEST_CASE_TEMPLATE("tags that descend and repeat modulo 64 are kept apart", T, EVERY_TVF) {
    T tvf;
    const TvfError error = tvf.edit([](auto& writer) {
        for (Tag tag = 1'000; tag > 0; --tag) writer.put_unsigned(tag, tag);
        for (Tag tag = 1; tag <= 1'000; ++tag) writer.put_unsigned(tag, tag + 1);
    });
    REQUIRE(error == TvfError::none);
    const auto decoded = T::from_bytes(tvf.bytes());
    REQUIRE(decoded.ok());
    CHECK(decoded->size() == 1'000);
    bool all_right = true;
    for (Tag tag = 1; tag <= 1'000; ++tag) all_right = all_right && *decoded->get_unsigned(tag) == tag + 1;
    CHECK(all_right);
}

TEST_CASE_TEMPLATE("a nested TVF is written in place, between fields of its parent", T, EVERY_TVF) {
    T tvf;
    const TvfError error = tvf.edit([](auto& writer) {
        writer.put_unsigned(1, 1);
        writer.put_buffer(2, [](auto& child) {
            child.put_string(1, "inner");
            child.put_buffer(2, [](auto& grandchild) { grandchild.put_byte(0, 9); });
            child.put_unsigned(3, 3);
        });
        writer.put_unsigned(3, 3);
        writer.put_buffer(1, [](auto& child) { child.put_unsigned(5, 5); });
    });
    REQUIRE(error == TvfError::none);
    REQUIRE(T::from_bytes(tvf.bytes()).ok());
    const auto child = tvf.get_buffer(2);
    CHECK(*child->get_string(1) == "inner");
    CHECK(*child->get_buffer(2)->get_byte(0) == 9);
    CHECK(*child->get_unsigned(3) == 3);
    CHECK(*tvf.get_buffer(1)->get_unsigned(5) == 5);
    CHECK(tags_of(tvf) == std::vector<Tag>{2, 3, 1});
}

TEST_CASE_TEMPLATE("70000 fields are refused and the content stays", T, EVERY_TVF) {
    T tvf = sample<T>();
    const TvfError error = tvf.edit([](auto& writer) {
        for (Tag tag = 100; tag < 70'100; ++tag) writer.put_byte(tag, 1);
    });
    CHECK(error == TvfError::limit);
    CHECK(tvf == sample<T>());
}

TEST_CASE_TEMPLATE("writing 1000 levels deep is refused", T, EVERY_TVF) {
    T tvf;
    const auto descend = [](auto&& self, auto& writer, int levels) -> void {
        if (levels > 0) writer.put_buffer(1, [&](auto& child) { self(self, child, levels - 1); });
    };
    CHECK(tvf.edit([&](auto& writer) { descend(descend, writer, 31); }) == TvfError::none);
    CHECK(tvf.edit([&](auto& writer) { descend(descend, writer, 1'000); }) == TvfError::limit);
}

TEST_CASE_TEMPLATE("text that is not UTF-8 and dates that do not exist are refused", T, EVERY_TVF) {
    T tvf;
    for (const std::string_view text : {"\xff", "\xc3", "\xed\xa0\x80", "\xc0\xaf", "ok\xf4\x90\x80\x80"})
        CHECK(tvf.put_string(1, text) == TvfError::conversion);
    CHECK(tvf.put_date(1, {2023, 2, 29}) == TvfError::conversion);
    CHECK(tvf.put_date(1, {2023, 13, 1}) == TvfError::conversion);
    CHECK(tvf.put_date(1, {10'000, 1, 1}) == TvfError::conversion);
    CHECK(tvf.is_empty());
    CHECK(tvf.put_string(1, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == TvfError::none);
    CHECK(*tvf.get_string(1) == "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST_CASE("FlatTvf: another type than was put is a type mismatch") {
    const FlatTvf tvf = sample<FlatTvf>();
    const std::vector<Tag> tags = tags_of(tvf);
    const auto reads = [&](Tag tag) {
        const auto view = tvf.view();
        return std::vector<TvfError>{
            view.get_unsigned(tag).error, view.get_string(tag).error,   view.get_signed(tag).error,
            view.get_float(tag).error,    view.get_byte(tag).error,     view.get_bytes(tag).error,
            view.get_date(tag).error,     view.get_datetime(tag).error, view.get_buffer(tag).error};
    };
    for (std::size_t i = 0; i < tags.size(); ++i) {
        std::vector<TvfError> expected(tags.size(), TvfError::type_mismatch);
        expected[i] = TvfError::none;
        CHECK(reads(tags[i]) == expected);
    }
}

TEST_CASE("FlatTvf keeps nanoseconds") {
    FlatTvf tvf;
    tvf.put_datetime(1, {1'685'977'320'123'456'789});
    CHECK(tvf.get_datetime(1)->ns_since_epoch == 1'685'977'320'123'456'789);
}

TEST_CASE("SimpleStringTvf: types alias as their text does, and mismatch where it does not") {
    const SimpleStringTvf tvf = sample<SimpleStringTvf>();
    CHECK(*tvf.get_unsigned(6) == 20);
    CHECK(*tvf.get_signed(1) == 42);
    CHECK(*tvf.get_float(1) == 42.0);
    CHECK(*tvf.get_string(1) == "42");
    CHECK(*tvf.get_byte(1) == 0x42);
    CHECK(tvf.get_unsigned(2).error == TvfError::type_mismatch);
    CHECK(tvf.get_signed(2).error == TvfError::type_mismatch);
    CHECK(tvf.get_float(2).error == TvfError::type_mismatch);
    CHECK(tvf.get_byte(2).error == TvfError::type_mismatch);
    CHECK(tvf.get_bytes(2).error == TvfError::type_mismatch);
    CHECK(tvf.get_date(2).error == TvfError::conversion);
    CHECK(tvf.get_datetime(2).error == TvfError::conversion);
    CHECK(tvf.get_buffer(2).error == TvfError::serialization);
}

TEST_CASE("SimpleStringTvf drops fractions of a second") {
    SimpleStringTvf tvf;
    tvf.put_datetime(1, {1'685'977'320'123'456'789});
    CHECK(tvf.get_datetime(1)->ns_since_epoch == 1'685'977'320'000'000'000);
}
