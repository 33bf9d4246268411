// Pages: how large they are, and whether they leave.
#include <fmt/format.h>

#include "apps/prosa/doctor/doctor_checks.hpp"

namespace prosa::doctor {
namespace {

const std::string thp_file = "/sys/kernel/mm/transparent_hugepage/enabled";

std::optional<std::string> thp_mode(const KernelFiles& files) {
    const auto text = files.text(thp_file);
    if (!text || text->empty()) return std::nullopt;
    return chosen_word(*text);
}

}  // namespace

Finding check_transparent_huge_pages(const DoctorScope& scope) {
    Finding finding{
        .check = "transparent_huge_pages",
        .why =
            "with `always` the kernel merges pages of everybody in the background: stalls of 0.1 to "
            "10 ms"};
    const auto mode = thp_mode(scope.files);
    finding.remedy = fmt::format("echo madvise > {}", thp_file);
    if (!mode) {
        finding.found = "this kernel does not say";
        finding.remedy += ", on the host";
        return finding;
    }
    finding.verdict = *mode == "always" ? Verdict::warning : Verdict::ok;
    finding.found = *mode;
    if (finding.verdict == Verdict::ok) finding.remedy.clear();
    return finding;
}

Finding check_huge_pages(const DoctorScope& scope) {
    Finding finding{.check = "huge_pages", .why = "pools of many MiB miss the TLB: 10 to 30 ns per access"};
    const auto free_count = scope.files.number("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
    const auto mode = thp_mode(scope.files);
    finding.remedy = "sysctl vm.nr_hugepages=256";
    if (!free_count && !mode) {
        finding.found = "this kernel does not say";
        return finding;
    }
    const bool has_transparent = mode == "always" || mode == "madvise";
    const bool has_pages = free_count.value_or(0) != 0 || has_transparent;
    finding.verdict = has_pages ? Verdict::ok : Verdict::warning;
    finding.found = fmt::format("{} of 2 MiB free{}", free_count.value_or(0),
                                has_transparent ? "; transparent ones are to be had" : "");
    if (has_pages) finding.remedy.clear();
    return finding;
}

Finding check_swap(const DoctorScope& scope) {
    Finding finding{.check = "swap",
                    .why = "a page that was written to disk takes 0.1 to 10 ms to come back"};
    const auto text = scope.files.text("/proc/swaps");
    if (!text) {
        finding.found = "the machine does not say";
        finding.remedy = "swapoff -a, on the host";
        return finding;
    }
    const std::vector<std::string> lines = lines_of(*text);
    const std::size_t areas = lines.empty() ? 0 : lines.size() - 1;  // below the head
    finding.verdict = areas == 0 ? Verdict::ok : Verdict::warning;
    finding.found = areas == 0 ? "none" : fmt::format("on {}", words_of(lines[1]).front());
    if (areas > 1) finding.found += fmt::format(" and {} more", areas - 1);
    if (areas != 0) finding.remedy = "swapoff -a";
    return finding;
}

}  // namespace prosa::doctor
