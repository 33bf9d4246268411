// test/core/bus/stress/stress_support.hpp: bodies that prove themselves, a ledger of outcomes, and faults found.
#pragma once

#include <atomic>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "test/core/bus/bus_support.hpp"

namespace prosa::test {

// What handlers on any thread find wrong; the test reports it at its end.
class Faults {
  public:
    void add(const std::string& what) {
        const std::scoped_lock lock(mutex_);
        if (++count_ <= 20) shown_ += what + "\n";
    }
    std::string shown() const {
        const std::scoped_lock lock(mutex_);
        return shown_;
    }
    std::uint64_t count() const {
        const std::scoped_lock lock(mutex_);
        return count_;
    }

  private:
    mutable std::mutex mutex_;
    std::uint64_t count_ = 0;
    std::string shown_;
};

// number, checksum, then any bytes.
inline constexpr std::uint32_t body_bytes_min = 16;

inline std::uint64_t checksum_of(std::uint64_t number, const std::byte* bytes, std::size_t count) {
    std::uint64_t sum = number ^ 0x9E37'79B9'7F4A'7C15ULL;
    for (; count >= 8; count -= 8, bytes += 8) {
        std::uint64_t word;
        std::memcpy(&word, bytes, sizeof word);
        sum = (sum ^ word) * 0xff51'afd7'ed55'8ccdULL;
        sum ^= sum >> 32;
    }
    for (; count > 0; --count, ++bytes) sum = sum * 31 + static_cast<std::uint64_t>(*bytes);
    return sum;
}

inline void write_body(std::byte* at, std::uint32_t size, std::uint64_t number) {
    std::uint64_t word = number * 0x2545'F491'4F6C'DD1DULL + size;
    for (std::uint32_t i = body_bytes_min; i < size; ++i) {
        word = word * 6364136223846793005ULL + 1442695040888963407ULL;
        at[i] = static_cast<std::byte>(word >> 56);
    }
    const std::uint64_t sum = checksum_of(number, at + body_bytes_min, size - body_bytes_min);
    std::memcpy(at, &number, sizeof number);
    std::memcpy(at + 8, &sum, sizeof sum);
}

inline std::uint64_t number_of(std::span<const std::byte> body) {
    std::uint64_t number = 0;
    if (body.size() >= body_bytes_min) std::memcpy(&number, body.data(), sizeof number);
    return number;
}

inline bool is_intact(std::span<const std::byte> body) {
    if (body.size() < body_bytes_min) return false;
    std::uint64_t sum;
    std::memcpy(&sum, body.data() + 8, sizeof sum);
    return sum == checksum_of(number_of(body), body.data() + body_bytes_min, body.size() - body_bytes_min);
}

// False when there is no room for the body.
inline bool fill(BodyBuffer& buffer, std::uint32_t size, std::uint64_t number) {
    if (!buffer.reserve(size)) return false;
    write_body(buffer.data, size, number);
    buffer.size_bytes = size;
    return true;
}

// One requester's requests. One thread at a time; the totals may be read by any.
class Ledger {
  public:
    Ledger(std::string name, Faults& faults) : name_(std::move(name)), faults_(faults) {}

    // A number for the next request; take it back when it is not accepted.
    std::uint64_t open() {
        ended_.push_back(0);
        accepted_.fetch_add(1, std::memory_order_relaxed);
        return ended_.size() - 1;
    }
    void take_back() {
        ended_.pop_back();
        accepted_.fetch_sub(1, std::memory_order_relaxed);
    }
    // Claims that overlap cannot be taken back in order.
    void cancel(std::uint64_t number) {
        ended_.at(number) = 1;
        accepted_.fetch_sub(1, std::memory_order_relaxed);
    }

    void close(const Outcome& outcome) {
        if (outcome.token >= ended_.size())
            return faults_.add(name_ + ": an outcome for a request never sent");
        if (ended_[outcome.token]++ != 0) faults_.add(name_ + ": a second outcome for one request");
        closed_.fetch_add(1, std::memory_order_relaxed);
        by_error_[static_cast<std::size_t>(outcome.error)].fetch_add(1, std::memory_order_relaxed);
        if (!outcome.ok()) return;
        if (!is_intact(outcome.body)) return faults_.add(name_ + ": a damaged answer");
        if (number_of(outcome.body) != outcome.token) faults_.add(name_ + ": the answer to another request");
    }

    const std::string& name() const { return name_; }
    std::uint64_t accepted() const { return accepted_.load(); }
    std::uint64_t closed() const { return closed_.load(); }
    std::uint64_t ended_with(ServiceError error) const {
        return by_error_[static_cast<std::size_t>(error)].load();
    }
    void check_complete() const {
        for (const std::uint8_t ended : ended_)
            if (ended != 1) faults_.add(name_ + ": a request with " + std::to_string(ended) + " outcomes");
    }

  private:
    const std::string name_;
    Faults& faults_;
    std::vector<std::uint8_t> ended_;  // outcomes by number
    std::atomic<std::uint64_t> accepted_{0};
    std::atomic<std::uint64_t> closed_{0};
    std::atomic<std::uint64_t> by_error_[7]{};
};

}  // namespace prosa::test
