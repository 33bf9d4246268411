#include "core/reactor/wake_word.hpp"

#include <doctest/doctest.h>

namespace prosa {
namespace {

TEST_CASE("a producer wakes nobody while the sleeper is awake") {
    WakeWord<> word;
    CHECK_FALSE(word.claim_wake());
    word.announce_sleep();
    CHECK_FALSE(word.awaken());
    CHECK_FALSE(word.claim_wake());
}

TEST_CASE("exactly one of several producers wakes the sleeper") {
    WakeWord<> word;
    word.announce_sleep();
    CHECK(word.claim_wake());
    CHECK_FALSE(word.claim_wake());
    CHECK(word.awaken());
    word.announce_sleep();
    CHECK(word.claim_wake());
}

}  // namespace
}  // namespace prosa
