#include "apps/prosa/bench/bare_ring.hpp"

#include <doctest/doctest.h>

#include <array>

namespace prosa::bench {
namespace {

using Bytes = std::array<std::byte, 56>;

TEST_CASE("messages come out as they went in, over several laps") {
    BareRing ring(4, 64);
    for (int i = 0; i < 11; ++i) {
        Bytes sent;
        sent.fill(std::byte(i));
        Bytes received{};
        REQUIRE(ring.try_write(sent));
        REQUIRE(ring.try_read(received));
        CHECK(received == sent);
    }
}

TEST_CASE("a full ring refuses the message and an empty one has none") {
    BareRing ring(2, 64);
    Bytes message{};
    CHECK_FALSE(ring.try_read(message));
    CHECK(ring.try_write(message));
    CHECK(ring.try_write(message));
    CHECK_FALSE(ring.try_write(message));
    CHECK(ring.try_read(message));
    CHECK(ring.try_write(message));
}

}  // namespace
}  // namespace prosa::bench
