#include "apps/prosa/bench/cost_figures.hpp"

#include "apps/prosa/bench/json_numbers.hpp"
#include "apps/prosa/bench/syscall_counter.hpp"

namespace prosa::bench {
namespace {

std::string which(const SyscallCount& counted) {
    std::string text;
    for (const auto& [number, count] : counted.by_number) text += fmt::format(" {}x{}", number, count);
    return text;
}

absl::Status fill(const SyscallCount& counted, std::span<FigureResult> results) {
    const auto printed = parse_json(counted.output, "transaction_costs");
    if (!printed.ok()) return printed.status();
    const auto transactions = number_at(*printed, "transactions");
    const auto allocations = number_at(*printed, "allocations");
    if (!transactions.ok()) return transactions.status();
    if (!allocations.ok()) return allocations.status();
    const auto at_start = number_at(*printed, "allocations_at_start");
    if (!at_start.ok() || *at_start == 0)
        return make_error(absl::StatusCode::kInternal,
                          "the allocations of a reactor's start were not counted");
    if (!counted.was_measured || counted.thread_count != 2)
        return make_error(absl::StatusCode::kInternal, "{} reactors were counted, expected 2",
                          counted.thread_count);
    results[0].value = *allocations / *transactions;
    results[1].value = static_cast<double>(counted.count) / *transactions;
    for (FigureResult& result : results) {
        result.round_count = 1;
        for (const char* name : {"transactions", "kept", "timeouts"})
            if (const auto number = number_at(*printed, name); number.ok())
                result.details.emplace_back(name, *number);
    }
    results[0].details.emplace_back("allocations", *allocations);
    results[0].note =
        "method: malloc, operator new and mimalloc replaced by counting ones, on both reactors' threads";
    results[1].details.emplace_back("syscalls", static_cast<double>(counted.count));
    results[1].note = "method: ptrace stops of both reactors' threads" +
                      (counted.count == 0 ? std::string() : "; by number:" + which(counted));
    return absl::OkStatus();
}

absl::Status measure_costs(BenchRun& run, std::span<FigureResult> results) {
    const auto program = run.options().helpers_folder / "costs" / "transaction_costs";
    if (lacks(program, helpers_remedy, results)) return absl::OkStatus();
    const std::string folder = run.options().figures_file.parent_path().string();
    const auto counted = count_syscalls(program, {folder, run.is_quick() ? "200000" : "1000000"});
    if (!counted.ok()) return counted.status();
    return fill(*counted, results);
}

}  // namespace

FigureGroup cost_group() {
    return {{{"allocations_per_transaction", "count",
              "spinning reactors, some kept, some timed out; Main apart", BarKind::at_most, 0},
             {"syscalls_per_transaction", "count", "the same", BarKind::at_most, 0}},
            measure_costs};
}

}  // namespace prosa::bench
