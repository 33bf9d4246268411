// transaction_costs FOLDER COUNT: runs COUNT transactions between two spinning reactors and prints, as one
// line of JSON, how often their threads allocated memory meanwhile. Some requests are kept, some time out.
//
// `prosa bench` starts it and counts the system calls of the same threads from outside. FOLDER takes the
// configuration.
#include <array>
#include <cstdlib>

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"
#include "apps/prosa/bench/syscall_mark.hpp"
#include "bench/costs/counting_allocator.hpp"
#include "core/base/log.hpp"

namespace {

using namespace prosa;
using namespace prosa::bench;

std::array<std::atomic<const AllocationCount*>, 2> reactor_counts{};
std::atomic<std::size_t> reactor_count{0};
std::uint64_t allocations_before = 0;
std::uint64_t allocations = 0;

std::uint64_t sum_of_reactors() {
    std::uint64_t sum = 0;
    for (const auto& count : reactor_counts) sum += count.load()->load(std::memory_order_relaxed);
    return sum;
}

void count_this_reactor() {
    const std::size_t at = reactor_count.fetch_add(1);
    if (at < reactor_counts.size()) reactor_counts[at] = &own_allocation_count();
    mark(SyscallMark::count_this_thread);
}

void begin_counting() {
    mark(SyscallMark::begin);
    allocations_before = sum_of_reactors();
}

void end_counting() {
    allocations = sum_of_reactors() - allocations_before;
    mark(SyscallMark::end);
}

absl::Status measure(const BenchRun& run, const std::shared_ptr<BenchDesk>& desk, std::uint64_t count) {
    if (!run.cpus().ok()) return run.cpus().status();
    auto instance =
        BenchInstance::start(run, "bench_costs", pair_configuration(*run.cpus(), "spin", "mixed"), desk);
    if (!instance.ok()) return instance.status();
    if (const absl::Status ready = (*instance)->wait_for_service("BENCH"); !ready.ok()) return ready;
    if (reactor_count.load() != reactor_counts.size())
        return make_error(absl::StatusCode::kInternal, "{} processors started, expected 2",
                          reactor_count.load());
    return (*instance)->measure({.outstanding = 32,
                                 .warmup_ns = 200 * ns_per_ms,
                                 .duration_ns = 120 * ns_per_s,
                                 .count_max = count,
                                 .has_mixed_fates = true});
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 || !set_log_level("error")) return EXIT_FAILURE;
    BenchOptions options;
    options.figures_file = std::filesystem::path(argv[1]) / "figures.jsonl";
    const auto desk = std::make_shared<BenchDesk>();
    desk->span = {.begin = begin_counting, .end = end_counting, .on_reactor_start = count_this_reactor};
    const absl::Status status = measure(BenchRun(options), desk, std::strtoull(argv[2], nullptr, 10));
    if (!status.ok()) {
        fmt::print(stderr, "transaction_costs: {}\n", message_of(status));
        return EXIT_FAILURE;
    }
    fmt::print(
        R"({{"transactions": {}, "allocations": {}, "allocations_at_start": {}, "kept": {}, "timeouts": {}}})"
        "\n",
        desk->run.latency.total_count() + desk->timeout_count, allocations, allocations_before,
        desk->kept_count, desk->timeout_count);
    return EXIT_SUCCESS;
}
