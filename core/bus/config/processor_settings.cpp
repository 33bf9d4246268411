#include "core/bus/config/processor_settings.hpp"

#include <algorithm>
#include <utility>

#include "core/bus/config/bus_settings.hpp"
#include "core/bus/message_pools.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

struct RestartIntensity {
    std::uint32_t count = RestartPolicy{}.intensity_count;
    Nanos within_ns = RestartPolicy{}.intensity_within_ns;
};

void read_settings(SettingsReader& reader, RestartIntensity& intensity) {
    reader.read("count", intensity.count).range(0, 1'000'000);
    reader.read_duration("within", intensity.within_ns).range(ns_per_ms, 24 * 3600 * ns_per_s);
}

// ProSA writes the period as an integer in milliseconds and the maximum as one in seconds.
void read_restart(SettingsReader& section, RestartPolicy& restart) {
    constexpr Nanos day_ns = 24 * 3600 * ns_per_s;
    section.read_duration("proc_restart_duration_period", restart.period_ns, ns_per_ms).range(0, day_ns);
    section.read_duration("proc_max_restart_period", restart.maximum_ns, ns_per_s).range(0, day_ns);
    section.read("restart_jitter", restart.jitter).range(0.0, 1.0);
    section.read_duration("restart_healthy", restart.healthy_ns).range(0, day_ns);
    RestartIntensity intensity;
    section.read("restart_intensity", intensity);
    restart.intensity_count = intensity.count;
    restart.intensity_within_ns = intensity.within_ns;
}

void check_placement(SettingsReader& section, const ProcessorDefinition& definition,
                     std::vector<std::string>& warnings) {
    if (definition.reactor.has_value() && definition.cpu.has_value())
        section.add_error("cpu", "contradicts 'reactor': a CPU is given to a reactor of the processor's own");
    if (definition.reactor.has_value() && definition.threads != 1)
        section.add_error(
            "threads",
            fmt::format("is {}, which contradicts 'reactor': one reactor is one thread", definition.threads));
    if (definition.cpu.has_value() && definition.threads != 1)
        section.add_error("threads", fmt::format("is {}, which contradicts 'cpu': one CPU is for one thread",
                                                 definition.threads));
    if (definition.queue == QueueMode::shared && definition.threads < 2)
        warnings.push_back(fmt::format("{}: '{}' has a shared queue but no second thread to share it with",
                                       section.place().text(), definition.name));
}

void read_placement(SettingsReader& section, ProcessorDefinition& definition,
                    std::vector<std::string>& warnings) {
    section.read("threads", definition.threads).range(0, reactors_max);
    section.read("reactor", definition.reactor).range(0, reactors_max - 1);
    section.read("cpu", definition.cpu);
    section.read_choice("queue", definition.queue, {{"own", QueueMode::own}, {"shared", QueueMode::shared}});
    check_placement(section, definition, warnings);
}

std::string read_adaptor(SettingsReader& section, const ProcessorKind& kind) {
    std::string adaptor = kind.adaptors.empty() ? std::string() : kind.adaptors.front().name;
    section.read("adaptor", adaptor);
    std::vector<std::string_view> known;
    for (const AdaptorKind& each : kind.adaptors) known.push_back(each.name);
    if (adaptor.empty() || std::find(known.begin(), known.end(), adaptor) != known.end()) return adaptor;
    section.add_error("adaptor", fmt::format("is '{}', which is no adaptor of '{}'{}", adaptor, kind.name,
                                             suggestion(adaptor, known)));
    return known.empty() ? std::string() : std::string(known.front());
}

}  // namespace

ConfiguredProcessor read_processor_settings(const std::string& name, SettingsReader& section,
                                            const ProcessorKind& kind, const InstanceSettingsInput& input,
                                            const BusOptions& bus, std::vector<std::string>& warnings) {
    ConfiguredProcessor processor;
    processor.is_source = kind.is_source;
    processor.place = section.place();
    ProcessorDefinition& definition = processor.definition;
    definition.name = name;
    definition.kind = kind.name;
    definition.adaptor = read_adaptor(section, kind);
    read_placement(section, definition, warnings);
    read_restart(section, definition.restart);
    std::optional<std::string> adaptor_config_path;
    section.read("adaptor_config_path", adaptor_config_path);

    ProcessorSetup setup{.name = name,
                         .adaptor = definition.adaptor,
                         .settings = section,
                         .adaptor_config_path = adaptor_config_path.value_or(""),
                         .base_folder = input.base_folder,
                         .body_bytes_max = body_bytes_max(bus),
                         .call_timeout_ns = bus.call_timeout_ns,
                         .load_board = input.load_board};
    const std::size_t errors_before = section.errors().count();
    auto factory = kind.configure(setup);
    if (factory.ok())
        definition.make = *std::move(factory);
    else if (section.errors().count() == errors_before)
        section.errors().add(section.place(), fmt::format("'{}': {}", name, message_of(factory.status())));
    return processor;
}

}  // namespace prosa
