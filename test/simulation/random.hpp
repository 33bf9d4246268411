// test/simulation/random.hpp: the draws of one seed, the same with every compiler and library.
//
// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). The standard's
// distributions and shuffles are left to each library, so a range is drawn by a multiplication here. Two draws are
// never arguments of one call: compilers take those in different orders.
#pragma once

#include <cstdint>

#include "core/base/clock.hpp"

namespace prosa::simulation {

class Random {
  public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        std::uint64_t mixed = state_ += 0x9E37'79B9'7F4A'7C15ULL;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EBULL;
        return mixed ^ (mixed >> 31);
    }

    // 0 to end - 1; end is not 0.
    std::uint32_t below(std::uint32_t end) noexcept {
        return static_cast<std::uint32_t>(((next() >> 32) * end) >> 32);
    }
    // Both ends belong to it.
    std::uint32_t between(std::uint32_t first, std::uint32_t last) noexcept {
        return first + below(last - first + 1);
    }
    // Small ones are likelier.
    std::uint32_t small_below(std::uint32_t end) noexcept { return below(below(end) + 1); }

    Nanos time(Nanos first_ns, Nanos last_ns) noexcept {
        return first_ns + static_cast<Nanos>(next() % static_cast<std::uint64_t>(last_ns - first_ns + 1));
    }

    bool one_in(std::uint32_t count) noexcept { return below(count) == 0; }
    // A chance in ten thousand.
    bool has(std::uint32_t chance) noexcept { return chance != 0 && below(10'000) < chance; }

  private:
    std::uint64_t state_;
};

}  // namespace prosa::simulation
