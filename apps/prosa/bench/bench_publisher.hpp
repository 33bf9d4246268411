// apps/prosa/bench/bench_publisher.hpp: the processor that provides many services, and one more on command.
//
// `toggle` adds the extra service, or removes it when it is there. The desk gets the time from the call
// until this reactor sees the table with the change: Main's wake-up, the new table, the swap, and the look
// of one reader. `start` toggles at the publication interval until `stop`, by a timer of its own reactor: a
// thread that gave each order would take a CPU from the traffic that is measured.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/prosa/bench/bench_desk.hpp"
#include "core/bus/bus.hpp"
#include "core/bus/processor.hpp"

namespace prosa::bench {

class BenchPublisher final : public Processor {
  public:
    BenchPublisher(std::shared_ptr<BenchDesk> desk, std::uint32_t service_count)
        : desk_(std::move(desk)), service_count_(service_count) {}

    absl::Status on_start() override;
    absl::StatusOr<std::string> on_command(std::string_view command) override;
    void on_service_table() override;
    void on_timer(std::uint64_t token) override;

    static constexpr Nanos interval_ns = 50 * ns_per_ms;

  private:
    void toggle();

    std::shared_ptr<BenchDesk> desk_;
    const std::uint32_t service_count_;
    ServiceHandle extra_ = no_service;
    bool wants_extra_ = false;
    bool is_repeating_ = false;
    Nanos next_ns_ = 0;
    Nanos called_ns_ = 0;  // 0: nothing is under way
};

}  // namespace prosa::bench
