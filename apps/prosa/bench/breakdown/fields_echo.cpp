#include "apps/prosa/bench/breakdown/fields_echo.hpp"

#include <optional>

#include "apps/prosa/bench/bare_ring.hpp"
#include "apps/prosa/bench/echo_rings.hpp"

namespace prosa::bench {
namespace {

// What one side does with a message, in its slot.
class Fields {
  public:
    Fields(const BareEcho& echo, BenchMessage message)
        : capacity_bytes_(echo.moved_bytes - BareRing::state_bytes),
          body_bytes_(body_bytes_of(message)),
          message_(message) {}

    bool try_write(BareRing& ring, std::uint64_t number) noexcept {
        std::byte* const place = ring.claim();
        if (place == nullptr) return false;
        BodyBuffer body{.data = place, .capacity_bytes = capacity_bytes_};
        writer_.write(message_, body, number);
        ring.publish(place);
        return true;
    }
    std::optional<std::uint64_t> try_read(BareRing& ring) noexcept {
        std::byte* const place = ring.peek();
        if (place == nullptr) return std::nullopt;
        const std::uint64_t number = reader_.read(message_, {place, body_bytes_});
        ring.release(place);
        return number;
    }

  private:
    const std::uint32_t capacity_bytes_;
    const std::uint32_t body_bytes_;
    const BenchMessage message_;
    MessageWriter writer_;
    MessageReader reader_;
};

void answer(EchoRings<BareRing>& rings, const BareEcho& echo, BenchMessage message) {
    Fields fields(echo, message);
    for (;;) {
        std::optional<std::uint64_t> number;
        while (!(number = fields.try_read(rings.requests))) {
            if (rings.has_ended.load(std::memory_order_relaxed)) return;
            cpu_relax();
        }
        while (!fields.try_write(rings.replies, *number)) cpu_relax();
    }
}

double request(EchoRings<BareRing>& rings, const BareEcho& echo, BenchMessage message,
               std::uint32_t outstanding) {
    const Clock clock;
    Fields fields(echo, message);
    std::uint64_t sent_count = 0;
    std::uint64_t received_count = 0;
    const Nanos begin_ns = clock.now_ns();
    Nanos now_ns = begin_ns;
    while (now_ns < begin_ns + echo.duration_ns) {
        for (int batch = 0; batch < 1024; ++batch) {
            if (sent_count - received_count < outstanding && fields.try_write(rings.requests, sent_count))
                ++sent_count;
            const auto number = fields.try_read(rings.replies);
            if (!number) continue;
            PROSA_ASSERT(*number == received_count, "echoes return in the order they were sent");
            ++received_count;
        }
        now_ns = clock.now_ns();
    }
    rings.has_ended.store(true, std::memory_order_relaxed);
    return static_cast<double>(received_count) * 1e9 / static_cast<double>(now_ns - begin_ns);
}

}  // namespace

absl::StatusOr<double> measure_fields_pipelined(const BenchCpus& cpus, const BareEcho& echo,
                                                BenchMessage message, std::uint32_t outstanding) {
    EchoRings<BareRing> rings(echo);
    double per_second = 0;
    const absl::Status status = run_on_two_cpus(
        cpus, [&] { per_second = request(rings, echo, message, outstanding); },
        [&] { answer(rings, echo, message); });
    if (!status.ok()) return status;
    return per_second;
}

}  // namespace prosa::bench
