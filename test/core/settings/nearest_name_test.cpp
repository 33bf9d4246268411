#include "core/settings/nearest_name.hpp"

#include <doctest/doctest.h>

namespace prosa {

TEST_CASE("the distance counts insertions, deletions, replacements and swaps, not case") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("credit", "CREDIT") == 0);
    CHECK(edit_distance("credit", "credits") == 1);
    CHECK(edit_distance("credit", "cerdit") == 1);
    CHECK(edit_distance("kitten", "sitting") == 3);
    CHECK(edit_distance("ca", "abc") == 3);
}

TEST_CASE("the nearest name is found, and none when all are far") {
    CHECK(nearest_name("credits", {"idle", "credit", "edits"}) == "credit");
    CHECK(nearest_name("proc-restart-duration-period", {"proc_restart_duration_period"}) ==
          "proc_restart_duration_period");
    CHECK(nearest_name("x", {"cpu", "idle"}) == "");
    CHECK(nearest_name("x", {}) == "");
}

TEST_CASE("without a near name the valid ones are listed") {
    CHECK(suggestion("iddle", {"idle", "credit"}) == ", did you mean 'idle'?");
    CHECK(suggestion("zzzzzz", {"idle", "credit"}) == ", expected one of: idle, credit");
    CHECK(suggestion("zzzzzz", {}) == "");
}

}  // namespace prosa
