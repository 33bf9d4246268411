#include <string>
#include <string_view>
#include <vector>

#include "apps/prosa/load_command.hpp"
#include "core/base/units.hpp"

namespace prosa {
namespace {

std::vector<std::string_view> split_at_colons(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t end = text.find(':'); end != std::string_view::npos; end = text.find(':')) {
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    parts.push_back(text);
    return parts;
}

absl::Status read_step(const std::vector<std::string_view>& parts, LoadOptions& load) {
    constexpr int steps = 5;
    load.shape = RateShape::step;
    load.start_rate_per_s = load.rate_per_s / steps;
    load.step_rate_per_s = load.rate_per_s / steps;
    load.step_every_ns = load.duration_ns / steps;
    if (parts.size() == 1) return absl::OkStatus();
    const auto from = parse_rate(parts[1]);
    const auto by = parse_rate(parts[2]);
    const auto every_ns = parse_duration(parts[3]);
    for (const absl::Status& status : {from.status(), by.status(), every_ns.status()})
        if (!status.ok()) return status;
    if (*every_ns == 0) return invalid_argument("a step takes some time, got 0");
    load.start_rate_per_s = *from;
    load.step_rate_per_s = *by;
    load.step_every_ns = *every_ns;
    return absl::OkStatus();
}

absl::Status read_line(const std::vector<std::string_view>& parts, LoadOptions& load) {
    load.shape = RateShape::line;
    load.start_rate_per_s = load.rate_per_s / 10;
    if (parts.size() == 1) return absl::OkStatus();
    const auto from = parse_rate(parts[1]);
    if (!from.ok()) return from.status();
    load.start_rate_per_s = *from;
    return absl::OkStatus();
}

absl::Status read_schedule(const std::string& schedule, LoadOptions& load) {
    const auto parts = split_at_colons(schedule);
    absl::Status status = invalid_argument("expected const, step, step:FROM:BY:EVERY, line or line:FROM");
    if (schedule == "const") return absl::OkStatus();
    if (parts[0] == "step" && (parts.size() == 1 || parts.size() == 4)) status = read_step(parts, load);
    if (parts[0] == "line" && parts.size() <= 2) status = read_line(parts, load);
    if (status.ok()) return status;
    return invalid_argument("--schedule '{}': {}", schedule, message_of(status));
}

}  // namespace

absl::StatusOr<LoadOptions> load_options_of(const LoadArguments& arguments) {
    LoadOptions load;
    load.rate_per_s = arguments.rate_per_s;
    load.arrivals = arguments.arrivals == "poisson" ? Arrivals::poisson : Arrivals::uniform;
    load.seed = arguments.seed;
    load.warmup_ns = arguments.warmup_ns;
    load.duration_ns = arguments.duration_ns;
    load.timeout_ns = arguments.timeout_ns.value_or(0);
    if (load.duration_ns == 0) return invalid_argument("--duration expects more than 0");
    if (absl::Status read = read_schedule(arguments.schedule, load); !read.ok()) return read;
    return load;
}

}  // namespace prosa
