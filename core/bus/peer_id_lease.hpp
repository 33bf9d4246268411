// core/bus/peer_id_lease.hpp: the id of a reactor or client to be; it goes back when that is not made.
//
// Threads   any, each a lease of its own.
// Cost      an id that is not the newest any more does not go back.
// Proof     test/faults/instance_start_test.cpp
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/ids.hpp"

namespace prosa {

class PeerIdLease {
  public:
    PeerIdLease(std::atomic<std::uint32_t>& next_id, std::uint32_t ids_max) noexcept
        : next_id_(next_id), id_(next_id.fetch_add(1, std::memory_order_relaxed)), is_valid_(id_ < ids_max) {}
    PeerIdLease(const PeerIdLease&) = delete;
    PeerIdLease& operator=(const PeerIdLease&) = delete;
    ~PeerIdLease() {
        std::uint32_t newest = id_ + 1;
        if (!is_kept_) next_id_.compare_exchange_strong(newest, id_, std::memory_order_relaxed);
    }

    // False: all ids are in use.
    bool is_valid() const noexcept { return is_valid_; }
    ReactorId id() const noexcept { return static_cast<ReactorId>(id_); }
    void keep() noexcept { is_kept_ = true; }

  private:
    std::atomic<std::uint32_t>& next_id_;
    const std::uint32_t id_;
    const bool is_valid_;
    bool is_kept_ = false;
};

}  // namespace prosa
