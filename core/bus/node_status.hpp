// core/bus/node_status.hpp: what a reactor's node publishes about itself, for Main's decisions and reports.
//
// Threads   the node's reactor writes; any reads.
// Ordering  [shutdown] shutdown_begun_ release in begin_shutdown -> acquire in is_at_rest : the numbers are those that
//           were published after on_shutdown, or newer. Between themselves they are relaxed.
// Proof     test/core/bus/node_status_model.cpp
#pragma once

#include <atomic>
#include <cstdint>

namespace prosa {

template <template <typename> class Atomic = std::atomic>
class NodeStatus {
  public:
    // Published on idle turns and from time to time.
    Atomic<std::uint32_t> in_flight{0};
    Atomic<std::uint32_t> kept_blocks{0};
    Atomic<std::uint32_t> body_blocks{0};
    Atomic<std::uint32_t> outbox{0};
    Atomic<std::uint32_t> credit_in_use{0};
    Atomic<std::uint32_t> waiting{0};
    Atomic<std::uint32_t> waiting_high_water{0};

    // The node, once its shards know of the shutdown and the numbers were published after that.
    void begin_shutdown() noexcept { shutdown_begun_.store(true, std::memory_order_release); }  // [shutdown]

    // No work is under way, and its sources have been stopped.
    bool is_at_rest() const noexcept {
        return shutdown_begun_.load(std::memory_order_acquire) &&  // [shutdown]
               in_flight.load(std::memory_order_relaxed) == 0 &&
               kept_blocks.load(std::memory_order_relaxed) == 0 &&
               outbox.load(std::memory_order_relaxed) == 0;
    }

  private:
    Atomic<bool> shutdown_begun_{false};
};

}  // namespace prosa
