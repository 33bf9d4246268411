#include "apps/prosa/bench/bare_echo.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "apps/prosa/bench/bare_ring.hpp"
#include "apps/prosa/bench/echo_rings.hpp"
#include "core/base/assert.hpp"

namespace prosa::bench {
namespace {

struct Message {
    explicit Message(std::uint32_t moved_bytes)
        : bytes(std::min(moved_bytes - BareRing::state_bytes, bytes_max)) {}

    static constexpr std::uint32_t bytes_max = 4096;
    const std::uint32_t bytes;
    alignas(cache_line_bytes) std::array<std::byte, bytes_max> data{};

    std::span<std::byte> span() noexcept { return {data.data(), bytes}; }
    void set_number(std::uint64_t number) noexcept { std::memcpy(data.data(), &number, sizeof number); }
    std::uint64_t number() const noexcept {
        std::uint64_t number = 0;
        std::memcpy(&number, data.data(), sizeof number);
        return number;
    }
};

void answer(EchoRings<BareRing>& rings, const BareEcho& echo) {
    Message message(echo.moved_bytes);
    for (;;) {
        while (!rings.requests.try_read(message.span())) {
            if (rings.has_ended.load(std::memory_order_relaxed)) return;
            cpu_relax();
        }
        while (!rings.replies.try_write(message.span())) cpu_relax();
    }
}

void request_one_by_one(EchoRings<BareRing>& rings, const BareEcho& echo, LatencyRun& run) {
    const Clock clock;
    Message message(echo.moved_bytes);
    const Nanos begin_ns = clock.now_ns();
    Nanos now_ns = begin_ns;
    for (std::uint64_t number = 1; now_ns < begin_ns + echo.duration_ns; ++number) {
        const Nanos start_ns = clock.now_ns();
        message.set_number(number);
        while (!rings.requests.try_write(message.span())) cpu_relax();
        while (!rings.replies.try_read(message.span())) cpu_relax();
        PROSA_ASSERT(message.number() == number, "an echo returns what was sent");
        now_ns = clock.now_ns();
        run.latency.record(now_ns - start_ns);
    }
    run.elapsed_ns = now_ns - begin_ns;
    rings.has_ended.store(true, std::memory_order_relaxed);
}

double request_pipelined(EchoRings<BareRing>& rings, const BareEcho& echo, std::uint32_t outstanding) {
    const Clock clock;
    Message sent(echo.moved_bytes);
    Message received(echo.moved_bytes);
    const Nanos begin_ns = clock.now_ns();
    Nanos now_ns = begin_ns;
    std::uint64_t sent_count = 0;
    std::uint64_t received_count = 0;
    while (now_ns < begin_ns + echo.duration_ns) {
        for (int batch = 0; batch < 1024; ++batch) {
            if (sent_count - received_count < outstanding) {
                sent.set_number(sent_count);
                if (rings.requests.try_write(sent.span())) ++sent_count;
            }
            if (!rings.replies.try_read(received.span())) continue;
            PROSA_ASSERT(received.number() == received_count, "echoes return in the order they were sent");
            ++received_count;
        }
        now_ns = clock.now_ns();
    }
    rings.has_ended.store(true, std::memory_order_relaxed);
    return static_cast<double>(received_count) * 1e9 / static_cast<double>(now_ns - begin_ns);
}

}  // namespace

absl::StatusOr<LatencyRun> measure_bare_roundtrip(const BenchCpus& cpus, const BareEcho& echo) {
    EchoRings<BareRing> rings(echo);
    LatencyRun run;
    const absl::Status status = run_on_two_cpus(
        cpus, [&] { request_one_by_one(rings, echo, run); }, [&] { answer(rings, echo); });
    if (!status.ok()) return status;
    return run;
}

absl::StatusOr<double> measure_bare_pipelined(const BenchCpus& cpus, const BareEcho& echo,
                                              std::uint32_t outstanding) {
    EchoRings<BareRing> rings(echo);
    double per_second = 0;
    const absl::Status status = run_on_two_cpus(
        cpus, [&] { per_second = request_pipelined(rings, echo, outstanding); },
        [&] { answer(rings, echo); });
    if (!status.ok()) return status;
    return per_second;
}

}  // namespace prosa::bench
