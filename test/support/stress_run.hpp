// test/support/stress_run.hpp: seed, length and check line of a stress test.
//
// TEST_SEED       the first round's seed, instead of a random one; each further round has the next number
// STRESS_SECONDS  rounds follow each other until so much time has passed, instead of one round
//
// Included by one file of a program: it registers a listener.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>

#include "test/support/check_line.hpp"
#include "test/support/watchdog.hpp"

namespace prosa::test {

inline std::uint64_t stress_seed() {
    const char* const given = std::getenv("TEST_SEED");
    return given != nullptr ? std::stoull(given) : std::random_device{}();
}

inline std::optional<std::chrono::seconds> stress_seconds() {
    const char* const given = std::getenv("STRESS_SECONDS");
    if (given == nullptr) return std::nullopt;
    return std::chrono::seconds(std::stoll(given));
}

// Prints the check line when the test case ends, for only then its failures are known.
class CheckLineListener : public doctest::IReporter {
  public:
    explicit CheckLineListener(const doctest::ContextOptions&) {}

    // What the running test case has checked.
    static inline std::optional<CheckLine> noted;

    void test_case_start(const doctest::TestCaseData&) override { noted.reset(); }
    void test_case_end(const doctest::CurrentTestCaseStats& ended) override {
        if (!noted) return;
        noted->failures = static_cast<std::uint64_t>(ended.numAssertsFailedCurrentTest);
        if (ended.failure_flags != 0 && noted->failures == 0) noted->failures = 1;
        noted->seconds = ended.seconds;
        print_check_line(*noted);
    }

    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void test_case_exception(const doctest::TestCaseException&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData&) override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}
};
REGISTER_LISTENER("check_line", 1, CheckLineListener);

inline void note_check(std::string_view check, std::uint64_t seed, std::uint64_t count) {
    CheckLineListener::noted = CheckLine{check, seed, count, 0, 0};
}

// Calls round(seed), which returns how many messages (or whatever it counts) it checked, once or for STRESS_SECONDS.
// A round that takes longer than `round_limit` aborts the program.
template <typename Round>
void run_stress(const char* check, std::chrono::seconds round_limit, Round&& round) {
    const std::uint64_t first_seed = stress_seed();
    MESSAGE("seed ", first_seed, " (set TEST_SEED to repeat)");
    const auto end = std::chrono::steady_clock::now() + stress_seconds().value_or(std::chrono::seconds(0));
    std::uint64_t count = 0;
    for (std::uint64_t seed = first_seed;; ++seed) {
        Watchdog watchdog(check, round_limit);
        count += round(seed);
        note_check(check, first_seed, count);
        if (std::chrono::steady_clock::now() >= end) return;
    }
}

}  // namespace prosa::test
