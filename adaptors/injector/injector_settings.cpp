#include "adaptors/injector/injector_settings.hpp"

#include <string>
#include <string_view>

#include "core/base/units.hpp"

namespace prosa {
namespace {

constexpr Nanos day_ns = 24 * 3600 * ns_per_s;
constexpr std::string_view regulated = "regulated";

// Rates are texts such as 20k.
void read_rate(SettingsReader& section, std::string_view key, double& rate_per_s) {
    std::string text;
    section.read(key, text).required();
    if (text.empty()) return;
    const absl::StatusOr<double> rate = parse_rate(text);
    if (rate.ok())
        rate_per_s = *rate;
    else
        section.add_error(key,
                          "expects a rate above 0 such as 250, 20k or 1.5M (per second), got '" + text + "'");
}

void read_shape(SettingsReader& section, LoadOptions& load) {
    section.read_choice(
        "schedule", load.shape,
        {{"const", RateShape::constant}, {"step", RateShape::step}, {"line", RateShape::line}});
    if (load.shape == RateShape::constant) return;
    load.start_rate_per_s = 1;
    read_rate(section, "start_rate", load.start_rate_per_s);
    if (load.shape == RateShape::line && load.duration_ns == 0)
        section.add_error("schedule", "is 'line', which needs a 'duration' to reach 'rate' in");
    if (load.shape != RateShape::step) return;
    load.step_rate_per_s = 1;
    read_rate(section, "step_rate", load.step_rate_per_s);
    section.read_duration("step_every", load.step_every_ns).range(ns_per_ms, day_ns);
}

void read_open_loop(SettingsReader& section, InjectorSettings& settings) {
    LoadOptions& load = settings.options.load;
    if (!settings.uses_file_times) read_rate(section, "rate", load.rate_per_s);
    section.read_choice("arrivals", load.arrivals,
                        {{"uniform", Arrivals::uniform}, {"poisson", Arrivals::poisson}});
    read_shape(section, load);
    section.read_duration("give_up_after", load.give_up_after_ns).range(0, day_ns);
}

void read_regulator(SettingsReader& section, InjectorSettings& settings) {
    RegulatorOptions regulator{.max_speed_tps = 5.0, .timeout_threshold_ns = 10 * ns_per_s};
    section.read("max_speed", regulator.max_speed_tps).range(0.001, 1e9);
    section.read_duration("timeout_threshold", regulator.timeout_threshold_ns, ns_per_ms).range(0, day_ns);
    section.read("max_concurrents_send", regulator.max_concurrent_sends).range(1, 1'000'000);
    section.read("speed_interval", regulator.window);
    settings.options.regulator = regulator;
}

}  // namespace

InjectorSettings read_injector_settings(SettingsReader& section, Nanos call_timeout_ns) {
    InjectorSettings settings;
    InjectorOptions& options = settings.options;
    LoadOptions& load = options.load;
    section.read("service_name", options.service_name).required().not_empty();
    section.read_duration("warmup", load.warmup_ns).range(0, day_ns);
    section.read_duration("duration", load.duration_ns).range(0, 365 * day_ns);
    section.read("count", load.count);
    load.timeout_ns = call_timeout_ns;
    section.read_duration("timeout", load.timeout_ns).range(ns_per_us, day_ns);
    section.read_duration("late_after", load.late_after_ns).range(0, day_ns);
    section.read("seed", load.seed);
    section.read_duration("wait_for_service", options.wait_for_service_ns).range(0, day_ns);
    section.read_duration("spin_before", options.spin_before_ns).range(0, ns_per_s);
    section.read("burst", options.burst).range(1, 100'000);
    section.read("stop_when_done", options.stop_when_done);
    std::string rate(regulated);
    section.read("rate", rate).not_empty();
    settings.uses_file_times = rate == "file";
    if (rate == regulated)
        read_regulator(section, settings);
    else
        read_open_loop(section, settings);
    return settings;
}

}  // namespace prosa
