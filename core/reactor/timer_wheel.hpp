// core/reactor/timer_wheel.hpp: hierarchical timer wheel over nodes that are embedded in what they time.
//
// Threads   one: the reactor's.
// Progress  insert and cancel O(1), no allocation, no system call. advance touches at most `touched_max` nodes
//           and a few list heads; what is left over goes on in the next call. Empty slots are skipped by
//           bitmaps, however far the clock jumps.
// Order     by tick; unspecified within a tick. A timer never fires early, and late by less than one tick plus
//           the time until advance is called. One inserted at or before the last advance fires in the next one.
// Units     deadlines in nanoseconds of Clock; one tick is 1 024 ns; 9 levels of 64 slots cover every deadline.
// Layout    a node's slot is the highest 6-bit digit in which its tick differs from the current tick. So every
//           node of a level lies ahead of the current digit, and a lower level is always due before a higher one.
//           When the current tick enters a slot of level L > 0, its nodes are placed again below L.
// Cost      bench/core/reactor/timer_wheel_bench.cpp
// Proof     test/core/reactor/timer_wheel_test.cpp, against std::multimap
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/base/assert.hpp"
#include "core/base/cache_line.hpp"
#include "core/base/clock.hpp"

namespace prosa {

struct TimerLink {
    TimerLink* next = nullptr;
    TimerLink* previous = nullptr;
};

// Embedded in (or a base of) what is timed. It must not move or die while it is pending.
struct TimerNode : TimerLink {
    Nanos deadline_ns = 0;  // of the last insert

    bool is_pending() const noexcept { return next != nullptr; }
};
static_assert(sizeof(TimerNode) == 24, "a pending entry keeps its timer and its key on one line");

class TimerWheel {
  public:
    static constexpr unsigned tick_shift = 10;
    static constexpr Nanos tick_ns = Nanos{1} << tick_shift;

    explicit TimerWheel(Nanos now_ns) noexcept : current_tick_(floor_tick(now_ns)) {
        for (TimerLink& head : heads_) head.next = head.previous = &head;
    }

    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    void insert(TimerNode& node, Nanos deadline_ns) noexcept {
        PROSA_ASSERT(!node.is_pending(), "a pending timer is cancelled before it is inserted again");
        node.deadline_ns = deadline_ns;
        ++pending_count_;
        if (const std::uint64_t tick = ceil_tick(deadline_ns); tick > current_tick_) [[likely]] {
            next_event_tick_ = std::min(next_event_tick_, place(node, tick));
            return;
        }
        push_back(heads_[arrived_late], node);
        next_event_tick_ = 0;
    }

    // Does nothing for a node that is not pending.
    void cancel(TimerNode& node) noexcept {
        if (!node.is_pending()) return;
        unlink(node);
        --pending_count_;
    }

    // False: advance would find nothing. The time moves on all the same.
    bool is_due(Nanos now_ns) noexcept {
        const std::uint64_t now_tick = floor_tick(now_ns);
        if (now_tick >= next_event_tick_) [[unlikely]]
            return true;
        current_tick_ = std::max(current_tick_, now_tick);
        return false;
    }

    // Calls on_expired(TimerNode&) for the timers due at now_ns; the node is then no longer pending. The
    // callback may insert and cancel any node, and destroy its own. Touches at most touched_max nodes, by firing
    // them or by moving them to a finer level. Returns how many fired; next_deadline_ns then tells whether more
    // is due.
    template <typename OnExpired>
    std::size_t advance(Nanos now_ns, OnExpired&& on_expired, std::size_t touched_max = 64) {
        if (!is_due(now_ns)) [[likely]]
            return 0;
        const std::uint64_t now_tick = floor_tick(now_ns);
        PROSA_ASSERT(!is_advancing_, "a timer's callback does not advance the wheel");
        is_advancing_ = true;
        const AdvanceEnd end{*this};
        splice_back(heads_[due], heads_[arrived_late]);
        std::size_t fired = 0;
        for (std::size_t touched = 0; touched < touched_max; ++touched) {
            while (is_empty(due) && is_empty(moving))
                if (!enter_next_slot(now_tick)) return fired;
            if (is_empty(due)) {
                move_one();
                continue;
            }
            fire_one(on_expired);
            ++fired;
        }
        return fired;
    }

    // No timer fires before this; no_deadline_ns when none is pending. A lower bound: waking then may only move
    // timers to a finer level. Not after now_ns of the last advance when that left work because of its limit.
    Nanos next_deadline_ns() const noexcept {
        const std::uint64_t tick = first_event_tick();
        constexpr auto last_tick = static_cast<std::uint64_t>(no_deadline_ns) >> tick_shift;
        return tick > last_tick ? no_deadline_ns : static_cast<Nanos>(tick << tick_shift);
    }

    std::size_t pending_count() const noexcept { return pending_count_; }

  private:
    static constexpr unsigned digit_bits = 6;
    static constexpr unsigned slots_per_level = 1U << digit_bits;
    static constexpr unsigned level_count = 9;  // 54 bits of ticks: every positive Nanos
    static constexpr unsigned slot_count = level_count * slots_per_level;
    static constexpr std::uint64_t no_tick = ~std::uint64_t{0};

    // Lists behind the slots' lists in heads_, without a bit in occupied_.
    static constexpr unsigned due = slot_count;         // reached, not yet fired
    static constexpr unsigned moving = slot_count + 1;  // of an entered slot, to be placed again
    static constexpr unsigned arrived_late =
        slot_count + 2;  // inserted when already due; fire in the next advance

    // Runs when a callback throws, too.
    struct AdvanceEnd {
        TimerWheel& wheel;
        ~AdvanceEnd() {
            wheel.is_advancing_ = false;
            wheel.next_event_tick_ = wheel.first_event_tick();
        }
    };

    static std::uint64_t floor_tick(Nanos ns) noexcept {
        return static_cast<std::uint64_t>(std::max<Nanos>(ns, 0)) >> tick_shift;
    }
    static std::uint64_t ceil_tick(Nanos ns) noexcept {
        return (static_cast<std::uint64_t>(std::max<Nanos>(ns, 0)) + (tick_ns - 1)) >> tick_shift;
    }

    bool is_empty(unsigned list) const noexcept { return heads_[list].next == &heads_[list]; }

    static void push_back(TimerLink& head, TimerLink& node) noexcept {
        node.next = &head;
        node.previous = head.previous;
        head.previous->next = &node;
        head.previous = &node;
    }

    static void splice_back(TimerLink& to, TimerLink& from) noexcept {
        if (from.next == &from) return;
        from.next->previous = to.previous;
        to.previous->next = from.next;
        from.previous->next = &to;
        to.previous = from.previous;
        from.next = from.previous = &from;
    }

    // Puts the node, whose tick lies ahead, into its slot; returns the tick at which that slot is entered.
    std::uint64_t place(TimerNode& node, std::uint64_t tick) noexcept {
        const unsigned level = (static_cast<unsigned>(std::bit_width(tick ^ current_tick_)) - 1) / digit_bits;
        const unsigned shift = level * digit_bits;
        const auto digit = static_cast<unsigned>(tick >> shift) % slots_per_level;
        push_back(heads_[level * slots_per_level + digit], node);
        occupied_[level] |= std::uint64_t{1} << digit;
        return tick >> shift << shift;
    }

    void unlink(TimerNode& node) noexcept {
        TimerLink* const next = node.next;
        TimerLink* const previous = node.previous;
        previous->next = next;
        next->previous = previous;
        node.next = node.previous = nullptr;
        if (next != previous) return;
        // Only a list's head is its own neighbour on both sides: the list is empty now.
        const auto list = static_cast<std::size_t>(next - heads_.data());
        if (list < slot_count)
            occupied_[list / slots_per_level] &= ~(std::uint64_t{1} << list % slots_per_level);
    }

    std::uint64_t first_event_tick() const noexcept {
        if (!is_empty(due) || !is_empty(moving) || !is_empty(arrived_late)) return 0;
        for (unsigned level = 0; level < level_count; ++level)
            if (occupied_[level] != 0) return slot_tick(level);
        return no_tick;
    }

    // When the first occupied slot of the level is entered: the current tick's higher digits, that slot's digit,
    // and zeros.
    std::uint64_t slot_tick(unsigned level) const noexcept {
        const unsigned shift = level * digit_bits;
        const std::uint64_t higher = current_tick_ >> shift >> digit_bits << digit_bits;
        return (higher | static_cast<unsigned>(std::countr_zero(occupied_[level]))) << shift;
    }

    // Moves the current tick to the next occupied slot, if now_tick reaches it, and takes that slot's nodes.
    bool enter_next_slot(std::uint64_t now_tick) noexcept {
        for (unsigned level = 0; level < level_count; ++level) {
            if (occupied_[level] == 0) continue;
            const std::uint64_t tick = slot_tick(level);
            if (tick > now_tick) break;
            const auto digit = static_cast<unsigned>(std::countr_zero(occupied_[level]));
            current_tick_ = tick;
            occupied_[level] &= occupied_[level] - 1;
            splice_back(heads_[level == 0 ? due : moving], heads_[level * slots_per_level + digit]);
            return true;
        }
        current_tick_ = std::max(current_tick_, now_tick);
        return false;
    }

    void move_one() noexcept {
        auto& node = static_cast<TimerNode&>(*heads_[moving].next);
        prefetch_write(node.next->next);
        unlink(node);
        const std::uint64_t tick = ceil_tick(node.deadline_ns);
        if (tick > current_tick_)
            place(node, tick);
        else
            push_back(heads_[due], node);
    }

    template <typename OnExpired>
    void fire_one(OnExpired& on_expired) {
        auto& node = static_cast<TimerNode&>(*heads_[due].next);
        prefetch_write(node.next->next);
        cancel(node);
        on_expired(node);
    }

    std::uint64_t current_tick_;               // everything up to it was fired or is in a list of its own
    std::uint64_t next_event_tick_ = no_tick;  // no slot is entered before; may be too low after a cancel
    std::size_t pending_count_ = 0;
    bool is_advancing_ = false;
    std::array<std::uint64_t, level_count> occupied_{};  // bit d of level L: slot d holds nodes
    std::array<TimerLink, slot_count + 3> heads_;
};

}  // namespace prosa
