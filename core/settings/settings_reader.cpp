#include "core/settings/settings_reader.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

using Kind = SettingsNode::Kind;

bool is_plain_scalar(const SettingsNode& node) noexcept {
    return node.kind == Kind::scalar && !node.is_quoted;
}

// The whole of a plain scalar as a number; a leading plus sign is allowed, `nan` and `inf` are not.
template <typename T>
std::optional<T> to_number(const SettingsNode& node) {
    if (!is_plain_scalar(node)) return std::nullopt;
    std::string_view text = node.text;
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if constexpr (std::is_floating_point_v<T>)
        if (!std::isfinite(value)) return std::nullopt;
    return value;
}

// However large; without a sign, or with one.
bool is_whole_number(const SettingsNode& node) noexcept {
    if (!is_plain_scalar(node)) return false;
    std::string_view digits = node.text;
    if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
    return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

// A key that was only asked for has no default that could be shown: as `key: null` it would be there when
// read again.
void drop_absent(SettingsNode& node) {
    node.children.remove_if([](const SettingsNode& child) {
        return child.is_default && child.was_taken_whole && child.kind == Kind::null;
    });
    for (SettingsNode& child : node.children) drop_absent(child);
}

}  // namespace

SettingsReader::SettingsReader(SettingsNode& node, SettingsErrors& errors, std::string path)
    : node_(&node), errors_(&errors), path_(std::move(path)) {
    node.was_read = true;
    if (node.kind != Kind::null && node.kind != Kind::map) {
        reject(node, path_, "a section (keys with values)");
        // An empty section, so that reading can go on; what was there is reported already.
        node.children.clear();
        node.is_default = true;
    }
    node.kind = Kind::map;
}

std::string SettingsReader::path_of(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

SettingsNode& SettingsReader::touch(std::string_view key) {
    SettingsNode* found = node_->find(key);
    if (found == nullptr) {
        for (SettingsNode& child : node_->children) {
            if (!child.is_key_from_environment || !keys_match_loosely(child.key, key)) continue;
            child.key = key;
            found = &child;
            break;
        }
    }
    if (found == nullptr) {
        found = &node_->children.emplace_back();
        found->key = key;
        found->is_default = true;
        found->place = node_->place;
    }
    found->was_read = true;
    return *found;
}

std::vector<SettingsNode*> SettingsReader::mark_unread() {
    std::vector<SettingsNode*> unread;
    for (SettingsNode& child : node_->children) {
        if (child.was_read) continue;
        child.was_read = true;
        unread.push_back(&child);
    }
    return unread;
}

SettingsReader SettingsReader::section(std::string_view key) {
    return SettingsReader(touch(key), *errors_, path_of(key));
}

SettingsNode* SettingsReader::take(std::string_view key) {
    SettingsNode& node = touch(key);
    node.was_taken_whole = true;
    return node.is_default || node.kind == Kind::null ? nullptr : &node;
}

bool SettingsReader::has(std::string_view key) {
    SettingsNode& node = touch(key);
    node.was_taken_whole = node.was_taken_whole || node.is_default;
    return !node.is_default;
}

void SettingsReader::add_error(std::string_view key, std::string message) {
    errors_->add(place_of(key), fmt::format("'{}' {}", path_of(key), message));
}

void SettingsReader::note_use(std::string name, SettingsPlace place) {
    node_->uses.push_back({std::move(name), std::move(place)});
}

const SettingsPlace& SettingsReader::place_of(std::string_view key) const noexcept {
    const SettingsNode* const node = std::as_const(*node_).find(key);
    return node == nullptr ? node_->place : node->place;
}

SettingField<Nanos> SettingsReader::read_duration(std::string_view key, Nanos& value_ns,
                                                  Nanos bare_integer_unit_ns) {
    SettingsNode& node = touch(key);
    SettingField<Nanos> field(*this, key, node, value_ns);
    field.is_duration_ = true;
    field.bare_integer_unit_ns_ = bare_integer_unit_ns;
    if (node.is_default) {
        fill_text(node, format_duration(value_ns), false);
        return field;
    }
    Nanos given_ns = 0;
    field.is_given_ = parse_duration_node(node, path_of(key), bare_integer_unit_ns, given_ns);
    // Of {secs, nanos} the error names which of the two is wrong.
    field.is_refused_ = !field.is_given_ && node.kind != Kind::map;
    if (field.is_given_) value_ns = given_ns;
    return field;
}

SettingField<std::string> SettingsReader::read_secret(std::string_view key, std::string& value) {
    touch(key).is_secret = true;
    return read(key, value);
}

std::size_t SettingsReader::choose(std::string_view key, const std::vector<std::string_view>& names,
                                   std::size_t default_index) {
    SettingsNode& node = touch(key);
    if (node.is_default) {
        fill_text(node, std::string(names[default_index]), false);
        return default_index;
    }
    for (std::size_t i = 0; i < names.size(); ++i)
        if (node.kind == Kind::scalar && node.text == names[i]) return i;
    std::string expected = fmt::format("one of {}", join_names(names));
    if (node.kind == Kind::scalar && !node.is_secret) {
        const std::string_view nearest = nearest_name(node.text, names);
        if (!nearest.empty()) expected += fmt::format(" (did you mean '{}'?)", nearest);
    }
    reject(node, path_of(key), expected);
    return default_index;
}

bool SettingsReader::reject(SettingsNode& node, const std::string& path, std::string_view expected) {
    node.was_taken_whole = true;  // no second error for what is below
    const std::string given = node.describe();
    errors_->add(node.place, path.empty() ? fmt::format("expected {}, got {}", expected, given)
                                          : fmt::format("'{}' expects {}, got {}", path, expected, given));
    return false;
}

bool SettingsReader::expect_kind(SettingsNode& node, Kind kind, const std::string& path) {
    if (node.kind == kind) return true;
    return reject(node, path, kind == Kind::list ? "a list such as [a, b]" : "a section (keys with values)");
}

bool SettingsReader::parse(SettingsNode& node, const std::string& path, bool& value) {
    if (is_plain_scalar(node)) {
        for (const bool candidate : {true, false}) {
            value = candidate;
            if (keys_match_loosely(node.text, candidate ? "true" : "false")) return true;
        }
    }
    return reject(node, path, "true or false");
}

bool SettingsReader::parse(SettingsNode& node, const std::string& path, double& value) {
    const auto number = to_number<double>(node);
    if (!number.has_value()) return reject(node, path, "a number");
    value = *number;
    return true;
}

bool SettingsReader::parse(SettingsNode& node, const std::string& path, std::string& value) {
    if (node.kind != Kind::scalar) return reject(node, path, "a text");
    value = node.text;
    return true;
}

bool SettingsReader::parse_signed(SettingsNode& node, const std::string& path, std::int64_t min,
                                  std::int64_t max, std::int64_t& value) {
    const auto number = to_number<std::int64_t>(node);
    if (number.has_value() && *number >= min && *number <= max) {
        value = *number;
        return true;
    }
    return reject(node, path,
                  is_whole_number(node) ? fmt::format("an integer from {} to {}", min, max)
                                        : std::string("an integer"));
}

bool SettingsReader::parse_unsigned(SettingsNode& node, const std::string& path, std::uint64_t max,
                                    std::uint64_t& value) {
    const auto number = to_number<std::uint64_t>(node);
    if (number.has_value() && *number <= max) {
        value = *number;
        return true;
    }
    return reject(
        node, path,
        is_whole_number(node) ? fmt::format("an integer from 0 to {}", max) : std::string("an integer"));
}

std::string SettingsReader::duration_form(const SettingsNode& node, Nanos bare_integer_unit_ns) {
    std::string form = "a duration such as 250us, 50ms, 2s or {secs: 2, nanos: 0}";
    if (!to_number<std::int64_t>(node)) return form;
    if (bare_integer_unit_ns == 0) return form + " (with its unit)";
    return form + ", or an integer times " + format_duration(bare_integer_unit_ns);
}

bool SettingsReader::parse_duration_node(SettingsNode& node, const std::string& path,
                                         Nanos bare_integer_unit_ns, Nanos& value_ns) {
    if (node.kind == Kind::map) return parse_secs_nanos(node, path, value_ns);
    const auto refuse = [&] { return reject(node, path, duration_form(node, bare_integer_unit_ns)); };
    if (node.kind != Kind::scalar) return refuse();
    if (const auto count = to_number<std::int64_t>(node)) {
        const bool is_in_range = bare_integer_unit_ns > 0 && *count >= 0 &&
                                 *count <= std::numeric_limits<Nanos>::max() / bare_integer_unit_ns;
        if (!is_in_range) return refuse();
        value_ns = *count * bare_integer_unit_ns;
        return true;
    }
    const auto parsed = parse_duration(node.text);
    if (!parsed.ok()) return refuse();
    value_ns = *parsed;
    return true;
}

bool SettingsReader::parse_secs_nanos(SettingsNode& node, const std::string& path, Nanos& value_ns) {
    const std::size_t errors_before = errors_->count();
    SettingsReader reader(node, *errors_, path);
    std::int64_t secs = 0;
    std::int64_t nanos = 0;
    // The longest that Nanos can hold; ProSA's nanos are a part of a second.
    reader.read("secs", secs).required().range(0, std::numeric_limits<Nanos>::max() / ns_per_s - 1);
    reader.read("nanos", nanos).range(0, ns_per_s - 1);
    value_ns = secs * ns_per_s + nanos;
    return errors_->count() == errors_before;
}

void SettingsReader::fill_text(SettingsNode& node, std::string text, bool is_quoted) {
    node.kind = Kind::scalar;
    node.text = std::move(text);
    node.is_quoted = is_quoted;
}

void SettingsReader::fill_children(SettingsNode& node, Kind kind) {
    node.kind = kind;
    node.children.clear();
}

void SettingsReader::fill(SettingsNode& node, bool value) {
    fill_text(node, value ? "true" : "false", false);
}
void SettingsReader::fill(SettingsNode& node, double value) {
    fill_text(node, fmt::format("{}", value), false);
}
void SettingsReader::fill(SettingsNode& node, const std::string& value) { fill_text(node, value, true); }

void SettingsReader::finish() {
    report_unknown_keys(*node_, path_);
    drop_absent(*node_);
}

void SettingsReader::report_unknown_keys(const SettingsNode& node, const std::string& path) {
    if (node.kind == Kind::list) {
        std::size_t index = 0;
        for (const SettingsNode& item : node.children)
            report_unknown_keys(item, fmt::format("{}[{}]", path, index++));
        return;
    }
    std::vector<std::string_view> known;
    for (const SettingsNode& child : node.children)
        if (child.was_read) known.push_back(child.key);
    for (const SettingsNode& child : node.children) {
        if (child.was_taken_whole) continue;
        if (child.was_read) {
            report_unknown_keys(child, path.empty() ? child.key : fmt::format("{}.{}", path, child.key));
            continue;
        }
        const std::string where = path.empty() ? "" : fmt::format(" in '{}'", path);
        errors_->add(child.place,
                     fmt::format("unknown key '{}'{}{}", child.key, where, suggestion(child.key, known)));
    }
}

}  // namespace prosa
