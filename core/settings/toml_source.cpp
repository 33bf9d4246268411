#include <toml++/toml.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "core/base/visible_text.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

using Kind = SettingsNode::Kind;

template <typename T>
SettingsNode from_stream(const T& value) {
    std::ostringstream text;
    text << value;
    return SettingsNode::make_scalar(text.str(), true);
}

// Turns toml++'s tree into ours, with the lines of the keys and in their order.
class TomlConverter {
  public:
    explicit TomlConverter(std::shared_ptr<const std::string> source) : source_(std::move(source)) {}

    SettingsNode convert(const toml::node& from, std::size_t depth) {
        if (depth > settings_depth_max)
            fail(from, fmt::format("nested more than {} levels deep", settings_depth_max));
        if (++value_count_ > settings_values_max)
            fail(from, fmt::format("more than {} values", settings_values_max));
        SettingsNode node = from.visit([&](const auto& value) { return convert_value(value, depth); });
        node.place = place_of(from.source());
        return node;
    }

    const absl::Status& status() const noexcept { return status_; }

  private:
    SettingsPlace place_of(const toml::source_region& region) const {
        return {source_, std::max<std::uint32_t>(region.begin.line, 1)};
    }

    void fail(const toml::node& at, const std::string& message) {
        if (status_.ok()) status_ = invalid_argument("{}: {}", place_of(at.source()).text(), message);
    }

    SettingsNode convert_value(const toml::table& table, std::size_t depth) {
        SettingsNode node = SettingsNode::make_map();
        std::vector<std::pair<const toml::key*, const toml::node*>> entries;
        for (const auto& [key, value] : table) entries.emplace_back(&key, &value);
        // toml++ sorts by key; the order of the text matters to us.
        std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
            return position_of(*a.first) < position_of(*b.first);
        });
        for (const auto& [key, value] : entries) {
            if (!status_.ok()) break;
            SettingsNode& child = node.children.emplace_back(convert(*value, depth + 1));
            child.key = key->str();
            child.place = place_of(key->source());
        }
        return node;
    }

    static std::pair<std::uint32_t, std::uint32_t> position_of(const toml::key& key) {
        return {key.source().begin.line, key.source().begin.column};
    }

    SettingsNode convert_value(const toml::array& array, std::size_t depth) {
        SettingsNode node;
        node.kind = Kind::list;
        for (const toml::node& item : array) {
            if (!status_.ok()) break;
            node.children.push_back(convert(item, depth + 1));
        }
        return node;
    }

    SettingsNode convert_value(const toml::value<std::string>& value, std::size_t) {
        return SettingsNode::make_scalar(value.get(), true);
    }
    SettingsNode convert_value(const toml::value<std::int64_t>& value, std::size_t) {
        return SettingsNode::make_scalar(fmt::format("{}", value.get()), false);
    }
    SettingsNode convert_value(const toml::value<double>& value, std::size_t) {
        // With its point: 5.0 is no integer.
        return SettingsNode::make_scalar(fmt::format("{:#}", value.get()), false);
    }
    SettingsNode convert_value(const toml::value<bool>& value, std::size_t) {
        return SettingsNode::make_scalar(value.get() ? "true" : "false", false);
    }
    SettingsNode convert_value(const toml::value<toml::date>& value, std::size_t) {
        return from_stream(value);
    }
    SettingsNode convert_value(const toml::value<toml::time>& value, std::size_t) {
        return from_stream(value);
    }
    SettingsNode convert_value(const toml::value<toml::date_time>& value, std::size_t) {
        return from_stream(value);
    }

    std::shared_ptr<const std::string> source_;
    std::size_t value_count_ = 0;
    absl::Status status_;
};

}  // namespace

absl::StatusOr<SettingsNode> parse_settings_toml(std::string_view text, std::string_view name) {
    if (absl::Status status = check_source_text(text, name); !status.ok()) return status;
    try {
        const toml::table table = toml::parse(text, name);
        if (table.empty())
            return invalid_argument("{}:1: no settings in it, expected keys with values", name);
        TomlConverter converter(std::make_shared<const std::string>(name));
        SettingsNode root = converter.convert(table, 1);
        if (!converter.status().ok()) return converter.status();
        return root;
    } catch (const toml::parse_error& error) {
        return invalid_argument("{}:{}: {}", name, error.source().begin.line,
                                visible_text(error.description()));
    }
}

}  // namespace prosa
