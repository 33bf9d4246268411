#include "tvf/tvf_listing.hpp"

#include <doctest/doctest.h>

#include "tvf/flat_tvf.hpp"

using namespace prosa;

namespace {

FlatTvf payment() {
    FlatTvf nested;
    nested.put_byte(1, 7);
    FlatTvf tvf;
    tvf.put_string(2, "4111111111111111");
    tvf.put_unsigned(4, 10'714);
    tvf.put_buffer(200, nested);
    return tvf;
}

}  // namespace

TEST_CASE("a listing has a line for each field, aligned, sensitive values masked") {
    CHECK(listing_text(payment().view(), iso8583_dictionary(), Exposure::masked) ==
          "    2  pan     string    \"411111******1111\"\n"
          "    4  amount  unsigned  10714\n"
          "  200          buffer    1 field\n"
          "      1    byte      7\n");
}

TEST_CASE("a listing in clear hides nothing") {
    CHECK(
        listing_text(payment().view(), iso8583_dictionary(), Exposure::clear).find("\"4111111111111111\"") !=
        std::string::npos);
}

TEST_CASE("a sensitive nested TVF is hidden as a whole") {
    TagDictionary dictionary;
    REQUIRE(
        dictionary
            .add({.tag = 200, .name = "chip", .type = TvfType::buffer, .sensitivity = Sensitivity::secret})
            .ok());
    FlatTvf tvf;
    FlatTvf nested;
    nested.put_string(1, "key");
    tvf.put_buffer(200, nested);
    CHECK(listing_text(tvf.view(), dictionary, Exposure::masked) == "  200  chip  buffer    \"***\"\n");
    CHECK(listing_text(tvf.view(), dictionary, Exposure::clear).find("\"key\"") != std::string::npos);
}

TEST_CASE("control characters do not reach the listing") {
    FlatTvf tvf;
    tvf.put_string(1, "a\x1b[2J\n");
    CHECK(listing_text(tvf.view(), TagDictionary(), Exposure::clear) ==
          "  1    string    \"a\\u001b[2J\\n\"\n");
}
