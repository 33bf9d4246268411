#include "tvf/tvf_json.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "tvf/builder.hpp"
#include "tvf/flat_tvf.hpp"
#include "tvf/simple_string_tvf.hpp"

using namespace prosa;

TYPE_TO_STRING(prosa::FlatTvf);
TYPE_TO_STRING(prosa::SimpleStringTvf);

namespace {

// One declared field of each type; `sub` has names of its own.
const TagDictionary& dictionary() {
    static const TagDictionary built = [] {
        TagDictionary sub;
        TagDictionary all;
        bool is_good = sub.add({.tag = 7, .name = "inner", .type = TvfType::signed64}).ok();
        const auto add = [&](Tag tag, const char* name, TvfType type) {
            is_good = all.add({.tag = tag, .name = name, .type = type}).ok() && is_good;
        };
        add(1, "count", TvfType::unsigned64);
        add(2, "delta", TvfType::signed64);
        add(3, "flag", TvfType::byte);
        add(4, "ratio", TvfType::float64);
        add(5, "text", TvfType::string);
        add(6, "raw", TvfType::bytes);
        add(8, "day", TvfType::date);
        add(9, "time", TvfType::datetime);
        is_good = all.add({.tag = 10,
                           .name = "sub",
                           .type = TvfType::buffer,
                           .nested = std::make_shared<const TagDictionary>(sub)})
                      .ok() &&
                  is_good;
        REQUIRE(is_good);
        return all;
    }();
    return built;
}

template <typename T = FlatTvf>
T read(std::string_view text) {
    const auto tvf = from_json<T>(text, dictionary());
    REQUIRE_MESSAGE(tvf.ok(), message_of(tvf.status()));
    return *tvf;
}

std::string error_of(std::string_view text) {
    const auto tvf = from_json<FlatTvf>(text, dictionary());
    return tvf.ok() ? "accepted" : message_of(tvf.status());
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr std::string_view declared_json =
    R"({"count":18446744073709551615,"delta":-9223372036854775808,"flag":255,"ratio":6.56,"text":"a \"b\" \\ )"
    "\xc3\xa9"
    R"( \n","raw":"aabb77ff","day":"2023-06-05","time":"2023-06-05T15:02:00Z",)"
    R"("sub":{"inner":-1,"8":"free"}})";

}  // namespace

TEST_CASE_TEMPLATE("declared types lose nothing from JSON to TVF to JSON", T, prosa::FlatTvf,
                   prosa::SimpleStringTvf) {
    const T tvf = read<T>(declared_json);
    CHECK(*tvf.get_unsigned(1) == 18'446'744'073'709'551'615U);
    CHECK(*tvf.get_signed(2) == std::numeric_limits<std::int64_t>::min());
    CHECK(*tvf.get_byte(3) == 255);
    CHECK(*tvf.get_float(4) == 6.56);
    CHECK(*tvf.get_string(5) == "a \"b\" \\ \xc3\xa9 \n");
    CHECK(tvf.get_bytes(6)->size() == 4);
    CHECK(*tvf.get_date(8) == Date{2023, 6, 5});
    CHECK(*tvf.get_buffer(10)->get_signed(7) == -1);
    CHECK(to_json(tvf.view(), dictionary(), Exposure::clear) == declared_json);
}

TEST_CASE("declared floats and times keep their extremes") {
    FlatTvf tvf;
    for (const double value : {0.1, 2.0, -0.0, 1e300, 5e-324, 1.0 / 0.0, -1.0 / 0.0}) {
        tvf.put_float(4, value);
        const FlatTvf back = read(to_json(tvf.view(), dictionary(), Exposure::clear));
        CHECK(back == tvf);
    }
    tvf.put_float(4, std::nan(""));
    CHECK(std::isnan(*read(to_json(tvf.view(), dictionary(), Exposure::clear)).get_float(4)));
    for (const std::int64_t ns : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
        tvf.put_datetime(9, {ns});
        CHECK(read(to_json(tvf.view(), dictionary(), Exposure::clear)).get_datetime(9)->ns_since_epoch == ns);
    }
}

TEST_CASE("undeclared values have the type they look like") {
    const FlatTvf tvf = read(R"({"100":1,"101":-1,"102":1.0,"103":1e2,"104":"x","105":true,"106":false,)"
                             R"("107":{},"108":[1,"two",[3]],"109":0})");
    CHECK(*tvf.get_unsigned(100) == 1);
    CHECK(*tvf.get_signed(101) == -1);
    CHECK(*tvf.get_float(102) == 1.0);
    CHECK(*tvf.get_float(103) == 100.0);
    CHECK(*tvf.get_string(104) == "x");
    CHECK(*tvf.get_byte(105) == 1);
    CHECK(*tvf.get_byte(106) == 0);
    CHECK(tvf.get_buffer(107)->is_empty());
    CHECK(*tvf.get_buffer(108)->get_string(2) == "two");
    CHECK(*tvf.get_buffer(108)->get_buffer(3)->get_unsigned(1) == 3);
    CHECK(
        to_json(tvf.view(), dictionary(), Exposure::clear) ==
        R"({"100":1,"101":-1,"102":1.0,"103":100.0,"104":"x","105":1,"106":0,"107":{},"108":[1,"two",[3]],"109":0})");
}

TEST_CASE("white space and escapes of JSON are read") {
    const FlatTvf tvf =
        read(" {\r\n\t\"text\" : \"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\/\\b\\f\" , \"1\" : 0 } \n");
    CHECK(*tvf.get_string(5) == "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80/\b\f");
    CHECK(*tvf.get_unsigned(1) == 0);
}

TEST_CASE("broken JSON is an error with line, column, byte and what was expected") {
    CHECK(contains(error_of(""), "line 1, column 1 (byte 0): the text ends, expected an object"));
    CHECK(contains(error_of("[]"), "found `[`, expected an object"));
    CHECK(contains(error_of("{}x"), "byte 2): found `x`, expected the end of the text"));
    CHECK(contains(error_of("{} {}"), "expected the end"));
    CHECK(contains(error_of("{\n  \"count\": 1,\n  \"delta\" 2}"),
                   "line 3, column 11 (byte 26): found `2`, expected `:`"));
    CHECK(contains(error_of(R"({"count":1,})"), "expected a key in quotes"));
    CHECK(contains(error_of(R"({"count":1 "delta":2})"), "expected `,` or `}`"));
    CHECK(contains(error_of(R"({"count":)"), "the text ends"));
    CHECK(contains(error_of(R"({"100":[1,2)"), "the text ends, expected `,` or `]`"));
    CHECK(contains(error_of(R"({"100":[1,]})"), "expected a value"));
    CHECK(contains(error_of(R"({"text":"abc)"), "a string without end"));
    CHECK(contains(error_of("{\"text\":\"a\nb\"}"), "control character"));
    CHECK(contains(error_of(std::string_view("{\"text\":\"a\0b\"}", 14)), "control character"));
    CHECK(contains(error_of(R"({"text":"\x"})"), "unknown escape"));
    CHECK(contains(error_of(R"({"text":"\u12g4"})"), "four hex digits"));
    CHECK(contains(error_of("{\"text\":\"\xff\"}"), "byte 9): text is not UTF-8"));
    CHECK(contains(error_of("\xef\xbb\xbf{}"), "found byte 0xef"));
}

TEST_CASE("lone surrogates are errors") {
    for (const auto* text : {R"({"text":"\ud83d"})", R"({"text":"\ude00"})", R"({"text":"\ud83dx"})",
                             R"({"text":"\ud83d\u0041"})", R"({"text":"\ud83d\ud83d"})"})
        CHECK_MESSAGE(contains(error_of(text), "surrogate"), text);
}

TEST_CASE("numbers in other forms, or beyond their type, are errors") {
    for (const auto* number :
         {"01", "+1", "1.", ".5", "1e", "0x10", "--1", "NaN", "Infinity", "1_000", "1.e3"})
        CHECK_MESSAGE(error_of(fmt::format("{{\"100\":{}}}", number)) != "accepted", number);
    CHECK(contains(error_of(R"({"count":18446744073709551616})"), "out of range"));
    CHECK(contains(error_of(R"({"100":18446744073709551616})"), "out of range"));
    CHECK(contains(error_of(R"({"100":-9223372036854775809})"), "out of range"));
    CHECK(contains(error_of(R"({"count":-1})"), "out of range"));
    CHECK(contains(error_of(R"({"count":1.5})"), "expected a whole number"));
    CHECK(contains(error_of(R"({"flag":256})"), "from 0 to 255"));
    CHECK(contains(error_of(R"({"ratio":1e999})"), "no double holds"));
}

TEST_CASE("values of another type than declared are errors") {
    CHECK(contains(error_of(R"({"count":"1"})"), "expected a whole number"));
    CHECK(contains(error_of(R"({"text":1})"), "expected a string"));
    CHECK(contains(error_of(R"({"raw":"abc"})"), "hex digits"));
    CHECK(contains(error_of(R"({"day":"2023-02-29"})"), "YYYY-MM-DD"));
    CHECK(contains(error_of(R"({"time":"2023-06-05"})"), "YYYY-MM-DDTHH:MM:SS"));
    CHECK(contains(error_of(R"({"sub":1})"), "expected an object"));
    CHECK(contains(error_of(R"({"100":null})"), "expected a value other than null"));
    CHECK(contains(error_of(R"({"ratio":"fast"})"), "expected a number"));
}

TEST_CASE("unknown names and keys that mean one tag twice are errors") {
    CHECK(contains(error_of(R"({"nope":1})"), "byte 1): unknown field `nope`"));
    CHECK(contains(error_of(R"({"count":1,"count":2})"), "field count occurs twice"));
    CHECK(contains(error_of(R"({"count":1,"1":2})"), "field 1 occurs twice"));
    CHECK(contains(error_of(R"({"sub":{"inner":1,"7":2}})"), "field 7 occurs twice"));
    CHECK(contains(error_of(R"({"01":1})"), "unknown field"));
}

TEST_CASE("nesting is limited to 32 levels") {
    const auto nested = [](int levels) {
        std::string text = R"({"100":)";
        for (int i = 1; i < levels; ++i) text += i % 2 == 0 ? R"({"1":)" : "[";
        text += "1";
        for (int i = levels - 1; i >= 1; --i) text += i % 2 == 0 ? "}" : "]";
        return text + "}";
    };
    CHECK(error_of(nested(32)) == "accepted");
    CHECK(contains(error_of(nested(33)), "nested deeper than 32 levels"));
    CHECK(contains(error_of(nested(1'000)), "nested deeper than 32 levels"));
    CHECK(contains(error_of(std::string(100'000, '[')), "expected an object"));
}

TEST_CASE("70000 fields are an error at the first that is too many") {
    std::string text = "{";
    for (int tag = 0; tag < 70'000; ++tag) text += fmt::format("{}\"{}\":1", tag == 0 ? "" : ",", 100 + tag);
    CHECK(contains(error_of(text + "}"), "field 65635: limit passed: 65535 fields of a level, "));
}

TEST_CASE("a card authorisation by names comes back as it was, and is written masked") {
    constexpr std::string_view line =
        R"({"pan":"378282299429678","processing_code":"000000","amount":10714,"transmission_date_time":"0615080000",)"
        R"("stan":"000001","local_time":"100000","local_date":"0615","expiry":"2806","mcc":"5411",)"
        R"("pos_entry_mode":"051","acquirer_id":"10020031","rrn":"616608000001","terminal_id":"T4130996",)"
        R"("merchant_id":"MRC000000000089","merchant_name":"GROCER 089 VIGO","currency":"840"})";
    const auto tvf = from_json<FlatTvf>(line, iso8583_dictionary());
    REQUIRE_MESSAGE(tvf.ok(), message_of(tvf.status()));
    CHECK(*tvf->get_unsigned(4) == 10'714);
    CHECK(*tvf->get_string(11) == "000001");
    CHECK(to_json(tvf->view(), iso8583_dictionary(), Exposure::clear) == line);
    const std::string masked = masked_text(tvf->view(), iso8583_dictionary());
    CHECK(contains(masked, R"("pan":"378282*****9678","processing_code":"000000","amount":10714)"));
    CHECK(contains(masked, R"("expiry":"***")"));
}

TEST_CASE("no mutation of a JSON text reads outside it or breaks the TVF") {
    const std::uint64_t seed = std::random_device{}();
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    constexpr std::string_view telling = "\"\\{}[]:,0123456789eE+-.utfn \x80\xff";
    for (int round = 0; round < 20'000; ++round) {
        std::string text(declared_json);
        for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes)
            text[random() % text.size()] = telling[random() % telling.size()];
        if (random() % 4 == 0) text.resize(random() % text.size());
        const std::vector<char> exact(text.begin(), text.end());  // nothing readable behind it
        const auto tvf = from_json<FlatTvf>({exact.data(), exact.size()}, dictionary());
        if (tvf.ok()) REQUIRE(FlatTvfView::validate(tvf->bytes()).ok());
    }
}
