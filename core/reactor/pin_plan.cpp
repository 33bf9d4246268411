#include "core/reactor/pin_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace prosa {
namespace {

class Planner {
  public:
    Planner(const Topology& topology, std::span<const PinRequest> requests)
        : topology_(topology), requests_(requests) {
        plan_.reactors.resize(requests.size());
    }

    PinPlan run() {
        for (std::size_t i = 0; i < requests_.size(); ++i)
            if (requests_[i].cpu.has_value()) place_explicit(i, *requests_[i].cpu);
        for (std::size_t i = 0; i < requests_.size(); ++i)
            if (!plan_.reactors[i].cpu.has_value()) place_anywhere(i);
        return std::move(plan_);
    }

  private:
    void place_explicit(std::size_t reactor, int number) {
        const Cpu* cpu = topology_.find(number);
        if (cpu == nullptr || !cpu->is_allowed) {
            std::vector<int> allowed;
            for (const Cpu& each : topology_.cpus)
                if (each.is_allowed) allowed.push_back(each.cpu);
            plan_.warnings.push_back(fmt::format(
                "reactor {} asks for CPU {}, which {}; it gets another one if there is one (allowed: {})",
                reactor, number, cpu == nullptr ? "does not exist" : "the process's affinity mask forbids",
                format_cpu_list(allowed)));
            return;
        }
        if (const auto other = reactor_on_.find(number); other != reactor_on_.end())
            plan_.warnings.push_back(fmt::format(
                "reactors {} and {} are both configured for CPU {}: only one of them runs at a time",
                other->second, reactor, number));
        take(reactor, *cpu, "as configured");
    }

    // Lower is better.
    std::tuple<bool, bool, bool, bool, int> rank(const Cpu& cpu) const {
        const bool is_far = numa_node_.has_value() && cpu.numa_node != *numa_node_;
        return {!cpu.is_isolated, reactor_on_core(cpu.core).has_value(), is_far, cpu.cpu == 0, cpu.cpu};
    }

    void place_anywhere(std::size_t reactor) {
        const bool was_refused = requests_[reactor].cpu.has_value();
        if (reactor_on_.size() >= topology_.available_count()) {
            plan_.reactors[reactor].reason = fmt::format(
                "floats: {} CPUs can run at once and other reactors have them", topology_.available_count());
            return warn_about_floating();
        }
        const Cpu* best = nullptr;
        for (const Cpu& cpu : topology_.cpus)
            if (cpu.is_allowed && !reactor_on_.contains(cpu.cpu) &&
                (best == nullptr || rank(cpu) < rank(*best)))
                best = &cpu;
        if (best == nullptr) {
            plan_.reactors[reactor].reason = "floats: no allowed CPU is free";
            return warn_about_floating();
        }
        take(reactor, *best, was_refused ? "instead of the configured CPU" : "free");
    }

    std::optional<std::size_t> reactor_on_core(int core) const {
        for (const auto& [cpu, reactor] : reactor_on_)
            if (topology_.find(cpu)->core == core) return reactor;
        return std::nullopt;
    }

    void take(std::size_t reactor, const Cpu& cpu, std::string reason) {
        if (const auto sibling = reactor_on_core(cpu.core); sibling.has_value()) {
            reason += fmt::format(", shares a core with reactor {}", *sibling);
            if (!reactor_on_.contains(cpu.cpu))
                plan_.warnings.push_back(fmt::format(
                    "reactors {} and {} run on two hardware threads of one core: each is slowed down "
                    "while the other works",
                    *sibling, reactor));
        }
        if (cpu.is_isolated) reason += ", isolated";
        if (!numa_node_.has_value()) numa_node_ = cpu.numa_node;
        if (cpu.numa_node != *numa_node_)
            plan_.warnings.push_back(fmt::format(
                "reactor {} runs on NUMA node {}, others on {}: messages between them cross the interconnect",
                reactor, cpu.numa_node, *numa_node_));
        plan_.reactors[reactor] = {cpu.cpu, std::move(reason)};
        reactor_on_.emplace(cpu.cpu, reactor);
    }

    void warn_about_floating() {
        if (has_warned_about_floating_) return;
        has_warned_about_floating_ = true;
        plan_.warnings.push_back(fmt::format(
            "{} reactors for {} CPUs that can run at once: some float, and all park early instead of "
            "spinning",
            requests_.size(), topology_.available_count()));
    }

    const Topology& topology_;
    std::span<const PinRequest> requests_;
    PinPlan plan_;
    std::map<int, std::size_t> reactor_on_;  // CPU -> the first reactor placed there
    std::optional<int> numa_node_;
    bool has_warned_about_floating_ = false;
};

}  // namespace

PinPlan plan_pinning(const Topology& topology, std::span<const PinRequest> requests) {
    return Planner(topology, requests).run();
}

}  // namespace prosa
