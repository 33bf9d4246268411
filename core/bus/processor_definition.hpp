// core/bus/processor_definition.hpp: what an instance needs to know to run a processor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/ids.hpp"
#include "core/bus/processor.hpp"

namespace prosa {

// How a processor comes back after a recoverable error. With n failures in a row the wait is
// P * (3 * 2^n - 2), ProSA's formula, but never more than the maximum, less a random share of `jitter`. A run of
// at least `healthy` starts the series again.
struct RestartPolicy {
    Nanos period_ns = 50 * ns_per_ms;  // P
    Nanos maximum_ns = 300 * ns_per_s;
    double jitter = 0.1;  // of the wait, 0 to 1
    Nanos healthy_ns = 60 * ns_per_s;
    std::uint32_t intensity_count = 10;         // more failures than this
    Nanos intensity_within_ns = 60 * ns_per_s;  // within this: crashed
};

enum class QueueMode : std::uint8_t { own, shared };

// One shard of a processor, told to its factory.
struct ShardInfo {
    std::string processor_name;
    ProcessorId processor{};
    QueueId queue{};
    std::uint32_t shard_count = 1;
    Incarnation incarnation{};
};

using ProcessorFactory = std::function<std::unique_ptr<Processor>(const ShardInfo&)>;

struct ProcessorDefinition {
    std::string name;  // unique in the instance
    std::string kind = "custom";
    std::string adaptor{};
    ProcessorFactory make;      // may throw: as an error of on_start
    std::uint32_t threads = 1;  // 0: the instance's shared reactor; 1: a reactor of its own; N: N shards
    std::optional<std::uint32_t> reactor{};  // share this configured reactor instead
    std::optional<std::uint32_t> cpu{};      // pin the reactor of its own there
    QueueMode queue = QueueMode::own;
    RestartPolicy restart{};
};

}  // namespace prosa
