// adaptors/injector/time_queue.hpp: intended times whose turn has come, first in first out.
//
// Threads   one.  Progress: O(1); allocates only when more times wait than ever before (then it doubles).
#pragma once

#include <bit>
#include <cstddef>
#include <vector>

#include "core/base/assert.hpp"
#include "core/base/clock.hpp"

namespace prosa {

class TimeQueue {
  public:
    explicit TimeQueue(std::size_t reserved_count = 4096) : times_(std::bit_ceil(reserved_count)) {}

    bool is_empty() const noexcept { return head_ == tail_; }
    std::size_t size() const noexcept { return tail_ - head_; }

    void push(Nanos time_ns) {
        if (size() == times_.size()) grow();
        times_[tail_++ & (times_.size() - 1)] = time_ns;
    }

    Nanos front() const noexcept {
        PROSA_ASSERT(!is_empty(), "an empty queue has no front");
        return times_[head_ & (times_.size() - 1)];
    }

    void pop() noexcept {
        PROSA_ASSERT(!is_empty(), "an empty queue has no front");
        ++head_;
    }

  private:
    void grow() {
        std::vector<Nanos> larger(times_.size() * 2);
        const std::size_t count = size();
        for (std::size_t i = 0; i < count; ++i) larger[i] = times_[(head_ + i) & (times_.size() - 1)];
        times_ = std::move(larger);
        head_ = 0;
        tail_ = count;
    }

    std::vector<Nanos> times_;
    std::size_t head_ = 0;  // positions, taken modulo the size
    std::size_t tail_ = 0;
};

}  // namespace prosa
