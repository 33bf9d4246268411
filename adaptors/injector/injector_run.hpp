// adaptors/injector/injector_run.hpp: what an injector has for as long as its instance lives.
//
// Its shards' generators and counts outlive their incarnations, so that a restart goes on with the schedule
// where it is: what became due meanwhile is sent late, not left out.
//
// Threads   prepare, generator_of: any, behind a mutex, when a run starts. request_rate and the rest: any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adaptors/injector/load_generator.hpp"
#include "core/base/export.hpp"
#include "core/bus/load_board.hpp"
#include "core/bus/processor_definition.hpp"
#include "core/bus/regulator/regulator.hpp"

namespace prosa {

struct InjectorOptions {
    std::string service_name;
    LoadOptions load;
    std::optional<RegulatorOptions> regulator;  // instead of the load's rate: ProSA's closed loop

    Nanos wait_for_service_ns = 10 * ns_per_s;  // then a service without provider is a fatal error
    Nanos spin_before_ns = 60 * ns_per_us;      // the reactor wakes up this long before a send at most
    std::uint32_t burst = 64;                   // sends of one turn
    bool stop_when_done = true;  // the last source of the load board to finish stops the instance
};

// True when the board has a source and none has anything more to send or to wait for.
PROSA_API bool all_finished(const LoadBoard& board);

class PROSA_API InjectorRun {
  public:
    // The board outlives the run.
    InjectorRun(std::string name, InjectorOptions options, LoadBoard& board);

    const InjectorOptions& options() const noexcept { return options_; }

    // The generator of a shard, made at the first call for any of its processor's shards.
    LoadGenerator& generator_of(const ShardInfo& shard);

    // Counts input that no shard will ever send. Once.
    void count_broken_lines(std::uint64_t count);

    // For all shards, from their next turn on. 0: none was requested.
    void request_rate(double rate_per_s) noexcept {
        requested_rate_.store(rate_per_s, std::memory_order_relaxed);
    }
    double requested_rate() const noexcept { return requested_rate_.load(std::memory_order_relaxed); }

    const LoadBoard& board() const noexcept { return board_; }

  private:
    void add_shard(std::uint32_t index, std::uint32_t count);

    const std::string name_;
    const InjectorOptions options_;
    LoadBoard& board_;
    std::atomic<double> requested_rate_{0};
    std::mutex mutex_;
    std::shared_ptr<LoadStats> first_stats_;
    std::vector<std::unique_ptr<LoadGenerator>> generators_;  // by queue
    std::uint64_t broken_line_count_ = 0;
};

}  // namespace prosa
