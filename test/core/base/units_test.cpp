#include "core/base/units.hpp"

#include <doctest/doctest.h>

namespace prosa {

TEST_CASE("a duration is a number and a unit") {
    CHECK(parse_duration("250us").value() == 250 * ns_per_us);
    CHECK(parse_duration("50ms").value() == 50 * ns_per_ms);
    CHECK(parse_duration("1.5s").value() == 1500 * ns_per_ms);
    CHECK(parse_duration("2m").value() == 120 * ns_per_s);
    CHECK(parse_duration("0s").value() == 0);
}

TEST_CASE("a malformed duration is refused and the error names it") {
    for (const char* text : {"", "5", "ms", "-1s", "1 s", "1d", "1e3s", "nans", "infs", "99999999999h"}) {
        const auto duration = parse_duration(text);
        REQUIRE_FALSE(duration.ok());
        CHECK(message_of(duration.status()).find(text) != std::string::npos);
    }
}

TEST_CASE("a formatted duration reads back as itself") {
    for (const Nanos ns :
         {Nanos{0}, Nanos{7}, Nanos{1500}, 50 * ns_per_ms, 90 * ns_per_s, 1234567891 * Nanos{1}})
        CHECK(parse_duration(format_duration(ns)).value() == ns);
}

TEST_CASE("a rate takes decimal multiples") {
    CHECK(parse_rate("250").value() == 250);
    CHECK(parse_rate("100k").value() == 100'000);
    CHECK(parse_rate("1.5M").value() == 1'500'000);
    for (const char* text : {"", "0", "-5", "10q", "k"}) CHECK_FALSE(parse_rate(text).ok());
}

TEST_CASE("people read three significant digits") {
    CHECK(human_duration(155) == "155 ns");
    CHECK(human_duration(1'234) == "1.23 us");
    CHECK(human_duration(45'678'000) == "45.7 ms");
    CHECK(human_count(19'943) == "19.9 k");
}

}  // namespace prosa
