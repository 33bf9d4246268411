// core/bus/shared_queue.hpp: requests of a processor whose shards share one queue: whoever is idle first.
//
// A request travels as a whole block; the answer goes back through the ring pair of requester and shard.
//
// Threads   any requester: try_reserve, try_push, cancel.  any shard's reactor: try_pop.
// Progress  lock-free (moodycamel ConcurrentQueue). Blocks for all messages are taken at construction; a thread's
//           first push, and the growth of its index, allocate.
// Full      try_reserve returns false; the requester tries another provider or refuses. A push after a reservation
//           fails only for want of memory: the reservation stays, and the requester tries again later. Threads that had
//           no memory for their first push share a part of the queue; one at a time pushes there, others try later.
// Wake      the pusher wakes the shards that sleep; those that find nothing sleep again.
// Cost      every push and pop moves the lines that all shards share: choose `queue: shared` for work that takes
//           microseconds, where an idle shard is worth more than a line.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/ids.hpp"
#include "core/memory/message_pool.hpp"

namespace prosa {

class SharedQueue {
  public:
    PROSA_API SharedQueue(std::uint32_t capacity, std::vector<ReactorId> shards);
    PROSA_API ~SharedQueue();

    // Takes room for one message, to be filled by try_push or given back by cancel.
    [[nodiscard]] PROSA_API bool try_reserve() noexcept;
    PROSA_API void cancel() noexcept;
    [[nodiscard]] PROSA_API bool try_push(MessageBlock* message) noexcept;

    // Null when there is nothing to do.
    PROSA_API MessageBlock* try_pop() noexcept;

    PROSA_API std::uint32_t depth() const noexcept;

    // Shards that serve it now; 0: nobody will, but for answering `unreachable`.
    PROSA_API void join() noexcept;
    PROSA_API void leave() noexcept;
    PROSA_API std::uint32_t shard_count() const noexcept;

    // The reactors that host a shard: a requester holds a link with each, for the answers.
    const std::vector<ReactorId>& shards() const noexcept { return shards_; }

  private:
    struct Queue;
    std::unique_ptr<Queue> queue_;
    std::vector<ReactorId> shards_;
};

}  // namespace prosa
