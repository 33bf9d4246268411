#include "apps/prosa/instance_file.hpp"

#include <string_view>
#include <utility>

#include "core/settings/settings_loader.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

constexpr std::string_view default_configuration = R"(name: prosa
stub-1:
  processor: stub
  service_names: [ECHO]
)";

void set_name(SettingsNode& root, const std::string& name) {
    static const auto command_line = std::make_shared<const std::string>("option --name");
    SettingsNode* node = root.find("name");
    if (node == nullptr) {
        node = &root.children.emplace_front();
        node->key = "name";
    }
    node->kind = SettingsNode::Kind::scalar;
    node->is_quoted = true;
    node->text = name;
    node->children.clear();
    node->place = {command_line, 0};
}

absl::StatusOr<LoadedInstance> read(SettingsNode tree, const InstanceFileInput& input) {
    LoadedInstance loaded;
    loaded.tree = std::move(tree);
    if (input.name.has_value()) set_name(loaded.tree, *input.name);
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

absl::StatusOr<LoadedInstance> default_instance(const InstanceFileInput& input) {
    auto tree = parse_settings_yaml(default_configuration, "default configuration");
    if (!tree.ok()) return tree.status();
    return read(*std::move(tree), input);
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
