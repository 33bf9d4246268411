// apps/prosa/bench/bench_cpus.hpp: the two CPUs that every figure which crosses cores is measured on.
#pragma once

#include <absl/functional/function_ref.h>

#include <thread>
#include <utility>

#include "core/base/status.hpp"

namespace prosa::bench {

struct BenchCpus {
    int requester = 0;
    int provider = 1;
};

// Those that an instance would give to its first two reactors. Error: fewer than two CPUs are allowed.
absl::StatusOr<BenchCpus> choose_bench_cpus();

// Runs both at the same time, each on a thread of its own that is pinned, and returns when both have ended.
// Error: which CPU was refused; then neither has run.
absl::Status run_on_two_cpus(const BenchCpus& cpus, absl::FunctionRef<void()> requester,
                             absl::FunctionRef<void()> provider);

}  // namespace prosa::bench
