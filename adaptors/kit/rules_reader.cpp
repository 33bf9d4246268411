#include "adaptors/kit/rules_reader.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "adaptors/kit/field_names.hpp"
#include "core/settings/settings_loader.hpp"
#include "tvf/tvf_text.hpp"

namespace prosa {
namespace {

using Nodes = std::vector<const SettingsNode*>;

bool is_text(TvfType type) noexcept { return type == TvfType::string; }
bool is_number(TvfType type) noexcept {
    return type == TvfType::unsigned64 || type == TvfType::signed64 || type == TvfType::byte;
}

// One field of one rule: its demands become conditions.
class DemandReader {
  public:
    DemandReader(SettingsReader& section, FieldSpec field, FieldRules& rules)
        : section_(section), field_(field), rules_(rules) {}

    void read() {
        read_values("equals");
        read_values("in");
        read_prefixes();
        read_range();
        read_flag("exists", &FieldRules::add_exists, true);
        read_flag("luhn", &FieldRules::add_luhn, is_text(field_.type));
        if (!has_demand_)
            section_.errors().add(section_.place(),
                                  fmt::format("'{}' demands nothing, expected one of: equals, in, "
                                              "prefix, range, exists, luhn",
                                              section_.path()));
    }

  private:
    // The scalars at a key: itself, or the items of its list. Empty when it is absent or wrong.
    Nodes scalars(std::string_view key) {
        if (!section_.has(key)) return {};
        has_demand_ = true;
        const SettingsNode* const node = section_.take(key);
        Nodes nodes;
        if (node != nullptr && node->kind == SettingsNode::Kind::scalar) nodes.push_back(node);
        if (node != nullptr && node->kind == SettingsNode::Kind::list)
            for (const SettingsNode& item : node->children) nodes.push_back(&item);
        for (const SettingsNode* const item : nodes)
            if (item->kind != SettingsNode::Kind::scalar) nodes = {};
        if (nodes.empty()) section_.add_error(key, "expects a value or a list of values");
        return nodes;
    }

    void check(bool is_added) {
        if (!is_added)
            section_.errors().add(section_.place(),
                                  fmt::format("'{}': rules may name at most {} different fields",
                                              section_.path(), FieldRules::fields_max));
    }

    std::optional<std::uint64_t> number_of(std::string_view key, const SettingsNode& node) {
        std::optional<std::uint64_t> number;
        if (field_.type == TvfType::signed64) {
            if (const auto value = parse_signed(node.text)) number = FieldRules::ordered(*value);
        } else {
            number = parse_unsigned(node.text);
        }
        if (!number)
            section_.add_error(key, fmt::format("expects {}, got {}",
                                                field_.type == TvfType::signed64 ? "a whole number"
                                                                                 : "a whole number from 0 up",
                                                node.describe()));
        return number;
    }

    void refuse_type(std::string_view key) {
        section_.add_error(key, fmt::format("cannot be used: the field is of type {}", name_of(field_.type)));
    }

    void read_values(std::string_view key) {
        const Nodes nodes = scalars(key);
        if (nodes.empty()) return;
        if (is_text(field_.type)) return add_texts(nodes, true);
        if (!is_number(field_.type)) return refuse_type(key);
        std::vector<FieldRules::NumberRange> ranges;
        for (const SettingsNode* const node : nodes)
            if (const auto number = number_of(key, *node)) ranges.push_back({*number, *number});
        check(rules_.add_number(field_, ranges));
    }

    void read_prefixes() {
        const Nodes nodes = scalars("prefix");
        if (nodes.empty()) return;
        if (!is_text(field_.type)) return refuse_type("prefix");
        for (const SettingsNode* const node : nodes)
            if (node->text.empty()) section_.add_error("prefix", "expects at least one character");
        add_texts(nodes, false);
    }

    void add_texts(const Nodes& nodes, bool is_exact) {
        std::vector<FieldRules::TextRange> texts;
        for (const SettingsNode* const node : nodes) texts.push_back({node->text, node->text, is_exact});
        check(rules_.add_text(field_, texts));
    }

    void read_range() {
        const Nodes nodes = scalars("range");
        if (nodes.empty()) return;
        if (nodes.size() != 2) return section_.add_error("range", "expects two values, [low, high]");
        if (is_text(field_.type)) return read_text_range(nodes[0]->text, nodes[1]->text);
        if (!is_number(field_.type)) return refuse_type("range");
        const auto low = number_of("range", *nodes[0]);
        const auto high = number_of("range", *nodes[1]);
        if (!low || !high) return;
        if (*low > *high) return section_.add_error("range", "expects low <= high");
        check(rules_.add_number(field_, {{*low, *high}}));
    }

    void read_text_range(const std::string& low, const std::string& high) {
        if (low.size() != high.size() || low.empty() || low.size() > FieldRules::range_text_bytes_max)
            return section_.add_error("range",
                                      fmt::format("expects two texts of the same length, 1 to {} characters",
                                                  FieldRules::range_text_bytes_max));
        if (low > high) return section_.add_error("range", "expects low <= high");
        check(rules_.add_text(field_, {{low, high, false}}));
    }

    void read_flag(std::string_view key, bool (FieldRules::*add)(FieldSpec, bool), bool is_allowed) {
        if (!section_.has(key)) return;
        has_demand_ = true;
        bool flag = true;
        section_.read(key, flag);
        if (!is_allowed) return refuse_type(key);
        check((rules_.*add)(field_, flag));
    }

    SettingsReader& section_;
    const FieldSpec field_;
    FieldRules& rules_;
    bool has_demand_ = false;
};

}  // namespace

void read_conditions(SettingsReader& rule, FieldRules& rules) {
    rules.begin_rule();
    bool has_condition = false;
    SettingsReader when = rule.section("when");
    when.for_each_section([&](const std::string& name, SettingsReader& section) {
        has_condition = true;
        const std::optional<FieldSpec> field = find_field(name);
        if (field.has_value()) return DemandReader(section, *field, rules).read();
        when.errors().add(section.place(), fmt::format("unknown field '{}' in '{}'{}", name, when.path(),
                                                       suggest_field(name)));
        when.take(name);
    });
    if (!has_condition)
        rule.add_error("when", "is missing or empty, expected conditions such as { pan: { prefix: \"4\" } }");
}

std::optional<SettingsNode> load_adaptor_file(ProcessorSetup& setup) {
    if (setup.adaptor_config_path.empty()) {
        setup.settings.add_error(
            "adaptor_config_path",
            fmt::format("is missing: the adaptor '{}' needs a file with rules", setup.adaptor));
        return std::nullopt;
    }
    absl::StatusOr<SettingsNode> loaded = load_adaptor_config(setup.adaptor_config_path, setup.base_folder);
    if (loaded.ok()) return *std::move(loaded);
    // One line for each fault of the files.
    const std::string faults = message_of(loaded.status());
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
        end = faults.find('\n', begin);
        setup.settings.add_error("adaptor_config_path",
                                 fmt::format("cannot be read: {}", faults.substr(begin, end - begin)));
    }
    return std::nullopt;
}

}  // namespace prosa
