// core/bus/processor_registry.hpp: the kinds of processors a program knows, by the name a configuration uses.
//
// Threads   one, at start-up. Kinds are registered first (in code, no static initialisers), then configured.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/bus/load_board.hpp"
#include "core/bus/processor_definition.hpp"
#include "core/settings/settings_reader.hpp"

namespace prosa {

// What a kind gets to configure one processor of a configuration file.
struct ProcessorSetup {
    std::string name;                   // the section's key
    std::string adaptor;                // empty: the kind's first
    SettingsReader& settings;           // the section; the common keys were read already
    std::string adaptor_config_path;    // empty: none given
    std::filesystem::path base_folder;  // that relative paths start from
    std::uint32_t body_bytes_max;       // of a message
    Nanos call_timeout_ns;              // bus.call_timeout: of a request that names no deadline
    LoadBoard& load_board;              // where sources show what they send
};

struct AdaptorKind {
    std::string name;
    std::string description;  // one line, for `prosa list`
};

struct ProcessorKind {
    std::string name;
    std::string description;
    std::vector<AdaptorKind> adaptors;  // the first is the default
    bool is_source = false;             // begins transactions by itself; `prosa load` leaves it out

    // Reads the section, checks all of it (files included) and returns what makes the shards. Errors with a place
    // go to settings.add_error; the factory is then not used.
    std::function<absl::StatusOr<ProcessorFactory>(ProcessorSetup&)> configure;
};

class PROSA_API ProcessorRegistry {
  public:
    // Error: the name is taken.
    absl::Status add(ProcessorKind kind);

    // Error: unknown, with the nearest name.
    absl::StatusOr<const ProcessorKind*> find(std::string_view name) const;

    const std::vector<ProcessorKind>& kinds() const noexcept { return kinds_; }

  private:
    std::vector<ProcessorKind> kinds_;
};

}  // namespace prosa
