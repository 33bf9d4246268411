// core/memory/message_pool.hpp: fixed-size blocks of one reactor, for kept requests and large bodies.
//
// Threads   owner: try_take, put, put_chain; HomewardMailbox::take.  one freeing peer per HomewardMailbox: try_send.
// Progress  wait-free, O(1) but put_chain, which walks what came back; no allocation after construction, and no
//           page is touched before its first use.
// Ordering  [homeward] mailbox release in try_send -> acquire in take : the chain's links are readable
// Units     block_bytes is the whole block with its header; capacity in blocks.
// Full      try_take returns null; the caller refuses or degrades (`overloaded`).
// Cost      a take or a put touches the block's first line. Blocks leave last-in first-out, so they are warm.
// Proof     test/core/memory/message_pool_{test,stress}.cpp, homeward_mailbox_model.cpp
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/base/assert.hpp"
#include "core/base/cache_line.hpp"
#include "core/base/export.hpp"
#include "core/base/ids.hpp"
#include "core/memory/poison.hpp"

namespace prosa {

class MessagePool;

// The head of a block; the payload follows. It lies in one line with the start of the payload.
struct MessageBlock {
    MessageBlock* next;            // free list, homeward chain or fifo; by whoever owns the block now
    MessagePool* pool;             // where it goes home to; never changes
    std::uint32_t capacity_bytes;  // of the payload
    ReactorId owner;               // whose pool; never changes
    ReactorId requester;           // of a request that travels as a block: who waits for the answer

    std::byte* payload() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
    const std::byte* payload() const noexcept { return reinterpret_cast<const std::byte*>(this + 1); }
};
static_assert(sizeof(MessageBlock) == 24, "a message header follows in the same line");

// Carries blocks from one freeing thread to the owner: a chain at a time, so that a busy path pays a local list
// operation per block and one shared line per batch.
template <template <typename> class Atomic = std::atomic>
class HomewardMailbox {
  public:
    HomewardMailbox() : chain_(nullptr) {}

    // Freeing thread. Posts the chain when the owner took the last one; else false, and the chain stays with
    // the caller, who tries again later.
    [[nodiscard]] bool try_send(MessageBlock* chain) noexcept {
        if (chain_.load(std::memory_order_relaxed) != nullptr) return false;
        chain_.store(chain, std::memory_order_release);  // [homeward]
        return true;
    }

    // Owner. Whether something came back. After WakeWord::announce_sleep it sees what was sent before a wake-up.
    bool has_chain() const noexcept { return chain_.load(std::memory_order_relaxed) != nullptr; }

    // Owner. What came back, linked by `next`, or null.
    MessageBlock* take() noexcept {
        if (chain_.load(std::memory_order_relaxed) == nullptr) return nullptr;
        return chain_.exchange(nullptr, std::memory_order_acquire);  // [homeward]
    }

  private:
    alignas(no_sharing_bytes) Atomic<MessageBlock*> chain_;
};

class MessagePool {
  public:
    // `block_bytes` is rounded up to whole lines. Reserves address space for all blocks from mimalloc; throws
    // std::bad_alloc when there is none.
    PROSA_API MessagePool(ReactorId owner, std::uint32_t block_bytes, std::uint32_t capacity_blocks);
    PROSA_API ~MessagePool();
    MessagePool(const MessagePool&) = delete;
    MessagePool& operator=(const MessagePool&) = delete;

    // Null when every block is out.
    MessageBlock* try_take() noexcept {
        MessageBlock* block = free_;
        if (block != nullptr) [[likely]] {
            free_ = block->next;
        } else {
            block = carve();
            if (block == nullptr) return nullptr;
        }
        ++taken_;
        unpoison(block->payload(), block->capacity_bytes);
        return block;
    }

    // Owner only; blocks freed elsewhere come by put_chain.
    void put(MessageBlock* block) noexcept {
        PROSA_ASSERT(block->pool == this && taken_ > 0, "a block goes home to its own pool, once");
        poison(block->payload(), block->capacity_bytes);
        block->next = free_;
        free_ = block;
        --taken_;
    }

    // Puts back a chain that came from a mailbox, each block to its pool; null is an empty chain.
    static void put_chain(MessageBlock* chain) noexcept {
        while (chain != nullptr) {
            MessageBlock* const next = chain->next;
            chain->pool->put(chain);
            chain = next;
        }
    }

    std::uint32_t taken_blocks() const noexcept { return taken_; }
    std::uint32_t capacity_blocks() const noexcept { return capacity_; }
    std::uint32_t payload_bytes() const noexcept {
        return block_bytes_ - static_cast<std::uint32_t>(sizeof(MessageBlock));
    }
    std::size_t memory_bytes() const noexcept { return std::size_t{block_bytes_} * capacity_; }

  private:
    PROSA_API MessageBlock* carve() noexcept;

    MessageBlock* free_ = nullptr;
    std::byte* memory_;
    std::uint32_t taken_ = 0;
    std::uint32_t carved_ = 0;  // blocks that were ever taken; the rest of the memory is untouched
    std::uint32_t block_bytes_;
    std::uint32_t capacity_;
    ReactorId owner_;
};

}  // namespace prosa
