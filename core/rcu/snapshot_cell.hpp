// core/rcu/snapshot_cell.hpp: one writer publishes an immutable T, registered readers use it without locks.
//
// Threads   writer: publish, reclaim, pinned_count.  any: join.  each Reader: one thread at a time.
// Progress  Reader::refresh is one load and one comparison when nothing changed; when something did, it repeats
//           only while the writer publishes in between. publish and reclaim never wait for a reader: one that
//           sleeps or hangs pins the one snapshot it announced, and nothing else.
// Ordering  [publish]  published_ seq_cst exchange in publish -> acquire load in refresh : *snapshot is readable
//           [announce] slot.announced seq_cst store, then published_ seq_cst load in refresh, against
//                      published_ seq_cst exchange, then slot.announced seq_cst load in reclaim
//           [release]  slot.announced seq_cst store in refresh, release store in leave -> seq_cst load in
//                      reclaim : the reader's last access to the old snapshot comes before its deletion
//           [slot]     slot.taken release store in leave -> acquire exchange in join : the slot is clean
// Safety    refresh keeps p only when its load after announcing p still returned p. That load precedes, in the
//           single order of seq_cst operations, the exchange that retires p, so the scan after the exchange
//           finds the announcement. Equal pointers mean the same snapshot, because an announced one is not
//           freed and so its address is not used again.
// Units     readers_max and counts in readers and snapshots.
// Cost      refresh unchanged: one load of a line that only publish writes. reclaim: O(readers x retired).
// Proof     test/core/rcu/snapshot_cell_{test,stress,model}.cpp
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/assert.hpp"
#include "core/base/cache_line.hpp"

namespace prosa {

template <typename T, template <typename> class Atomic = std::atomic>
class SnapshotCell {
    struct alignas(no_sharing_bytes) Slot {
        Atomic<const T*> announced{nullptr};  // written by the reader
        Atomic<std::uint32_t> taken{0};       // 1 while a Reader owns the slot
    };
    static_assert(sizeof(Slot) % no_sharing_bytes == 0, "two readers share no line");

  public:
    // A reader's registration. Its snapshot stays valid until its next refresh, leave or destruction.
    // An empty Reader (default, moved from, or joined when no slot was free) may only be asked `joined`.
    class Reader {
      public:
        Reader() = default;
        Reader(Reader&& other) noexcept { swap(other); }
        Reader& operator=(Reader&& other) noexcept {
            if (this == &other) return *this;
            leave();
            swap(other);
            return *this;
        }
        ~Reader() { leave(); }

        bool joined() const noexcept { return slot_ != nullptr; }

        // Moves to the newest snapshot. True when it is another one than before: pointers into the old one
        // are then dead.
        bool refresh() noexcept {
            const T* newest = cell_->published_.load(std::memory_order_acquire);  // [publish]
            if (newest == current_) [[likely]]
                return false;
            announce(newest);
            return true;
        }

        // The snapshot of the last refresh (or of join); never null while joined.
        const T* current() const noexcept { return current_; }

        // Gives the slot back; the snapshot may no longer be used. Does nothing on an empty Reader.
        void leave() noexcept {
            if (slot_ == nullptr) return;
            slot_->announced.store(nullptr, std::memory_order_release);  // [release]
            slot_->taken.store(0, std::memory_order_release);            // [slot]
            cell_ = nullptr;
            slot_ = nullptr;
            current_ = nullptr;
        }

      private:
        friend class SnapshotCell;

        Reader(SnapshotCell& cell, Slot& slot) noexcept : cell_(&cell), slot_(&slot) { refresh(); }

        void announce(const T* newest) noexcept {
            for (;;) {
                slot_->announced.store(newest, std::memory_order_seq_cst);           // [announce] [release]
                const T* again = cell_->published_.load(std::memory_order_seq_cst);  // [announce]
                if (again == newest) break;
                newest = again;
            }
            current_ = newest;
        }

        void swap(Reader& other) noexcept {
            std::swap(cell_, other.cell_);
            std::swap(slot_, other.slot_);
            std::swap(current_, other.current_);
        }

        SnapshotCell* cell_ = nullptr;
        Slot* slot_ = nullptr;
        const T* current_ = nullptr;  // a copy of what slot_ announces, on the reader's own line
    };

    SnapshotCell(std::size_t readers_max, std::unique_ptr<const T> first)
        : published_(first.get()), slots_(std::make_unique<Slot[]>(readers_max)), readers_max_(readers_max) {
        PROSA_ASSERT(first != nullptr, "a cell always holds a snapshot");
        newest_ = std::move(first);
        retired_.reserve(readers_max + 1);
        in_use_.reserve(readers_max);
    }

    SnapshotCell(const SnapshotCell&) = delete;
    SnapshotCell& operator=(const SnapshotCell&) = delete;

    // Every Reader must have left: it points into this cell.
    ~SnapshotCell() {
        for (std::size_t i = 0; i < readers_max_; ++i)
            PROSA_ASSERT(slots_[i].taken.load(std::memory_order_acquire) == 0,
                         "a reader outlives its cell");  // [slot]
    }

    // Registers the caller; an empty Reader when readers_max others are registered.
    [[nodiscard]] Reader join() noexcept {
        for (std::size_t i = 0; i < readers_max_; ++i) {
            Slot& slot = slots_[i];
            if (slot.taken.exchange(1, std::memory_order_acquire) == 0) return Reader(*this, slot);  // [slot]
        }
        return {};
    }

    // Makes `next` the newest snapshot and frees the retired ones that nobody announces.
    void publish(std::unique_ptr<const T> next) {
        PROSA_ASSERT(next != nullptr, "a cell always holds a snapshot");
        published_.exchange(next.get(), std::memory_order_seq_cst);  // [publish] [announce]
        retired_.push_back(std::exchange(newest_, std::move(next)));
        reclaim();
    }

    // Frees the retired snapshots that nobody announces any more; returns how many stay pinned.
    std::size_t reclaim() {
        if (retired_.empty()) return 0;
        in_use_.clear();
        for (std::size_t i = 0; i < readers_max_; ++i)
            in_use_.push_back(slots_[i].announced.load(std::memory_order_seq_cst));  // [announce] [release]
        std::erase_if(retired_, [this](const std::unique_ptr<const T>& snapshot) {
            return std::find(in_use_.begin(), in_use_.end(), snapshot.get()) == in_use_.end();
        });
        return retired_.size();
    }

    // The writer's own view of the newest snapshot.
    const T& newest() const noexcept { return *newest_; }

    // Retired snapshots that readers still used at the last reclaim; at most readers_max.
    std::size_t pinned_count() const noexcept { return retired_.size(); }

    std::size_t readers_max() const noexcept { return readers_max_; }

  private:
    // Written by publish only; read by every reader on every turn.
    alignas(no_sharing_bytes) Atomic<const T*> published_;

    // Read only after construction.
    alignas(no_sharing_bytes) std::unique_ptr<Slot[]> slots_;
    std::size_t readers_max_;

    // The writer's.
    std::unique_ptr<const T> newest_;
    std::vector<std::unique_ptr<const T>> retired_;
    std::vector<const T*> in_use_;  // what the last scan saw announced; kept to avoid an allocation
};

}  // namespace prosa
