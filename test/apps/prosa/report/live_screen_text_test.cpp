#include <doctest/doctest.h>

#include "apps/prosa/live_screen.hpp"

namespace prosa {

TEST_CASE("a picture of a load tells how far it is, its rate, its outcomes and its latencies") {
    HdrHistogram second;
    HdrHistogram all;
    second.record_n(1'500, 3);
    all.record_n(2'500, 9);
    LoadTotals totals;
    totals.counts[static_cast<std::size_t>(LoadCounter::sent)] = 12;
    totals.counts[static_cast<std::size_t>(LoadCounter::outcome_none)] = 9;
    totals.counts[static_cast<std::size_t>(LoadCounter::outcome_timeout)] = 1;
    const std::string text = live_text({.title = "PAYMENT",
                                        .passed_ns = 5 * ns_per_s,
                                        .total_ns = 10 * ns_per_s,
                                        .rate_per_s = 20'000,
                                        .sent_per_s = 19'900,
                                        .totals = totals,
                                        .last_second = second,
                                        .so_far = all,
                                        .has_keys = true});
    for (const std::string_view part :
         {"PAYMENT  [###############...............] 5 s of 10 s\n", "  keys: + - change the rate, q stops\n",
          "rate 20.0 k/s, sent 19.9 k/s\n", "responses 9  failed 1  late 0  overloaded 0  in flight 2\n",
          "last second    1.50 us", "so far         2.50 us"})
        CHECK_MESSAGE(text.find(part) != std::string::npos, text);
    CHECK(cut_lines(text, 80) == text);
}

TEST_CASE("lines are cut to the columns of a terminal, by characters") {
    CHECK(cut_lines("abcdef\nabc\n", 3) == "abc\nabc\n");
    CHECK(cut_lines("\u00fc\u00fc\u00fcx\n", 3) == "\u00fc\u00fc\u00fc\n");
    CHECK(cut_lines("", 3).empty());
}

}  // namespace prosa
