// core/bus/config/instance_settings.hpp: a configuration's tree -> what BusMain needs to run the instance.
//
//     auto root = load_settings("switch.yml");
//     absl::Status applied = apply_environment(*root, environment_variables());
//     auto settings = read_instance_settings(*root, {.registry = registry, .load_board = board});
//     BusMain main(settings->instance);
//     for (auto& processor : settings->processors) main.add_processor(std::move(processor.definition));
//
// Every key, its unit, its default and its range: docs/configuration.md.
//
// Threads   one, at start-up.
// Errors    all of them at once, one line `file:line: what was wrong, what was expected` each. Nothing is
// started.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/load_board.hpp"
#include "core/bus/processor_definition.hpp"
#include "core/bus/processor_registry.hpp"
#include "core/settings/settings_node.hpp"
#include "core/settings/settings_reader.hpp"

namespace prosa {

struct ConfiguredProcessor {
    ProcessorDefinition definition;
    bool is_source = false;  // begins transactions by itself
    SettingsPlace place;     // of its section
};

struct InstanceSettings {
    InstanceOptions instance;
    std::string log_level;                        // a name that set_log_level takes
    std::string ctl_socket;                       // a path; empty: the default one
    std::vector<ConfiguredProcessor> processors;  // in the order of the configuration
    std::vector<std::string> warnings;            // `file:line: what may not be what was meant`
};

struct InstanceSettingsInput {
    const ProcessorRegistry& registry;
    LoadBoard& load_board;                    // given to the sources
    std::filesystem::path base_folder = ".";  // that relative paths start from
    bool leaves_out_sources = false;          // their sections are then not looked into

    // Further keys of the section `observability`, for what is built upon the bus.
    std::function<void(SettingsReader&)> read_observability = {};
};

// Reads the whole tree strictly: a key that nobody knows is an error. The tree is then the effective
// configuration: defaults are filled in.
PROSA_API absl::StatusOr<InstanceSettings> read_instance_settings(SettingsNode& root,
                                                                  const InstanceSettingsInput& input);

// The name of an instance that its configuration does not name: `prosa-$HOSTNAME`, or `prosa`.
PROSA_API std::string default_instance_name();

}  // namespace prosa
