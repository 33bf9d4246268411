// adaptors/kit/index_slab.hpp: what a processor holds per transaction, named by a small integer.
//
// The index fits a request's token. A place is used again after take.
// Threads   one.
// Progress  O(1). Allocates at construction, and when more places are taken than ever before (then it doubles).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/assert.hpp"

namespace prosa {

template <typename Value>
class IndexSlab {
  public:
    explicit IndexSlab(std::size_t reserved_count = 1024) {
        places_.reserve(reserved_count);
        free_.reserve(reserved_count);
    }

    // What the next put returns.
    std::uint32_t next_index() const noexcept {
        return free_.empty() ? static_cast<std::uint32_t>(places_.size()) : free_.back();
    }

    std::uint32_t put(Value value) {
        if (free_.empty()) {
            places_.emplace_back(std::move(value));
            free_.reserve(places_.capacity());  // so that take never allocates
            return static_cast<std::uint32_t>(places_.size() - 1);
        }
        const std::uint32_t index = free_.back();
        free_.pop_back();
        places_[index].emplace(std::move(value));
        return index;
    }

    // Nothing when no value is there.
    std::optional<Value> take(std::uint64_t index) noexcept {
        if (index >= places_.size() || !places_[index].has_value()) return std::nullopt;
        std::optional<Value> value = std::move(places_[index]);
        places_[index].reset();
        free_.push_back(static_cast<std::uint32_t>(index));
        return value;
    }

    std::size_t count() const noexcept { return places_.size() - free_.size(); }

    void clear() noexcept {
        places_.clear();
        free_.clear();
    }

  private:
    std::vector<std::optional<Value>> places_;
    std::vector<std::uint32_t> free_;
};

}  // namespace prosa
