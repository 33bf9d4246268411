// core/bus/pending_table.hpp: the requests of one requester that still hold credit.
//
// Threads   one: the requester's.
// Progress  O(1), no allocation after construction; memory is touched on first use only.
// Units     capacity in requests; an index is 0-based and names an entry until it is freed.
// Full      try_take returns null; the request is refused (`overloaded`).
// Life      taken at the claim, in flight from the commit, freed by the reply. A timeout reports the outcome and
//           leaves the entry: the credit comes back with the provider's answer, which may still come.
//           A reply frees in two steps, around the handler of its outcome, which may take another entry: end, after
//           which the request does not count any more, and recycle, when its place may be taken again.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/assert.hpp"
#include "core/base/clock.hpp"
#include "core/base/ids.hpp"
#include "core/bus/service_table.hpp"
#include "core/reactor/timer_wheel.hpp"

namespace prosa {

enum class PendingState : std::uint8_t {
    free,
    in_flight,  // the outcome is still to come
    reported,   // the outcome was delivered (a timeout, a shutdown), or nobody waits for it any more
};

struct alignas(cache_line_bytes) PendingEntry : TimerNode {
    RequestId id;
    Nanos sent_ns;
    std::uint64_t token;  // SendOptions::token, or the OutcomeWaiter*; the next free PendingEntry* while free
    ServiceHandle service;
    ProviderIndex provider;
    std::uint16_t caller;  // place of the Caller at its Requester
    PendingState state;
    bool has_waiter;
};
static_assert(sizeof(PendingEntry) == cache_line_bytes, "a reply touches one line of the table");

class PendingTable {
  public:
    // One place more than requests, for the one that has ended and is not recycled yet.
    explicit PendingTable(std::uint32_t capacity)
        : entries_(static_cast<PendingEntry*>(::operator new (
              (std::size_t{capacity} + 1) * sizeof(PendingEntry), std::align_val_t{cache_line_bytes}))),
          capacity_(capacity) {}

    // Null when `capacity` requests hold credit.
    PendingEntry* try_take() noexcept {
        if (taken_ == capacity_) [[unlikely]]
            return nullptr;
        ++taken_;
        PendingEntry* const entry = free_head_;
        if (entry == nullptr) [[unlikely]]
            return new (&entries_[carved_++]) PendingEntry{};
        free_head_ = reinterpret_cast<PendingEntry*>(entry->token);
        return entry;
    }

    void end(PendingEntry& entry) noexcept {
        entry.state = PendingState::free;
        entry.id = 0;
        --taken_;
    }

    void recycle(PendingEntry& entry) noexcept {
        PROSA_ASSERT(!entry.is_pending(), "a freed entry's timer is cancelled");
        entry.token = reinterpret_cast<std::uint64_t>(free_head_);
        free_head_ = &entry;
    }

    void free(PendingEntry& entry) noexcept {
        end(entry);
        recycle(entry);
    }

    std::uint32_t index_of(const PendingEntry& entry) const noexcept {
        return static_cast<std::uint32_t>(&entry - entries_.get());
    }

    // Null for an index that was never taken.
    PendingEntry* at(std::uint32_t index) noexcept { return index < carved_ ? &entries_[index] : nullptr; }

    std::uint32_t taken_count() const noexcept { return taken_; }
    // No index is higher than this.
    std::uint32_t index_max() const noexcept { return capacity_; }

    // Every entry ever taken, free ones included; for tear-down.
    template <typename Visit>
    void for_each(Visit&& visit) {
        for (std::uint32_t i = 0; i < carved_; ++i) visit(entries_[i]);
    }

  private:
    struct Free {
        void operator()(PendingEntry* entries) const noexcept {
            ::operator delete (entries, std::align_val_t{cache_line_bytes});
        }
    };

    std::unique_ptr<PendingEntry[], Free> entries_;
    std::uint32_t capacity_;
    std::uint32_t carved_ = 0;
    std::uint32_t taken_ = 0;
    PendingEntry* free_head_ = nullptr;
};

}  // namespace prosa
