#include "tvf/masking.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tvf/builder.hpp"
#include "tvf/flat_tvf.hpp"
#include "tvf/simple_string_tvf.hpp"
#include "tvf/tvf_filter.hpp"
#include "tvf/tvf_format.hpp"
#include "tvf/tvf_json.hpp"

using namespace prosa;

TYPE_TO_STRING(prosa::FlatTvf);
TYPE_TO_STRING(prosa::SimpleStringTvf);

namespace {

bool shows(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

template <typename T>
T card() {
    return *tvf::build<T>(tvf::object({{2, "4111111111111111"},
                                       {4, 12345u},
                                       {14, "2912"},
                                       {35, "4111111111111111=29122010000012345678"},
                                       {43, "Coffee 5500-0000-0000-0004"},
                                       {48, tvf::object({{92, "737"}, {87, "M"}})},
                                       {52, tvf::hex("0123456789abcdef")},
                                       {200, "paid with 4111 1111 1111 1111"},
                                       {201, 5500000000000004u},
                                       {203, tvf::hex("4111111111111111d30120")},
                                       {204, tvf::object({{1, "378282246310005"}})}}));
}

}  // namespace

TEST_CASE("the check digit is that of ISO/IEC 7812") {
    CHECK(passes_luhn("4111111111111111"));
    CHECK(passes_luhn("378282246310005"));
    CHECK(!passes_luhn("4111111111111112"));
    CHECK(!passes_luhn(""));
    CHECK(!passes_luhn("41111111x"));
}

TEST_CASE("of long text the first six and last four stay, of short text nothing") {
    CHECK(mask_middle("4111111111111111") == "411111******1111");
    CHECK(mask_middle("1234567890123") == "123456***0123");
    CHECK(mask_middle("123456789012") == "***");
    CHECK(mask_middle("") == "***");
    CHECK(mask_middle("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9") == "***");
}

TEST_CASE("what looks like a PAN is masked wherever it stands in a text") {
    CHECK(mask_pans("4111111111111111") == "411111******1111");
    CHECK(mask_pans("pan=4111111111111111;") == "pan=411111******1111;");
    CHECK(mask_pans("4111 1111 1111 1111") == "4111 11** **** 1111");
    CHECK(mask_pans("4111-1111-1111-1111 29") == "4111-11**-****-1111 29");
    CHECK(mask_pans("1 4111111111111111") == "1 411111******1111");
    CHECK(mask_pans("411111111111111129122010000012345") == "411111***********************2345");
    CHECK(mask_pans("4111111111111112") == "4111111111111112");
    CHECK(mask_pans("123456789012") == "123456789012");
    CHECK(mask_pans("").empty());
}

TEST_CASE_TEMPLATE("printed text shows no sensitive value", T, prosa::FlatTvf, prosa::SimpleStringTvf) {
    const std::string text = masked_text(card<T>().view(), iso8583_dictionary());
    for (const auto* leak : {"4111111111111111", "1111 1111", "2912", "737", "0123456789abcdef",
                             "5500-0000-0000", "5500000000000004", "378282246310005", "20100000"})
        CHECK_MESSAGE(!shows(text, leak), text);
    CHECK(shows(text, "\"pan\":\"411111******1111\""));
    CHECK(shows(text, "\"amount\":12345"));
    CHECK(shows(text, "\"expiry\":\"***\""));
    CHECK(shows(text, "\"cvv\":\"***\""));
    CHECK(shows(text, "\"cvv_result\":\"M\""));
}

TEST_CASE("a PAN under a declared field of another type, or as ASCII bytes, is masked") {
    FlatTvf tvf;
    tvf.put_unsigned(37, 4'111'111'111'111'111);
    tvf.put_float(201, 4111111111111111.0);
    tvf.put_bytes(202, std::as_bytes(std::span(std::string_view("4111111111111111"))));
    const std::string text = masked_text(tvf.view(), iso8583_dictionary());
    CHECK(text == R"({"rrn":"411111******1111","201":"411111******1111.0","202":"***"})");
}

TEST_CASE("a secret buffer is hidden whole") {
    TagDictionary dictionary;
    REQUIRE(dictionary
                .add({.tag = 1, .name = "keys", .type = TvfType::buffer, .sensitivity = Sensitivity::secret})
                .ok());
    const auto tvf = tvf::build<FlatTvf>(tvf::object({{1, tvf::object({{1, "key"}})}}));
    CHECK(masked_text(tvf->view(), dictionary) == R"({"keys":"***"})");
}

TEST_CASE("formatting a TVF shows its size and no value") {
    FlatTvf flat;
    flat.put_string(2, "4111111111111111");
    CHECK(fmt::format("{}", flat) == "FlatTvf(1 fields, 32 bytes)");
    CHECK(fmt::format("{}", flat.view()) == "FlatTvf(1 fields, 32 bytes)");
    SimpleStringTvf simple;
    CHECK(fmt::format("{}", simple) == "SimpleStringTvf(0 fields, 0 bytes)");
}

TEST_CASE_TEMPLATE("ProSA's filter helper masks by byte length", T, prosa::FlatTvf, prosa::SimpleStringTvf) {
    T tvf;
    tvf.put_string(1, "plain");
    tvf.put_string(2, "1234");
    tvf.put_string(3, "clear");
    tvf.put_string(4, "\xc3\xa9");
    CHECK(mask_string_field(tvf, 1, "*") == TvfError::none);
    CHECK(mask_string_field(tvf, 2, "0") == TvfError::none);
    CHECK(mask_string_field(tvf, 4, "ab") == TvfError::none);
    CHECK(mask_string_field(tvf, 9, "*") == TvfError::none);
    CHECK(*tvf.get_string(1) == "*****");
    CHECK(*tvf.get_string(2) == "0000");
    CHECK(*tvf.get_string(3) == "clear");
    CHECK(*tvf.get_string(4) == "abab");
    CHECK(tvf.size() == 4);
}

TEST_CASE("FlatTvf: the filter helper removes a field that is no string") {
    FlatTvf tvf;
    tvf.put_unsigned(1, 1234);
    CHECK(mask_string_field(tvf, 1, "*") == TvfError::none);
    CHECK(tvf.is_empty());
}

TEST_CASE("a filter is any type that takes a TVF and gives one back") {
    struct PanFilter {
        FlatTvf filter(FlatTvf tvf) const {
            const TvfError error = mask_string_field(tvf, 2, "*");
            CHECK(error == TvfError::none);
            return tvf;
        }
    };
    static_assert(TvfFilter<PanFilter, FlatTvf>);
    FlatTvf tvf;
    tvf.put_string(2, "4111");
    CHECK(*PanFilter().filter(tvf).get_string(2) == "****");
}
