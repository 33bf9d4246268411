// core/stats/counter_block.hpp: the counters of one writer, named by an enum, on lines no other writer
// touches.
//
//     enum class ReactorCounter : std::uint8_t { turns, wake_ups, count_ };
//     CounterBlock<ReactorCounter> counters;
//     counters[ReactorCounter::turns].add();
//
// Threads   writer: one thread per block.  any: values.
// Units     the enum's last name is `count_`; its other names are 0-based and without gaps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/base/cache_line.hpp"
#include "core/stats/counter.hpp"

namespace prosa {

template <typename Name>
requires std::is_enum_v<Name>
class alignas(no_sharing_bytes) CounterBlock {
  public:
    static constexpr std::size_t size = static_cast<std::size_t>(Name::count_);
    using Values = std::array<std::uint64_t, size>;

    Counter& operator[](Name name) noexcept { return counters_[static_cast<std::size_t>(name)]; }
    const Counter& operator[](Name name) const noexcept { return counters_[static_cast<std::size_t>(name)]; }

    // Not one instant: each value is read for itself.
    Values values() const noexcept {
        Values copy{};
        for (std::size_t i = 0; i < size; ++i) copy[i] = counters_[i].value();
        return copy;
    }

  private:
    std::array<Counter, size> counters_;
};

}  // namespace prosa
