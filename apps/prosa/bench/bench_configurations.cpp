#include "apps/prosa/bench/bench_configurations.hpp"

#include <fmt/format.h>

namespace prosa::bench {
namespace {

// Rings for 80 ms at 100 k/s: that long a virtual CPU may be away.
constexpr std::uint32_t open_loop_ring_slots = 8192;

std::string head(std::string_view idle, std::uint32_t ring_slots = bench_ring_slots) {
    return fmt::format("name: bench\nbus: {{ idle: {}, slot_bytes: {}, ring_slots: {} }}\n", idle,
                       bench_slot_bytes, ring_slots);
}

std::string provider(std::string_view place, std::string_view behaviour) {
    return fmt::format("bench-provider: {{ processor: bench_provider, {}, behaviour: {} }}\n", place,
                       behaviour);
}

std::string requester(std::string_view place) {
    return fmt::format("bench-requester: {{ processor: bench_requester, {} }}\n", place);
}

std::string publisher(std::string_view place, std::uint32_t service_count) {
    return fmt::format("bench-publisher: {{ processor: bench_publisher, {}, service_count: {} }}\n", place,
                       service_count);
}

std::string on_cpu(int cpu) { return fmt::format("cpu: {}", cpu); }

}  // namespace

std::string pair_configuration(const BenchCpus& cpus, std::string_view idle, std::string_view behaviour) {
    return head(idle) + provider(on_cpu(cpus.provider), behaviour) + requester(on_cpu(cpus.requester));
}

std::string provider_configuration(const BenchCpus& cpus) {
    return head("spin") + provider(on_cpu(cpus.provider), "answer");
}

std::string publishing_configuration(std::uint32_t service_count) {
    return head("spin", open_loop_ring_slots) + provider("reactor: 0", "answer") +
           publisher("reactor: 0", service_count) + requester("reactor: 1");
}

std::string publisher_configuration(std::uint32_t service_count) {
    return head("spin") + publisher("threads: 1", service_count);
}

std::string idle_configuration(std::uint32_t reactor_count) {
    std::string text = "name: bench\n";
    for (std::uint32_t i = 0; i < reactor_count; ++i)
        text += fmt::format("bench-provider-{}: {{ processor: bench_provider }}\n", i + 1);
    return text;
}

std::string mesh_configuration(std::uint32_t reactor_count) {
    std::string text = "name: bench\n" + publisher("reactor: 0", 1);
    for (const char* kind : {"provider", "requester"})
        for (std::uint32_t i = 0; i < reactor_count; ++i)
            text += fmt::format("bench-{0}-{1}: {{ processor: bench_{0}, reactor: {1} }}\n", kind, i);
    return text;
}

}  // namespace prosa::bench
