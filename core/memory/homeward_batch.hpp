// core/memory/homeward_batch.hpp: another reactor's blocks that this one has freed, until they go home together.
//
// Threads   one: the freeing reactor's.
// Units     blocks. A batch leaves when it is full, or by flush; while the owner has not taken the one before, it
//           grows on.
// Cost      O(1) for a block; a batch moves the mailbox's line once.
#pragma once

#include <cstdint>
#include <utility>

#include "core/memory/message_pool.hpp"

namespace prosa {

class HomewardBatch {
  public:
    // True when blocks left.
    bool add(MessageBlock* block, HomewardMailbox<>& mailbox) noexcept {
        block->next = chain_;
        chain_ = block;
        return ++count_ >= batch_blocks && flush(mailbox);
    }

    // True when blocks left.
    bool flush(HomewardMailbox<>& mailbox) noexcept {
        if (chain_ == nullptr || !mailbox.try_send(chain_)) return false;
        (void)release();
        return true;
    }

    bool is_empty() const noexcept { return chain_ == nullptr; }

    // The chain, or null; the caller's from here on.
    MessageBlock* release() noexcept {
        count_ = 0;
        return std::exchange(chain_, nullptr);
    }

  private:
    static constexpr std::uint32_t batch_blocks = 32;

    MessageBlock* chain_ = nullptr;
    std::uint32_t count_ = 0;
};

}  // namespace prosa
