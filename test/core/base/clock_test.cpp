#include "core/base/clock.hpp"

#include <doctest/doctest.h>

namespace prosa {

TEST_CASE("the clock never runs backwards and stays with the kernel's") {
    const Clock clock;
    Nanos last = clock.now_ns();
    for (int i = 0; i < 100'000; ++i) {
        const Nanos now = clock.now_ns();
        REQUIRE(now >= last);
        last = now;
    }
    // Calibration is good to about 100 ppm; one second of drift allowance is far above it.
    const Nanos apart = monotonic_now_ns() - clock.now_ns();
    CHECK(apart < ns_per_s);
    CHECK(apart > -ns_per_s);
}

}  // namespace prosa
