#include "apps/prosa/instance_file.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <string_view>
#include <utility>

#include "core/base/units.hpp"
#include "core/control/control_socket.hpp"
#include "core/control/rotating_file.hpp"
#include "core/settings/settings_loader.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

constexpr std::string_view default_configuration = R"(name: prosa
stub-1:
  processor: stub
  service_names: [ECHO]
)";

void set_scalar(SettingsNode& node, std::string text, bool is_quoted, const char* option) {
    node.kind = SettingsNode::Kind::scalar;
    node.is_quoted = is_quoted;
    node.text = std::move(text);
    node.children.clear();
    node.place = {std::make_shared<const std::string>(option), 0};
}

void set_name(SettingsNode& root, const std::string& name) {
    SettingsNode* node = root.find("name");
    if (node == nullptr) {
        node = &root.children.emplace_front();
        node->key = "name";
    }
    set_scalar(*node, name, true, "option --name");
}

// A section without `duration` has no end of its own that the option would have to move.
void set_durations(SettingsNode& root, Nanos duration_ns, const ProcessorRegistry& registry) {
    for (SettingsNode& section : root.children) {
        const SettingsNode* const processor = section.find("processor");
        SettingsNode* const duration = section.find("duration");
        if (processor == nullptr || duration == nullptr) continue;
        const auto kind = registry.find(processor->text);
        if (kind.ok() && (*kind)->is_source)
            set_scalar(*duration, format_duration(duration_ns), false, "option --duration");
    }
}

// At the place of the key that the path of `keys` leads to.
absl::Status error_at(const SettingsNode& tree, std::initializer_list<std::string_view> keys,
                      const absl::Status& why) {
    const SettingsNode* node = &tree;
    std::string name;
    for (const std::string_view key : keys) {
        name.append(name.empty() ? "" : ".").append(key);
        if (const SettingsNode* const child = node->find(key)) node = child;
    }
    return invalid_argument("{}: '{}': {}", node->place.text(), name, message_of(why));
}

absl::Status check_ctl_socket_path(const LoadedInstance& loaded) {
    if (loaded.settings.ctl_socket.empty()) return absl::OkStatus();
    return at_ctl_socket(loaded, check_control_path(loaded.settings.ctl_socket));
}

absl::Status at_transaction_log(const LoadedInstance& loaded, const absl::Status& status) {
    return status.ok() ? status : error_at(loaded.tree, {"observability", "transaction_log", "path"}, status);
}

absl::StatusOr<LoadedInstance> read(SettingsNode tree, const InstanceFileInput& input) {
    LoadedInstance loaded;
    loaded.tree = std::move(tree);
    if (input.name.has_value()) set_name(loaded.tree, *input.name);
    if (input.duration_ns.has_value()) set_durations(loaded.tree, *input.duration_ns, input.registry);
    const auto read_observability = [&loaded](SettingsReader& observability) {
        observability.read("transaction_log", loaded.transaction_log);
    };
    auto settings = read_instance_settings(loaded.tree, {.registry = input.registry,
                                                         .load_board = input.load_board,
                                                         .base_folder = settings_folder(input.path),
                                                         .leaves_out_sources = input.leaves_out_sources,
                                                         .read_observability = read_observability});
    if (!settings.ok()) return settings.status();
    loaded.settings = *std::move(settings);
    if (const absl::Status checked = check_ctl_socket_path(loaded); !checked.ok()) return checked;
    return loaded;
}

}  // namespace

absl::StatusOr<LoadedInstance> load_instance(const InstanceFileInput& input) {
    auto tree = load_settings(input.path);
    if (!tree.ok()) return tree.status();
    if (const absl::Status applied = apply_environment(*tree, environment_variables()); !applied.ok())
        return applied;
    return read(*std::move(tree), input);
}

absl::StatusOr<bool> write_default_instance(const InstanceFileInput& input) {
    auto tree = parse_settings_yaml(default_configuration, "default configuration");
    if (!tree.ok()) return tree.status();
    const auto filled = read(*std::move(tree), {.path = input.path,
                                                .name = std::nullopt,
                                                .registry = input.registry,
                                                .load_board = input.load_board});
    if (!filled.ok()) return filled.status();
    return write_default_if_absent(input.path, filled->tree);
}

absl::Status check_transaction_log(const LoadedInstance& loaded) {
    if (!loaded.transaction_log.has_value()) return absl::OkStatus();
    return at_transaction_log(loaded, RotatingFile::check(loaded.transaction_log->path));
}

absl::Status check_ctl_socket(const LoadedInstance& loaded) {
    if (loaded.settings.ctl_socket.empty()) return absl::OkStatus();
    return at_ctl_socket(loaded, check_listen_for_control(loaded.settings.ctl_socket));
}

absl::Status at_ctl_socket(const LoadedInstance& loaded, const absl::Status& status) {
    return status.ok() ? status : error_at(loaded.tree, {"bus", "ctl_socket"}, status);
}

absl::StatusOr<std::shared_ptr<TransactionLog>> open_transaction_log(LoadedInstance& loaded) {
    if (!loaded.transaction_log.has_value()) return nullptr;
    auto created = TransactionLog::create(*loaded.transaction_log);
    if (!created.ok()) return at_transaction_log(loaded, created.status());
    std::shared_ptr<TransactionLog> log = *std::move(created);
    loaded.settings.instance.journal = log;
    return log;
}

void close_transaction_log(const std::shared_ptr<TransactionLog>& log) {
    if (log == nullptr) return;
    log->close();
    const TransactionLogCounts counts = log->counts();
    if (counts.dropped == 0) return;
    fmt::print(stderr,
               "warning: {} of {} requests are not in the log of transactions: its ring was full "
               "(observability.transaction_log.ring_slots), its file could not be written, or there was no "
               "memory at the end\n",
               counts.dropped, counts.dropped + counts.written);
}

absl::Status add_processors(BusMain& main, const InstanceSettings& settings) {
    for (const ConfiguredProcessor& processor : settings.processors) {
        const auto added = main.add_processor(processor.definition);
        if (!added.ok())
            return make_error(added.status().code(), "{}: '{}': {}", processor.place.text(),
                              processor.definition.name, message_of(added.status()));
    }
    return absl::OkStatus();
}

}  // namespace prosa
