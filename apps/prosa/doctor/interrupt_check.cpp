// Devices that interrupt the reactors' CPUs.
#include <fmt/format.h>

#include <algorithm>

#include "apps/prosa/doctor/doctor_checks.hpp"
#include "core/reactor/topology.hpp"

namespace prosa::doctor {
namespace {

constexpr std::size_t named_max = 2;

struct Interrupt {
    std::string number;
    std::string device;
    std::uint64_t count = 0;  // on the reactors' CPUs, since boot
};

// `CPU0 CPU1 ...`, the head of /proc/interrupts.
std::vector<int> columns_of(const std::string& head) {
    std::vector<int> cpus;
    for (const std::string& word : words_of(head))
        if (word.starts_with("CPU"))
            cpus.push_back(static_cast<int>(parse_count(std::string_view(word).substr(3)).value_or(0)));
    return cpus;
}

// `24: 10 0 PCI-MSI 49152-edge eth0`; nothing for the processor's own, such as LOC.
std::optional<Interrupt> interrupt_of(const DoctorScope& scope, const std::vector<int>& columns,
                                      const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() <= columns.size() || !words[0].ends_with(':')) return std::nullopt;
    Interrupt interrupt;
    interrupt.number = words[0].substr(0, words[0].size() - 1);
    if (!parse_count(interrupt.number)) return std::nullopt;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (scope.uses(columns[i])) interrupt.count += parse_count(words[i + 1]).value_or(0);
    interrupt.device = words.size() > columns.size() + 1 ? words.back() : "unnamed";
    return interrupt;
}

// Whether it may still come to the reactors' CPUs; yes when the machine does not say.
bool may_come(const DoctorScope& scope, const std::string& number) {
    for (const char* file : {"effective_affinity_list", "smp_affinity_list"}) {
        const auto list = scope.files.cpu_list(fmt::format("/proc/irq/{}/{}", number, file));
        if (list && !list->empty())
            return std::any_of(list->begin(), list->end(), [&](int cpu) { return scope.uses(cpu); });
    }
    return true;
}

std::string found_text(const DoctorScope& scope, const std::vector<Interrupt>& interrupts) {
    std::string text = fmt::format("{} of devices on {}: ", interrupts.size(), scope.cpus_text());
    for (std::size_t i = 0; i < std::min(interrupts.size(), named_max); ++i)
        text += fmt::format("{}{} {} ({} times)", i == 0 ? "" : ", ", interrupts[i].number,
                            interrupts[i].device, interrupts[i].count);
    return text + (interrupts.size() > named_max ? ", ..." : "");
}

std::string remedy_text(const DoctorScope& scope, const std::vector<int>& columns,
                        const std::vector<Interrupt>& interrupts) {
    const std::vector<int> others = scope.others(columns);
    if (others.empty())
        return "leave one CPU to the devices: use fewer reactors, or start with taskset -c on some CPUs only";
    std::string files;
    for (const Interrupt& interrupt : interrupts)
        files += fmt::format(" /proc/irq/{}/smp_affinity_list", interrupt.number);
    return fmt::format("systemctl stop irqbalance; echo {} | tee{}", format_cpu_list(others), files);
}

}  // namespace

Finding check_interrupts(const DoctorScope& scope) {
    Finding finding{.check = "interrupts", .why = "each one stops a reactor for 2 to 20 us"};
    const auto text = scope.files.text("/proc/interrupts");
    const std::vector<std::string> lines = lines_of(text.value_or(""));
    const std::vector<int> columns = lines.empty() ? std::vector<int>() : columns_of(lines.front());
    if (columns.empty()) {
        finding.found = "the machine does not show them";
        finding.remedy = "cat /proc/interrupts on the host";
        return finding;
    }
    std::vector<Interrupt> interrupts;
    for (const std::string& line : lines) {
        auto interrupt = interrupt_of(scope, columns, line);
        if (interrupt && interrupt->count != 0 && may_come(scope, interrupt->number))
            interrupts.push_back(*std::move(interrupt));
    }
    std::stable_sort(interrupts.begin(), interrupts.end(),
                     [](const Interrupt& a, const Interrupt& b) { return a.count > b.count; });
    finding.verdict = interrupts.empty() ? Verdict::ok : Verdict::warning;
    finding.found = interrupts.empty() ? fmt::format("none of devices comes to {}", scope.cpus_text())
                                       : found_text(scope, interrupts);
    if (!interrupts.empty()) finding.remedy = remedy_text(scope, columns, interrupts);
    return finding;
}

}  // namespace prosa::doctor
