// core/bus/pending_table.hpp: the requests of one requester that still hold credit.
//
// Threads   one: the requester's.
// Progress  O(1), no allocation after construction; memory is touched on first use only.
// Units     capacity in requests; an index is 0-based and names an entry until it is freed.
// Full      try_take returns null; the request is refused (`overloaded`).
// Life      taken at the claim, in flight from the commit, freed by the reply. A timeout reports the outcome and
//           leaves the entry: the credit comes back with the provider's answer, which may still come.
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
    std::uint64_t token;  // SendOptions::token, or the OutcomeWaiter*; the next free index while free
    ServiceHandle service;
    ProviderIndex provider;
    std::uint16_t caller;  // place of the Caller at its Requester
    PendingState state;
    bool has_waiter;
};
static_assert(sizeof(PendingEntry) == cache_line_bytes, "a reply touches one line of the table");

class PendingTable {
  public:
    explicit PendingTable(std::uint32_t capacity)
        : entries_(static_cast<PendingEntry*>(::operator new (std::size_t{capacity} * sizeof(PendingEntry),
                                                              std::align_val_t{cache_line_bytes}))),
          capacity_(capacity) {}

    // Null when `capacity` requests hold credit.
    PendingEntry* try_take() noexcept {
        if (free_head_ != none) [[likely]] {
            PendingEntry* const entry = &entries_[free_head_];
            free_head_ = static_cast<std::uint32_t>(entry->token);
            ++taken_;
            return entry;
        }
        if (carved_ == capacity_) return nullptr;
        ++taken_;
        return new (&entries_[carved_++]) PendingEntry{};
    }

    void free(PendingEntry& entry) noexcept {
        PROSA_ASSERT(!entry.is_pending(), "a freed entry's timer is cancelled");
        entry.state = PendingState::free;
        entry.id = 0;
        entry.token = free_head_;
        free_head_ = index_of(entry);
        --taken_;
    }

    std::uint32_t index_of(const PendingEntry& entry) const noexcept {
        return static_cast<std::uint32_t>(&entry - entries_.get());
    }

    // Null for an index that was never taken.
    PendingEntry* at(std::uint32_t index) noexcept { return index < carved_ ? &entries_[index] : nullptr; }

    std::uint32_t taken_count() const noexcept { return taken_; }
    std::uint32_t capacity() const noexcept { return capacity_; }

    // Every entry ever taken, free ones included; for tear-down.
    template <typename Visit>
    void for_each(Visit&& visit) {
        for (std::uint32_t i = 0; i < carved_; ++i) visit(entries_[i]);
    }

  private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct Free {
        void operator()(PendingEntry* entries) const noexcept {
            ::operator delete (entries, std::align_val_t{cache_line_bytes});
        }
    };

    std::unique_ptr<PendingEntry[], Free> entries_;
    std::uint32_t capacity_;
    std::uint32_t carved_ = 0;
    std::uint32_t taken_ = 0;
    std::uint32_t free_head_ = none;
};

}  // namespace prosa
