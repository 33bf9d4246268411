// apps/prosa/bench/bench_instance.hpp: an instance of the benchmark's processors, from a configuration
// file.
//
// The file is written beside the figures, so that what was measured can be read and run again.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "apps/prosa/bench/bench_desk.hpp"
#include "apps/prosa/bench/figure.hpp"
#include "core/base/status.hpp"
#include "core/bus/bus_main.hpp"

namespace prosa::bench {

class BenchInstance {
  public:
    // Writes `configuration` to NAME.yml in the figures' folder, loads it and starts it; returns when all
    // processors run. `desk` outlives the instance.
    static absl::StatusOr<std::unique_ptr<BenchInstance>> start(const BenchRun& run, const std::string& name,
                                                                const std::string& configuration,
                                                                std::shared_ptr<BenchDesk> desk);

    // Stops and joins. A thread that does not end then ends the process.
    ~BenchInstance();
    BenchInstance(const BenchInstance&) = delete;
    BenchInstance& operator=(const BenchInstance&) = delete;

    BusMain& main() const noexcept { return *main_; }
    BenchDesk& desk() noexcept { return *desk_; }

    // Waits until a provider of the service `name` is published.
    absl::Status wait_for_service(std::string_view name);

    // Has the processor `bench-requester` do the order; returns at its end. Error: it failed or did not
    // end, none came back, or in a closed loop some failed that should not.
    absl::Status measure(const BenchOrder& order);
    // In two halves, for what happens meanwhile.
    absl::Status begin(const BenchOrder& order);
    absl::Status wait_for_end();

  private:
    explicit BenchInstance(std::shared_ptr<BenchDesk> desk) : desk_(std::move(desk)) {}

    std::shared_ptr<BenchDesk> desk_;
    std::unique_ptr<BusMain> main_;
    std::uint32_t ended_before_ = 0;
};

}  // namespace prosa::bench
