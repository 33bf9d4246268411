// How far the reactors' CPUs are apart, measured.
#include <fmt/format.h>

#include <algorithm>

#include "apps/prosa/doctor/doctor_checks.hpp"

namespace prosa::doctor {
namespace {

constexpr std::size_t pairs_max = 4;  // with the first CPU
constexpr int looks = 3;
constexpr double line_ns_max = 200;  // within a socket; another one is 250 ns away and more
constexpr double spread_max = 1.25;  // between the looks at one pair

struct Distance {
    double low_ns = 0;
    double high_ns = 0;
};

absl::StatusOr<Distance> distance_of(int first, int second, MeasureLine measure) {
    Distance distance;
    for (int look = 0; look < looks; ++look) {
        const auto ns = measure(first, second);
        if (!ns.ok()) return ns.status();
        distance.low_ns = look == 0 ? *ns : std::min(distance.low_ns, *ns);
        distance.high_ns = std::max(distance.high_ns, *ns);
    }
    return distance;
}

}  // namespace

Finding check_placement(const DoctorScope& scope, MeasureLine measure) {
    Finding finding{
        .check = "placement",
        .why = "each message crosses the cache line's way between two CPUs: the floor of every latency"};
    finding.remedy = "choose other CPUs (cpu: N of a processor; prosa doctor --cpus LIST measures them)";
    if (scope.cpus.size() < 2) {
        finding.found = "not measured: needs two CPUs";
        return finding;
    }
    finding.verdict = Verdict::ok;
    for (std::size_t i = 1; i < std::min(scope.cpus.size(), pairs_max + 1); ++i) {
        const auto distance = distance_of(scope.cpus[0], scope.cpus[i], measure);
        if (!distance.ok()) {
            finding.verdict = Verdict::unknown;
            finding.found = fmt::format("not measured: {}", message_of(distance.status()));
            return finding;
        }
        const bool is_near = distance->high_ns <= line_ns_max;
        const bool is_steady = distance->high_ns <= spread_max * distance->low_ns;
        if (!is_near || !is_steady) finding.verdict = Verdict::warning;
        finding.found += fmt::format("{}{}-{} {:.0f} ns{}", i == 1 ? "round trip of CPUs " : ", ",
                                     scope.cpus[0], scope.cpus[i], distance->low_ns,
                                     is_steady ? "" : fmt::format(" to {:.0f} ns", distance->high_ns));
    }
    if (finding.verdict == Verdict::ok) finding.remedy.clear();
    return finding;
}

}  // namespace prosa::doctor
