// apps/prosa/bench/bench_provider.hpp: the processor that reads each request and writes an answer of the
// same kind.
#pragma once

#include <memory>
#include <vector>

#include "apps/prosa/bench/bench_desk.hpp"
#include "core/bus/bus.hpp"
#include "core/bus/processor.hpp"

namespace prosa::bench {

enum class ProviderBehaviour : std::uint8_t {
    answer,  // in place, before the handler returns
    keep,    // on the next turn
    mixed,   // each by its fate_of
};

class BenchProvider final : public Processor {
  public:
    BenchProvider(std::shared_ptr<BenchDesk> desk, ProviderBehaviour behaviour);

    absl::Status on_start() override;
    void on_request(Request& request) override;
    Nanos on_turn(Nanos now_ns) override;
    void on_timer(std::uint64_t token) override;

  private:
    // Which of the two messages it is, is seen by its size.
    struct Read {
        BenchMessage message;
        std::uint64_t number;
    };
    Read read(std::span<const std::byte> body) const noexcept;
    template <typename AnyRequest>
    void answer(AnyRequest& request, Read read) noexcept;
    void keep(Request& request);
    void keep_long(Request& request);

    std::shared_ptr<BenchDesk> desk_;
    const ProviderBehaviour behaviour_;
    MessageWriter writer_;
    MessageReader reader_;
    std::vector<KeptRequest> kept_;  // on this turn
    Nanos kept_turn_ns_ = 0;
    std::vector<KeptRequest> kept_long_;  // by place, the timer's token
    std::vector<std::uint32_t> free_places_;
};

}  // namespace prosa::bench
