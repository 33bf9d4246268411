#include "apps/prosa/bench/breakdown/slot_echo.hpp"

#include <array>
#include <cstring>

#include "apps/prosa/bench/echo_rings.hpp"
#include "core/memory/message.hpp"
#include "core/ring/slot_ring.hpp"

namespace prosa::bench {
namespace {

// Moves a message by copying its bytes behind the sequence word.
class CopiedBytes {
  public:
    explicit CopiedBytes(const BareEcho& echo) : bytes_(echo.moved_bytes - skip_) {
        PROSA_ASSERT(bytes_ <= data_.size(), "a message fits the copy");
    }

    void write(SlotRing<>& ring, std::byte* slot, std::uint64_t number) noexcept {
        std::memcpy(data_.data(), &number, sizeof number);
        std::memcpy(slot + skip_, data_.data(), bytes_);
        ring.publish();
    }
    std::uint64_t read(std::byte* slot) noexcept {
        std::memcpy(data_.data(), slot + skip_, bytes_);
        std::uint64_t number = 0;
        std::memcpy(&number, data_.data(), sizeof number);
        return number;
    }

  private:
    static constexpr std::uint32_t skip_ = sizeof(MessageHeader::sequence);
    const std::uint32_t bytes_;
    alignas(cache_line_bytes) std::array<std::byte, 4096> data_{};
};

// Writes and reads the fields in the slot, behind a header.
class FieldsInPlace {
  public:
    FieldsInPlace(const BareEcho& echo, BenchMessage message)
        : slot_bytes_(echo.slot_bytes), message_(message) {}

    void write(SlotRing<>& ring, std::byte* slot, std::uint64_t number) noexcept {
        MessageHeader& header = header_at(slot);
        BodyBuffer body{.data = area_of(header), .capacity_bytes = slot_bytes_ - header_bytes};
        writer_.write(message_, body, number);
        header.body_bytes = body.size_bytes;
        header.id = number;
        header.flags = 0;
        ring.publish();
        ring.prefetch_claim(header_bytes + body.size_bytes);
    }
    std::uint64_t read(std::byte* slot) noexcept {
        MessageHeader& header = header_at(slot);
        prefetch_message(header);
        return reader_.read(message_, body_of(header));
    }

  private:
    const std::uint32_t slot_bytes_;
    const BenchMessage message_;
    MessageWriter writer_;
    MessageReader reader_;
};

template <typename Content>
void write_one(SlotRing<>& ring, Content& content, std::uint64_t number) noexcept {
    std::byte* slot = nullptr;
    while ((slot = ring.try_claim()) == nullptr) cpu_relax();
    content.write(ring, slot, number);
}

template <typename Content>
void answer(EchoRings<SlotRing<>>& rings, const Content& made) {
    Content content = made;
    for (;;) {
        std::byte* slot = nullptr;
        while ((slot = rings.requests.peek()) == nullptr) {
            if (rings.has_ended.load(std::memory_order_relaxed)) return;
            cpu_relax();
        }
        write_one(rings.replies, content, content.read(slot));
        rings.requests.release();
    }
}

template <typename Content>
void request(EchoRings<SlotRing<>>& rings, const Content& made, Nanos duration_ns, LatencyRun& run) {
    const Clock clock;
    Content content = made;
    const Nanos begin_ns = clock.now_ns();
    Nanos now_ns = begin_ns;
    for (std::uint64_t number = 1; now_ns < begin_ns + duration_ns; ++number) {
        const Nanos start_ns = clock.now_ns();
        write_one(rings.requests, content, number);
        std::byte* slot = nullptr;
        while ((slot = rings.replies.peek()) == nullptr) cpu_relax();
        PROSA_ASSERT(content.read(slot) == number, "an echo returns what was sent");
        now_ns = clock.now_ns();
        rings.replies.release();
        run.latency.record(now_ns - start_ns);
    }
    run.elapsed_ns = now_ns - begin_ns;
    rings.has_ended.store(true, std::memory_order_relaxed);
}

template <typename Content>
absl::StatusOr<LatencyRun> measure(const BenchCpus& cpus, const BareEcho& echo, const Content& content) {
    EchoRings<SlotRing<>> rings(echo);
    LatencyRun run;
    const absl::Status status = run_on_two_cpus(
        cpus, [&] { request(rings, content, echo.duration_ns, run); }, [&] { answer(rings, content); });
    if (!status.ok()) return status;
    return run;
}

}  // namespace

absl::StatusOr<LatencyRun> measure_slot_copy_echo(const BenchCpus& cpus, const BareEcho& echo) {
    return measure(cpus, echo, CopiedBytes(echo));
}

absl::StatusOr<LatencyRun> measure_slot_tvf_echo(const BenchCpus& cpus, const BareEcho& echo,
                                                 BenchMessage message) {
    return measure(cpus, echo, FieldsInPlace(echo, message));
}

}  // namespace prosa::bench
