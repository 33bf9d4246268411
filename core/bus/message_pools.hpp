// core/bus/message_pools.hpp: the pools of one reactor or client, shared-owned by the links its blocks travel on.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/bus/bus_options.hpp"
#include "core/memory/message.hpp"
#include "core/memory/message_pool.hpp"

namespace prosa {

struct MessagePools {
    // A kept block holds a request and its answer, each as large as a slot. As many as the kept limits of the
    // hosted queues, and a ring's worth of answers that wait in outboxes.
    MessagePools(ReactorId owner, const BusOptions& options, std::uint32_t queue_count)
        : kept(owner, sizeof(MessageBlock) + 2 * options.slot_bytes,
               queue_count == 0 ? 1 : options.kept_limit * queue_count + options.ring_slots),
          bodies(owner, options.block_bytes, options.pool_blocks) {}

    MessagePool kept;
    MessagePool bodies;
};

// The largest body of a message: in a slot, or in a block.
constexpr std::uint32_t body_bytes_max(const BusOptions& options) noexcept {
    const auto block_header_bytes = static_cast<std::uint32_t>(sizeof(MessageBlock));
    return std::max(options.slot_bytes - header_bytes, options.block_bytes - block_header_bytes);
}

}  // namespace prosa
