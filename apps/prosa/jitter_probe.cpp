#include "apps/prosa/jitter_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/units.hpp"
#include "core/reactor/pin_plan.hpp"

namespace prosa {

JitterPlace choose_jitter_cpu(const Topology& topology, std::span<const std::optional<int>> reactor_cpus) {
    const std::size_t can_spin = topology.available_count();
    // On the last CPU the probe would stand in the way of Main, and so of the load itself.
    if (reactor_cpus.size() + 1 >= can_spin)
        return {std::nullopt, fmt::format("Not watched: no CPU is free ({} for {} reactors and Main).",
                                          can_spin, reactor_cpus.size())};
    std::set<int> used_cores;
    for (const std::optional<int>& cpu : reactor_cpus)
        if (const Cpu* const used = cpu ? topology.find(*cpu) : nullptr) used_cores.insert(used->core);
    const auto is_free = [&](const Cpu& cpu) {
        return cpu.is_allowed &&
               std::find(reactor_cpus.begin(), reactor_cpus.end(), cpu.cpu) == reactor_cpus.end();
    };
    const Cpu* sibling = nullptr;
    for (const Cpu& cpu : topology.cpus) {
        if (!is_free(cpu)) continue;
        if (!used_cores.contains(cpu.core))
            return {cpu.cpu, fmt::format("A thread on CPU {} that only looked at the clock.", cpu.cpu)};
        if (sibling == nullptr) sibling = &cpu;
    }
    if (sibling == nullptr) return {std::nullopt, "Not watched: every allowed CPU has a reactor."};
    return {sibling->cpu,
            fmt::format("A thread on CPU {} that only looked at the clock; it shared its core with a "
                        "reactor.",
                        sibling->cpu)};
}

JitterProbe::JitterProbe(JitterPlace place) : place_(std::move(place)) {
    if (place_.cpu) thread_ = std::thread([this, cpu = *place_.cpu] { run(cpu); });
}

JitterProbe::~JitterProbe() {
    is_over_.store(true, std::memory_order_relaxed);
    if (thread_.joinable()) thread_.join();
}

void JitterProbe::run(int cpu) {
    if (!pin_current_thread(cpu).ok()) return;
    const Clock clock;
    watch_.emplace(clock.now_ns(), threshold_ns);
    watch_->look(clock.now_ns());
    while (!is_over_.load(std::memory_order_relaxed)) watch_->look(clock.now_ns());
}

JitterReport JitterProbe::stop() {
    is_over_.store(true, std::memory_order_relaxed);
    if (thread_.joinable()) thread_.join();
    JitterReport report;
    report.threshold_ns = threshold_ns;
    report.gaps.name = "jitter";
    report.note = place_.reason;
    if (watch_) {
        report.gaps.add(watch_->gaps(), watch_->gaps().out_of_range_count());
        report.watched_ns = watch_->watched_ns();
    } else if (place_.cpu) {
        report.note = fmt::format("Not watched: CPU {} was refused.", *place_.cpu);
    }
    return report;
}

}  // namespace prosa
