// test/fuzz/fuzz_input.hpp: what the fuzz targets share: the input as values, and a property that must hold.
//
// A target is one function over the bytes of an input. It calls what the product ships, allocates little and
// logs nothing: executions per second are what it is worth.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

namespace prosa::fuzz {

// A property of the product that an input broke: the fuzzer keeps the input.
inline void expect(bool holds, const char* property) {
    if (holds) [[likely]]
        return;
    std::fprintf(stderr, "broken: %s\n", property);
    std::abort();
}

// Takes values off the front of the bytes; zeros and nothing when they are used up.
class FuzzInput {
  public:
    FuzzInput(const std::uint8_t* data, std::size_t size) noexcept : rest_(data, size) {}

    bool is_empty() const noexcept { return rest_.empty(); }

    template <typename T>
    T take() noexcept {
        T value{};
        const std::span<const std::uint8_t> taken = take_bytes(sizeof value);
        if (!taken.empty()) std::memcpy(&value, taken.data(), taken.size());
        return value;
    }

    std::span<const std::uint8_t> take_bytes(std::size_t bytes) noexcept {
        const std::span<const std::uint8_t> taken = rest_.first(std::min(bytes, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }

    std::string_view take_text(std::size_t bytes) noexcept {
        const std::span<const std::uint8_t> taken = take_bytes(bytes);
        return {reinterpret_cast<const char*>(taken.data()), taken.size()};
    }

    std::string_view rest() noexcept { return take_text(rest_.size()); }

  private:
    std::span<const std::uint8_t> rest_;
};

}  // namespace prosa::fuzz
