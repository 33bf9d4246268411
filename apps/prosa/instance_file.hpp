// apps/prosa/instance_file.hpp: a configuration file or folder, with the environment's overrides, read and
// checked.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/bus/config/instance_settings.hpp"
#include "core/control/transaction_log.hpp"

namespace prosa {

struct LoadedInstance {
    SettingsNode tree;  // the effective configuration
    InstanceSettings settings;
    std::optional<TransactionLogOptions> transaction_log;
};

struct InstanceFileInput {
    std::filesystem::path path;
    std::optional<std::string> name;     // instead of the file's
    std::optional<Nanos> duration_ns{};  // instead of each `duration` that a source's section has
    const ProcessorRegistry& registry;
    LoadBoard& load_board;
    bool leaves_out_sources = false;
};

// NotFound: nothing is at the path. Other errors: a line each, with its place.
PROSA_API absl::StatusOr<LoadedInstance> load_instance(const InstanceFileInput& input);

// Writes what `prosa run --dry_run` leaves where no file is: a stub that serves ECHO, and the defaults of all keys,
// whatever the options and the environment say. False: something is there now.
PROSA_API absl::StatusOr<bool> write_default_instance(const InstanceFileInput& input);

// For a dry run: whether open_transaction_log would succeed now. Nothing is made. Error: with the path's place.
PROSA_API absl::Status check_transaction_log(const LoadedInstance& loaded);

// For a dry run: whether the control socket that the configuration chooses could be listened on now. Nothing is made.
// Error: with the key's place.
PROSA_API absl::Status check_ctl_socket(const LoadedInstance& loaded);

// An error about that socket, with the key's place.
PROSA_API absl::Status at_ctl_socket(const LoadedInstance& loaded, const absl::Status& status);

// The log of transactions that the configuration asks for, given to the instance as its journal; null: none. Error:
// with the path's place.
PROSA_API absl::StatusOr<std::shared_ptr<TransactionLog>> open_transaction_log(LoadedInstance& loaded);

// Writes what is left, and warns on standard error of records that found no place. Null: nothing to do. When the
// instance has ended.
PROSA_API void close_transaction_log(const std::shared_ptr<TransactionLog>& log);

// Hands the configured processors to Main; their definitions are copied. Error: as BusMain::add_processor,
// with the section's place.
PROSA_API absl::Status add_processors(BusMain& main, const InstanceSettings& settings);

}  // namespace prosa
