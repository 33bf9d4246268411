// apps/prosa/bench/bench_configurations.hpp: the configuration files of the figures that run an instance.
//
// Everything that is not said is the default: supervisor, deadlines, metrics, credits and pools are on.
#pragma once

#include <string>
#include <string_view>

#include "apps/prosa/bench/bench_cpus.hpp"

namespace prosa::bench {

// Room for the header and ten fields (240 bytes) in one slot; the bare ring's slots have the same size.
inline constexpr std::uint32_t bench_slot_bytes = 320;
inline constexpr std::uint32_t bench_ring_slots = 1024;

// A provider on a reactor of its own, and a requester on another one.
std::string pair_configuration(const BenchCpus& cpus, std::string_view idle, std::string_view behaviour);

// The provider alone.
std::string provider_configuration(const BenchCpus& cpus);

// A pair, and a publisher of many services on the provider's reactor.
std::string publishing_configuration(std::uint32_t service_count);

// A publisher alone.
std::string publisher_configuration(std::uint32_t service_count);

// Providers that nobody asks, each on a reactor of its own.
std::string idle_configuration(std::uint32_t reactor_count);

// Reactors with the default strategy, each with a provider and a requester of one service, so that each has a
// link to and from each other one; the first hosts the publisher of another service, too.
std::string mesh_configuration(std::uint32_t reactor_count);

}  // namespace prosa::bench
