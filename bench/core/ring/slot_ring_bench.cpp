// What the slot ring costs on one thread, where no line has to move: claim, fill, publish, peek, read,
// release.
//
// The cost between two cores is the lines that move: `prosa bench` measures it together with the raw line.
#include <benchmark/benchmark.h>

#include <array>
#include <cstring>

#include "core/ring/slot_ring.hpp"

namespace {

using namespace prosa;

constexpr std::uint32_t capacity_slots = 1024;
constexpr std::uint32_t slot_bytes = 256;
constexpr std::size_t sequence_bytes = sizeof(SlotRing<>::Sequence);

// range(0): bytes of the message behind the sequence word.
void push_and_pop_one(benchmark::State& state) {
    SlotRing<> ring(capacity_slots, slot_bytes);
    std::array<std::byte, slot_bytes> message{};
    const auto bytes = static_cast<std::size_t>(state.range(0));
    for (auto _ : state) {
        std::byte* const written = ring.try_claim();
        std::memcpy(written + sequence_bytes, message.data(), bytes);
        ring.publish();
        const std::byte* const read = ring.peek();
        std::memcpy(message.data(), read + sequence_bytes, bytes);
        benchmark::DoNotOptimize(message);
        ring.release();
    }
}
BENCHMARK(push_and_pop_one)->Arg(8)->Arg(60)->Arg(252);

// The ring is filled to the last slot, then emptied: it does not stay in the first-level cache. Time per
// message.
void fill_and_empty(benchmark::State& state) {
    SlotRing<> ring(capacity_slots, slot_bytes);
    std::array<std::byte, slot_bytes> message{};
    const auto bytes = static_cast<std::size_t>(state.range(0));
    while (state.KeepRunningBatch(capacity_slots)) {
        while (std::byte* const written = ring.try_claim()) {
            std::memcpy(written + sequence_bytes, message.data(), bytes);
            ring.publish();
        }
        while (const std::byte* const read = ring.peek()) {
            std::memcpy(message.data(), read + sequence_bytes, bytes);
            benchmark::DoNotOptimize(message);
            ring.release();
        }
    }
}
BENCHMARK(fill_and_empty)->Arg(8)->Arg(60)->Arg(252);

void refuse_when_full(benchmark::State& state) {
    SlotRing<> ring(capacity_slots, slot_bytes);
    while (ring.try_claim() != nullptr) ring.publish();
    for (auto _ : state) benchmark::DoNotOptimize(ring.try_claim());
}
BENCHMARK(refuse_when_full);

void look_into_empty(benchmark::State& state) {
    const SlotRing<> ring(capacity_slots, slot_bytes);
    for (auto _ : state) benchmark::DoNotOptimize(ring.peek());
}
BENCHMARK(look_into_empty);

}  // namespace

BENCHMARK_MAIN();
