// adaptors/kit/random_source.hpp: seeded random numbers that are the same on every machine.
//
// Source    xoshiro256** 1.0 by Blackman and Vigna (prng.di.unimi.it), seeded by SplitMix64. The standard library's
//           distributions differ between implementations, so the two needed ones stand here.
// Threads   one.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace prosa {

class RandomSource {
  public:
    explicit RandomSource(std::uint64_t seed) noexcept {
        for (std::uint64_t& word : state_) {
            seed += 0x9e3779b97f4a7c15;
            std::uint64_t mixed = seed;
            mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
            word = mixed ^ (mixed >> 31);
        }
    }

    std::uint64_t next() noexcept {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

    // In [0, 1), all 53 bits of a double.
    double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

    // With mean 1.
    double exponential() noexcept { return -std::log1p(-uniform()); }

  private:
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace prosa
