// apps/prosa/bench/echo_rings.hpp: the two rings of an echo, and the word that ends its provider.
#pragma once

#include <atomic>

#include "apps/prosa/bench/bare_echo.hpp"
#include "core/base/cache_line.hpp"

namespace prosa::bench {

template <typename Ring>
struct EchoRings {
    explicit EchoRings(const BareEcho& echo)
        : requests(echo.slot_count, echo.slot_bytes), replies(echo.slot_count, echo.slot_bytes) {}

    Ring requests;
    Ring replies;
    alignas(no_sharing_bytes) std::atomic<bool> has_ended{false};
};

}  // namespace prosa::bench
