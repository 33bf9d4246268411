// apps/prosa/bench/bench_requester.hpp: the processor that sends the transactions of a run and times them.
//
// Idle until the command `go`; then it does what the desk's order says, and tells the desk when the last
// outcome is there. Closed loop: the next request leaves from the handler of an outcome. Open loop:
// requests leave at their intended times, whatever came back, and are timed from there.
#pragma once

#include <memory>

#include "apps/prosa/bench/bench_desk.hpp"
#include "core/bus/bus.hpp"
#include "core/bus/processor.hpp"

namespace prosa::bench {

inline constexpr std::string_view bench_service = "BENCH";

class BenchRequester final : public Processor {
  public:
    explicit BenchRequester(std::shared_ptr<BenchDesk> desk) : desk_(std::move(desk)) {}

    absl::Status on_start() override;
    absl::StatusOr<std::string> on_command(std::string_view command) override;
    void on_response(const Outcome& outcome) override;
    void on_error(const Outcome& outcome) override;
    Nanos on_turn(Nanos now_ns) override;

  private:
    void begin(Nanos now_ns);
    void send_one(Nanos token_ns);
    void note_failure();
    void after_outcome(Nanos now_ns);
    Nanos time_of_outcome() noexcept;
    void note_phase(Nanos now_ns);
    void end(Nanos now_ns);

    std::shared_ptr<BenchDesk> desk_;
    ServiceHandle service_ = no_service;
    MessageWriter writer_;
    MessageReader reader_;
    BenchOrder order_;
    std::uint64_t number_ = 0;
    std::uint32_t under_way_ = 0;
    bool is_sending_ = false;
    bool is_measuring_ = false;
    Nanos measured_from_ns_ = 0;
    Nanos end_ns_ = 0;
    Nanos interval_ns_ = 0;
    Nanos intended_ns_ = 0;
};

}  // namespace prosa::bench
