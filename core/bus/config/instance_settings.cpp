#include "core/bus/config/instance_settings.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

#include "core/base/log.hpp"
#include "core/bus/config/bus_settings.hpp"
#include "core/bus/config/processor_settings.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

constexpr std::size_t name_bytes_max = 64;

// A name goes into metrics, logs and socket paths; `/` separates a processor from its shard.
bool is_good_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= name_bytes_max && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c >= 0x80;
           });
}

constexpr std::string_view good_name_text = "letters, digits, '-', '_' and '.', at most 64";

std::string read_log_level(SettingsReader& observability) {
    std::string given = "info";
    observability.read("level", given);
    if (const auto level = parse_log_level(given)) return std::string(*level);
    observability.add_error("level", fmt::format("expects one of {}, got '{}'", log_levels_text, given));
    return "info";
}

class InstanceReader {
  public:
    InstanceReader(SettingsNode& root, const InstanceSettingsInput& input)
        : root_(root), input_(input), reader_(root, errors_) {}

    absl::StatusOr<InstanceSettings> run() {
        read_name();
        SettingsReader observability = reader_.section("observability");
        settings_.log_level = read_log_level(observability);
        if (input_.read_observability) input_.read_observability(observability);
        SettingsReader bus = reader_.section("bus");
        read_bus_settings(bus, settings_.instance);
        read_ctl_socket(bus);
        read_processors();
        reader_.finish();
        if (!errors_.empty()) return errors_.status();
        check_reactors();
        check_cpus();
        if (!errors_.empty()) return errors_.status();
        return std::move(settings_);
    }

  private:
    void read_name() {
        settings_.instance.name = default_instance_name();
        reader_.read("name", settings_.instance.name);
        if (!is_good_name(settings_.instance.name))
            reader_.add_error("name",
                              fmt::format("expects {}, got '{}'", good_name_text, settings_.instance.name));
    }

    void read_ctl_socket(SettingsReader& bus) {
        std::optional<std::string> path;
        bus.read("ctl_socket", path);
        settings_.ctl_socket = path.value_or("");
    }

    // A section that names no kind is taken for a misspelt one when it resembles a known section.
    bool is_misspelt(const SettingsNode& child) const {
        if (child.kind != SettingsNode::Kind::map && child.kind != SettingsNode::Kind::null) return true;
        return find_kind_key(child) == nullptr &&
               !nearest_name(child.key, {"name", "observability", "bus"}).empty();
    }

    static const SettingsNode* find_kind_key(const SettingsNode& section) {
        for (const SettingsNode& child : section.children)
            if (child.key == "processor" ||
                (child.is_key_from_environment && keys_match_loosely(child.key, "processor")))
                return &child;
        return nullptr;
    }

    void read_processors() {
        std::size_t section_count = 0;
        for (SettingsNode& child : root_.children) {
            if (child.was_read || is_misspelt(child)) continue;
            ++section_count;
            read_processor(child);
        }
        if (section_count == 0 && errors_.empty())
            errors_.add(root_.place, "there is no processor, expected a section with the key 'processor'");
    }

    void read_processor(SettingsNode& node) {
        SettingsReader section(node, errors_, node.key);
        if (!is_good_name(node.key))
            errors_.add(node.place,
                        fmt::format("a processor's name has {}, got '{}'", good_name_text, node.key));
        std::string kind_name;
        section.read("processor", kind_name).required();
        const ProcessorKind* const kind = find_kind(section, kind_name);
        if (kind == nullptr || (kind->is_source && input_.leaves_out_sources)) {
            node.was_taken_whole = true;
            return;
        }
        settings_.processors.push_back(read_processor_settings(node.key, section, *kind, input_,
                                                               settings_.instance.bus, settings_.warnings));
    }

    const ProcessorKind* find_kind(SettingsReader& section, const std::string& name) {
        if (name.empty()) return nullptr;
        std::vector<std::string_view> known;
        for (const ProcessorKind& kind : input_.registry.kinds()) {
            if (kind.name == name) return &kind;
            known.push_back(kind.name);
        }
        section.add_error("processor", fmt::format("is '{}', which is no kind of processor{}", name,
                                                   suggestion(name, known)));
        return nullptr;
    }

    void check_reactors() {
        const auto& reactors = settings_.instance.reactors;
        if (!reactors.has_value()) return;
        for (const ConfiguredProcessor& processor : settings_.processors) {
            const auto reactor = processor.definition.reactor;
            if (reactor.has_value() && *reactor >= *reactors)
                errors_.add(processor.place,
                            fmt::format("'{}.reactor' expects a number below 'bus.reactors' ({}), got {}",
                                        processor.definition.name, *reactors, *reactor));
        }
    }

    void check_cpus() {
        const auto& processors = settings_.processors;
        for (auto it = processors.begin(); it != processors.end(); ++it) {
            if (!it->definition.cpu.has_value()) continue;
            const auto first = std::find_if(processors.begin(), it, [&](const ConfiguredProcessor& other) {
                return other.definition.cpu == it->definition.cpu;
            });
            if (first == it) continue;
            settings_.warnings.push_back(fmt::format(
                "{}: '{}' and '{}' are both pinned to CPU {}: only one of them runs at a time",
                it->place.text(), first->definition.name, it->definition.name, *it->definition.cpu));
        }
    }

    SettingsNode& root_;
    const InstanceSettingsInput& input_;
    SettingsErrors errors_;
    SettingsReader reader_;
    InstanceSettings settings_;
};

}  // namespace

absl::StatusOr<InstanceSettings> read_instance_settings(SettingsNode& root,
                                                        const InstanceSettingsInput& input) {
    return InstanceReader(root, input).run();
}

std::string default_instance_name() {
    const char* const host = std::getenv("HOSTNAME");
    const std::string name = host == nullptr ? std::string() : fmt::format("prosa-{}", host);
    return is_good_name(name) ? name : "prosa";
}

}  // namespace prosa
