// What the process may have: locked memory and descriptors.
#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "apps/prosa/doctor/doctor_checks.hpp"

namespace prosa::doctor {
namespace {

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t locked_bytes_min = std::uint64_t{256} << 20;  // pools of 16 reactors
constexpr std::uint64_t descriptors_min = 4'096;
constexpr unsigned ipc_lock_bit = 14;  // CAP_IPC_LOCK: the limit does not hold

// The soft limit in /proc/self/limits.
std::optional<std::uint64_t> soft_limit(const KernelFiles& files, const std::string& name) {
    const auto text = files.text("/proc/self/limits");
    for (const std::string& line : lines_of(text.value_or(""))) {
        if (!line.starts_with(name)) continue;
        const std::vector<std::string> words = words_of(line.substr(name.size()));
        if (words.empty()) return std::nullopt;
        return words[0] == "unlimited" ? unlimited : parse_count(words[0]);
    }
    return std::nullopt;
}

bool has_ipc_lock(const KernelFiles& files) {
    const auto text = files.text("/proc/self/status");
    for (const std::string& line : lines_of(text.value_or(""))) {
        if (!line.starts_with("CapEff:")) continue;
        const std::vector<std::string> words = words_of(line);
        std::uint64_t bits = 0;
        if (words.size() == 2) std::from_chars(words[1].data(), words[1].data() + words[1].size(), bits, 16);
        return (bits >> ipc_lock_bit & 1) != 0;
    }
    return false;
}

}  // namespace

Finding check_locked_memory(const DoctorScope& scope) {
    Finding finding{
        .check = "locked_memory",
        .why = "memory that may not be locked can be taken away: a fault of 1 us, or of 10 ms from disk"};
    const auto limit = soft_limit(scope.files, "Max locked memory");
    finding.remedy = "ulimit -l unlimited (a unit: LimitMEMLOCK=infinity)";
    if (!limit) {
        finding.found = "the limit is not visible";
        return finding;
    }
    const bool is_free = has_ipc_lock(scope.files);
    finding.verdict = is_free || *limit >= locked_bytes_min ? Verdict::ok : Verdict::warning;
    finding.found = is_free               ? "the process may lock all"
                    : *limit == unlimited ? "unlimited"
                                          : fmt::format("{} MiB", *limit >> 20);
    if (finding.verdict == Verdict::ok) finding.remedy.clear();
    return finding;
}

Finding check_descriptors(const DoctorScope& scope) {
    Finding finding{.check = "descriptors",
                    .why = "each connection takes one; without one left, peers are refused"};
    const auto limit = soft_limit(scope.files, "Max open files");
    finding.remedy = "ulimit -n 65536 (a unit: LimitNOFILE=65536)";
    if (!limit) {
        finding.found = "the limit is not visible";
        return finding;
    }
    finding.verdict = *limit >= descriptors_min ? Verdict::ok : Verdict::warning;
    finding.found = *limit == unlimited ? "unlimited" : fmt::format("{}", *limit);
    if (finding.verdict == Verdict::ok) finding.remedy.clear();
    return finding;
}

}  // namespace prosa::doctor
