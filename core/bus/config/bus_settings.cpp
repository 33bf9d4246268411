#include "core/bus/config/bus_settings.hpp"

#include <algorithm>

namespace prosa {
namespace {

constexpr std::uint32_t pool_blocks_auto_max = 4096;

struct ServiceSettings {
    Policy policy = Policy::round_robin;
};

void read_settings(SettingsReader& reader, ServiceSettings& settings) {
    reader.read_choice("policy", settings.policy,
                       {{name_of(Policy::round_robin), Policy::round_robin},
                        {name_of(Policy::least_outstanding), Policy::least_outstanding},
                        {name_of(Policy::primary_backup), Policy::primary_backup},
                        {name_of(Policy::sticky), Policy::sticky}});
}

void read_services(SettingsReader& bus, InstanceOptions& options) {
    std::vector<std::pair<std::string, ServiceSettings>> services;
    bus.read("services", services);
    for (const auto& [name, service] : services) options.service_policies.emplace_back(name, service.policy);
}

void read_idle(SettingsReader& bus, IdleOptions& idle) {
    bus.read_choice("idle", idle.mode,
                    {{name_of(IdleMode::adaptive), IdleMode::adaptive},
                     {name_of(IdleMode::spin), IdleMode::spin},
                     {name_of(IdleMode::yield), IdleMode::yield},
                     {name_of(IdleMode::backoff), IdleMode::backoff},
                     {name_of(IdleMode::park), IdleMode::park}});
    bus.read_duration("park_after", idle.park_after_ns).range(0, 3600 * ns_per_s);
}

void read_ring(SettingsReader& bus, BusOptions& options) {
    bus.read("ring_slots", options.ring_slots).power_of_two(2, 1U << 20);
    bus.read("slot_bytes", options.slot_bytes).multiple_of(cache_line_bytes, 128, 65'536);
    bus.read("block_bytes", options.block_bytes).multiple_of(cache_line_bytes, 256, 16U << 20);
    if (options.block_bytes < options.slot_bytes)
        bus.add_error("block_bytes", fmt::format("expects at least slot_bytes ({}), got {}",
                                                 options.slot_bytes, options.block_bytes));
}

// Large bodies that can be on their way at once: a request holds one block per unit of credit, an answer one
// per kept request. Most bodies fit a slot, so `auto` stops at a size that costs 16 MiB per reactor.
void read_pool(SettingsReader& bus, BusOptions& options) {
    std::optional<std::uint32_t> pool_blocks;
    bus.read_or_auto("pool_blocks", pool_blocks, 1, 1U << 20);
    options.pool_blocks =
        pool_blocks.value_or(std::min(options.credit + options.kept_limit, pool_blocks_auto_max));
}

void read_limits(SettingsReader& bus, BusOptions& options) {
    bus.read("credit", options.credit).range(1, 1U << 20);
    bus.read("kept_limit", options.kept_limit).range(1, 1U << 20);
    bus.read("pending_limit", options.pending_limit).range(1, 1U << 22);
    bus.read("batch", options.batch).range(1, 65'536);
}

void read_times(SettingsReader& bus, BusOptions& options) {
    bus.read_duration("call_timeout", options.call_timeout_ns).range(ns_per_us, 3600 * ns_per_s);
    bus.read_duration("hang_after", options.hang_after_ns).range(ns_per_ms, 3600 * ns_per_s);
    bus.read_duration("shutdown_timeout", options.shutdown_timeout_ns).range(0, 3600 * ns_per_s);
}

}  // namespace

void read_bus_settings(SettingsReader& bus, InstanceOptions& options) {
    bus.read_or_auto("reactors", options.reactors, 1, reactors_max);
    bus.read("pin_reactors", options.pins_reactors);
    read_idle(bus, options.idle);
    read_ring(bus, options.bus);
    read_limits(bus, options.bus);
    read_pool(bus, options.bus);
    read_times(bus, options.bus);
    read_services(bus, options);
}

}  // namespace prosa
