#include "apps/prosa/load_threshold.hpp"

#include <doctest/doctest.h>

namespace prosa {
namespace {

// 1 000 requests intended in each of two seconds: 990 and 1 000 of them answered, 985 sent in the second one.
LoadResult make_result() {
    LoadResult result;
    result.measured_ns = 2 * ns_per_s;
    result.windows = {{.intended = 1000, .sent = 1000, .responses = 990},
                      {.intended = 1000, .sent = 985, .responses = 1000}};
    for (int us = 1; us <= 100; ++us) {
        result.response_time.record(us * ns_per_us);
        result.service_time.record(us * 100);
    }
    result.totals.counts[static_cast<std::size_t>(LoadCounter::outcome_none)] = 1990;
    result.totals.counts[static_cast<std::size_t>(LoadCounter::outcome_timeout)] = 3;
    result.totals.counts[static_cast<std::size_t>(LoadCounter::refused_overloaded)] = 7;
    result.totals.counts[static_cast<std::size_t>(LoadCounter::unsent)] = 4;
    return result;
}

bool holds(std::string_view text) {
    const auto threshold = LoadThreshold::parse(text);
    REQUIRE_MESSAGE(threshold.ok(), message_of(threshold.status()));
    return threshold->holds(make_result());
}

}  // namespace

TEST_CASE("a threshold holds or fails by what was measured") {
    CHECK(holds("p50<51us"));
    CHECK_FALSE(holds("p50<50us"));
    CHECK(holds(" p99.0 <= 100us "));
    CHECK(holds("response.max<=101us"));
    CHECK_FALSE(holds("max < 100us"));
    CHECK(holds("service.p99<11us"));
    CHECK(holds("min>=1us"));
    CHECK(holds("mean>50us"));
    CHECK(holds("success>=99%"));
    CHECK_FALSE(holds("success>99"));
    CHECK(holds("rate>=990"));
    CHECK_FALSE(holds("rate>=1k"));
    CHECK(holds("timeouts<=3"));
    CHECK_FALSE(holds("timeouts<3"));
    CHECK(holds("failed<=10"));
    CHECK(holds("late<1"));
    CHECK(holds("unsent<=4"));
    CHECK_FALSE(holds("unsent<4"));
}

TEST_CASE("latencies of nothing meet no threshold") {
    const auto threshold = LoadThreshold::parse("p99<1h");
    REQUIRE(threshold.ok());
    CHECK_FALSE(threshold->holds(LoadResult{}));
    CHECK(threshold->measured_text(LoadResult{}) == "nothing was measured");
}

TEST_CASE("a malformed threshold says which part is wrong") {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"p99", "threshold 'p99': expected NAME, one of < <= > >=, VALUE, such as p99<50us"},
        {"p101<5us", "threshold 'p101<5us': unknown measure 'p101'"},
        {"sucess>1", "threshold 'sucess>1': unknown measure 'sucess', did you mean 'success'?"},
        {"service.rate>1",
         "threshold 'service.rate>1': unknown measure 'service.rate', did you mean 'rate'?"},
        {"p99<50", "threshold 'p99<50': "},
        {"success>high", "threshold 'success>high': expected a number, got 'high'"},
        {"rate>fast", "threshold 'rate>fast': "},
        {"<5", "threshold '<5': unknown measure ''"},
    };
    for (const auto& [text, expected] : cases) {
        const auto threshold = LoadThreshold::parse(text);
        REQUIRE_FALSE(threshold.ok());
        CHECK_MESSAGE(message_of(threshold.status()).starts_with(expected), message_of(threshold.status()));
    }
}

TEST_CASE("the worst window decides the success, and late sends the rate") {
    const LoadResult result = make_result();
    CHECK(result.worst_window() == 0);
    CHECK(result.worst_window_percent() == doctest::Approx(99.0));
    CHECK(result.intended() == 2000);
    CHECK(result.sent() == 1985);
    CHECK(result.achieved_rate_per_s() == doctest::Approx(992.5));
    CHECK(result.is_rate_reached());
    LoadResult slow = result;
    slow.windows[1].sent = 970;
    CHECK_FALSE(slow.is_rate_reached());
    CHECK_FALSE(LoadResult{}.is_rate_reached());
}

TEST_CASE("windows start after the warm-up, and end with the duration") {
    LoadWindows windows(ns_per_s, 1500 * ns_per_ms);
    REQUIRE(windows.count() == 2);
    windows.note_intended(ns_per_s - 1);
    windows.note_intended(ns_per_s);
    windows.note_intended(2 * ns_per_s);
    windows.note_intended(2500 * ns_per_ms - 1);
    windows.note_intended(2500 * ns_per_ms);  // the last arrival of a load at even intervals
    windows.note_intended(2500 * ns_per_ms + 1);
    windows.note_sent(2 * ns_per_s);
    windows.note_response(ns_per_s);
    const auto read = read_windows(windows);
    CHECK(read[0].intended == 1);
    CHECK(read[1].intended == 3);
    CHECK(read[1].sent == 1);
    CHECK(read[0].responses == 1);
    CHECK(read[1].success_percent() == 0);
}

}  // namespace prosa
