#include "tvf/builder.hpp"

#include <doctest/doctest.h>

#include "tvf/flat_tvf.hpp"
#include "tvf/simple_string_tvf.hpp"

using namespace prosa;

TYPE_TO_STRING(prosa::FlatTvf);
TYPE_TO_STRING(prosa::SimpleStringTvf);

namespace {

template <typename T>
T sample() {
    const auto built = tvf::build<T>(tvf::object({
        {1, 2},
        {3, 4u},
        {5, tvf::list({1u, 2.0, 3, "text", static_cast<std::uint8_t>(5),
                       tvf::object({{1, "text"},
                                    {2, tvf::hex("0x00010203_04050607_08090A0B_0C0D0E0F_"
                                                 "10111213_14151617_18191A1B_1C1D1E1F")}})})},
        {6, tvf::date(1995, 1, 10)},
        {200, tvf::datetime(tvf::date(2023, 6, 5), 15, 2, 0)},
    }));
    REQUIRE(built.ok());
    return *built;
}

}  // namespace

TEST_CASE_TEMPLATE("a literal builds ProSA's example in every implementation", T, prosa::FlatTvf,
                   prosa::SimpleStringTvf) {
    const T tvf = sample<T>();
    CHECK(tvf.size() == 5);
    CHECK(*tvf.get_signed(1) == 2);
    CHECK(*tvf.get_unsigned(3) == 4);
    CHECK(*tvf.get_date(6) == Date{1995, 1, 10});
    CHECK(*tvf.get_datetime(200) == tvf::datetime(tvf::date(2023, 6, 5), 15, 2, 0));
    const auto list = tvf.get_buffer(5);
    REQUIRE(list.ok());
    std::vector<Tag> tags;
    for (const Tag tag : list->tags()) tags.push_back(tag);
    CHECK(tags == std::vector<Tag>{1, 2, 3, 4, 5, 6});
    CHECK(*list->get_unsigned(1) == 1);
    CHECK(*list->get_float(2) == 2.0);
    CHECK(*list->get_signed(3) == 3);
    CHECK(*list->get_string(4) == "text");
    CHECK(*list->get_byte(5) == 5);
    const auto map = list->get_buffer(6);
    REQUIRE(map.ok());
    CHECK(*map->get_string(1) == "text");
    const auto bytes = map->get_bytes(2);
    REQUIRE(bytes->size() == 32);
    for (std::size_t i = 0; i < 32; ++i) CHECK(bytes.value[i] == static_cast<std::byte>(i));
}

TEST_CASE("FlatTvf: a literal's signed and unsigned numbers stay apart") {
    const FlatTvf tvf = sample<FlatTvf>();
    CHECK(tvf.get_unsigned(1).error == TvfError::type_mismatch);
    CHECK(tvf.get_signed(3).error == TvfError::type_mismatch);
}

TEST_CASE("SimpleStringTvf: a literal's signed and unsigned numbers alias, as in ProSA's test") {
    const SimpleStringTvf tvf = sample<SimpleStringTvf>();
    CHECK(*tvf.get_unsigned(1) == 2);
    CHECK(*tvf.get_signed(3) == 4);
}

TEST_CASE("booleans, characters, negative numbers and an empty object have the documented types") {
    const auto tvf = tvf::build<FlatTvf>(
        tvf::object({{1, true}, {2, false}, {3, 'A'}, {4, -5}, {5, tvf::object({})}, {6, std::byte{7}}}));
    REQUIRE(tvf.ok());
    CHECK(*tvf->get_byte(1) == 1);
    CHECK(*tvf->get_byte(2) == 0);
    CHECK(*tvf->get_byte(3) == 'A');
    CHECK(*tvf->get_signed(4) == -5);
    CHECK(tvf->get_buffer(5)->is_empty());
    CHECK(*tvf->get_byte(6) == 7);
}

TEST_CASE("a literal with text that is not UTF-8 is an error") {
    const auto built = tvf::build<FlatTvf>(tvf::object({{1, "\xff"}}));
    REQUIRE(!built.ok());
    CHECK(message_of(built.status()).find("conversion") != std::string::npos);
}
