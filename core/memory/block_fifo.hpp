// core/memory/block_fifo.hpp: a queue of blocks through their own links: what waits needs no memory but its block's.
//
// Threads   one: the owner of the blocks in it.
// Units     blocks; as many as there are.
// Cost      O(1) each; pop_front touches the first block's line, push_front its block's, push_back that and the last one's.
#pragma once

#include "core/memory/message_pool.hpp"

namespace prosa {

class BlockFifo {
  public:
    bool is_empty() const noexcept { return head_ == nullptr; }

    std::uint32_t count() const noexcept { return count_; }

    // `block` is in no other list.
    void push_back(MessageBlock& block) noexcept {
        block.next = nullptr;
        (head_ == nullptr ? head_ : tail_->next) = &block;
        tail_ = &block;
        ++count_;
    }

    // Back to its place, for who took it out in vain.
    void push_front(MessageBlock& block) noexcept {
        if (head_ == nullptr) tail_ = &block;
        block.next = head_;
        head_ = &block;
        ++count_;
    }

    // Takes the oldest out. Not of an empty queue.
    MessageBlock& pop_front() noexcept {
        MessageBlock& block = *head_;
        head_ = block.next;
        --count_;
        return block;
    }

  private:
    MessageBlock* head_ = nullptr;
    MessageBlock* tail_ = nullptr;  // of a queue that is not empty
    std::uint32_t count_ = 0;
};

}  // namespace prosa
