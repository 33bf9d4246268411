// apps/prosa/jitter_probe.hpp: how often, and for how long, the machine keeps a thread from running.
//
// A thread of its own, pinned to a CPU that no reactor has, does nothing but look at the clock; each gap
// between two looks that is longer than the threshold is recorded. What interrupts it (the scheduler,
// interrupts, the host of a virtual machine) interrupts reactors in the same way.
//
// Threads   start and stop: the owner's.  The probe: its own; it writes the histogram, the owner reads it after stop.
// Cost      one CPU, all the time.
#pragma once

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <thread>

#include "apps/prosa/report/latency_report.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/reactor/topology.hpp"

namespace prosa {

// Gaps between moments, without a thread.
class JitterWatch {
  public:
    JitterWatch(Nanos first_ns, Nanos threshold_ns)
        : threshold_ns_(threshold_ns), first_ns_(first_ns), last_ns_(first_ns) {}

    void look(Nanos now_ns) noexcept {
        const Nanos gap_ns = now_ns - last_ns_;
        last_ns_ = now_ns;
        if (gap_ns >= threshold_ns_) [[unlikely]]
            gaps_.record(gap_ns);
    }

    const HdrHistogram& gaps() const noexcept { return gaps_; }
    Nanos watched_ns() const noexcept { return last_ns_ - first_ns_; }

  private:
    const Nanos threshold_ns_;
    const Nanos first_ns_;
    Nanos last_ns_;
    HdrHistogram gaps_;
};

struct JitterPlace {
    std::optional<int> cpu;  // nothing: the probe stays off
    std::string reason;      // for people
};

// A CPU that is allowed, that no reactor is pinned to, and that is left over when every reactor spins; rather
// on a core of its own than beside a reactor's.
PROSA_API JitterPlace choose_jitter_cpu(const Topology& topology,
                                        std::span<const std::optional<int>> reactor_cpus);

class PROSA_API JitterProbe {
  public:
    static constexpr Nanos threshold_ns = ns_per_us;

    explicit JitterProbe(JitterPlace place);
    ~JitterProbe();
    JitterProbe(const JitterProbe&) = delete;
    JitterProbe& operator=(const JitterProbe&) = delete;

    // Once. Ends the thread, if there is one.
    JitterReport stop();

  private:
    void run(int cpu);

    JitterPlace place_;
    std::atomic<bool> is_over_{false};
    std::optional<JitterWatch> watch_;  // of the probe's thread
    std::thread thread_;
};

}  // namespace prosa
