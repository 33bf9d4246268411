// core/bus/bus_options.hpp: the sizes and limits of an instance; the section `bus` of a configuration.
#pragma once

#include <cstdint>

#include "core/base/clock.hpp"

namespace prosa {

struct BusOptions {
    std::uint32_t ring_slots = 1024;       // per ring, a power of two
    std::uint32_t slot_bytes = 256;        // header and inline body; a multiple of 64
    std::uint32_t block_bytes = 4096;      // a large body's block
    std::uint32_t pool_blocks = 4096;      // large bodies per reactor
    std::uint32_t credit = 32768;          // unanswered requests per requester and provider
    std::uint32_t kept_limit = 32768;      // kept requests per provider
    std::uint32_t pending_limit = 131072;  // unanswered requests per reactor or client
    std::uint32_t batch = 64;              // messages of one link per turn
    Nanos call_timeout_ns = 5 * ns_per_s;
    Nanos hang_after_ns = 100 * ns_per_ms;
    Nanos shutdown_timeout_ns = 10 * ns_per_s;
};

}  // namespace prosa
