// core/settings/settings_reader_impl.hpp: the templates of settings_reader.hpp; include that one.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/base/assert.hpp"
#include "core/base/units.hpp"
#include "core/settings/settings_reader.hpp"

namespace prosa {

template <typename T>
SettingField<T>& SettingField<T>::required() {
    if (node_.is_default) reader_.add_error(key_, "is missing");
    return *this;
}

template <typename T>
SettingField<T>& SettingField<T>::range(Number min, Number max) requires RangedSetting<T> {
    const auto nearest = [min, max](Number number) { return std::clamp(number, min, max); };
    return check(std::integral<Number> ? "an integer" : "a number", min, max, false, nearest);
}

template <typename T>
SettingField<T>& SettingField<T>::multiple_of(Number step, Number min,
                                              Number max) requires SteppedSetting<T> {
    const auto nearest = [=](Number number) -> Number {
        const Number inside = std::clamp(number, min, max);
        return inside % step == 0 ? inside : inside - inside % step + step;
    };
    return check(fmt::format("a multiple of {}", step), min, max, true, nearest);
}

template <typename T>
SettingField<T>& SettingField<T>::power_of_two(Number min, Number max) requires SteppedSetting<T> {
    const auto nearest = [min, max](Number number) { return std::bit_ceil(std::clamp(number, min, max)); };
    return check("a power of two", min, max, true, nearest);
}

template <typename T>
template <typename Nearest>
SettingField<T>& SettingField<T>::check(std::string_view form, Number min, Number max, bool shows_nearest,
                                        Nearest nearest) {
    if (!is_given_ && !is_refused_) return *this;
    const std::optional<Number> number = is_given_ ? std::optional<Number>(value_) : std::nullopt;
    // Not-a-number is not equal to itself.
    if (is_given_ && (!number || nearest(*number) == *number)) return *this;
    if (is_duration_) {
        const std::string shape =
            is_given_ ? "a duration" : reader_.duration_form(node_, bare_integer_unit_ns_) + ",";
        refuse(fmt::format("{} from {} to {}", shape, format_duration(static_cast<Nanos>(min)),
                           format_duration(static_cast<Nanos>(max))));
    } else {
        const std::string hint =
            number && shows_nearest ? fmt::format(" (near: {})", nearest(*number)) : std::string();
        refuse(fmt::format("{} from {} to {}{}", form, min, max, hint));
    }
    return *this;
}

template <typename T>
void SettingField<T>::refuse(std::string_view expected) {
    if (is_refused_) reader_.errors_->remove_last();
    reader_.reject(node_, reader_.path_of(key_), expected);
    value_ = default_;
    is_given_ = false;
    is_refused_ = false;
}

template <typename T>
SettingField<T>& SettingField<T>::not_empty() requires requires(const T& value) {
    value.empty();
}
{
    if (is_given_ && value_.empty())
        reader_.reject(node_, reader_.path_of(key_), "something that is not empty");
    return *this;
}

template <typename T>
SettingField<T> SettingsReader::read(std::string_view key, T& value) {
    SettingsNode& node = touch(key);
    SettingField<T> field(*this, key, node, value);
    if constexpr (SettingsSection<T>) {
        // Its own keys have their own defaults, so it is read when absent too.
        const bool was_default = node.is_default;
        field.is_given_ = parse(node, path_of(key), value) && !was_default;
        return field;
    } else {
        if (node.is_default) {
            fill(node, value);
            return field;
        }
        T given{};
        field.is_given_ = parse(node, path_of(key), given);
        field.is_refused_ = !field.is_given_;
        if (field.is_given_) value = std::move(given);
        return field;
    }
}

template <typename T>
void SettingsReader::read_choice(
    std::string_view key, T& value,
    std::initializer_list<std::pair<std::string_view, std::type_identity_t<T>>> choices) {
    std::vector<std::string_view> names;
    std::size_t default_index = choices.size();
    for (const auto& [name, choice] : choices) {
        if (choice == value && default_index == choices.size()) default_index = names.size();
        names.push_back(name);
    }
    PROSA_ASSERT(default_index < choices.size(), "the default is one of the choices");
    value = (choices.begin() + choose(key, names, default_index))->second;
}

template <SettingsNumber T>
void SettingsReader::read_or_auto(std::string_view key, std::optional<T>& value, std::type_identity_t<T> min,
                                  std::type_identity_t<T> max) {
    SettingsNode& node = touch(key);
    if (node.is_default) {
        if (value.has_value())
            fill(node, *value);
        else
            fill_text(node, "auto", false);
        return;
    }
    if (node.kind == SettingsNode::Kind::scalar && node.text == "auto") {
        value.reset();
        return;
    }
    SettingField<std::optional<T>> field(*this, key, node, value);
    T given{};
    field.is_given_ = parse(node, path_of(key), given);
    field.is_refused_ = !field.is_given_;
    if (field.is_given_) value = given;
    field.check(std::integral<T> ? "auto or an integer" : "auto or a number", min, max, false,
                [min, max](T number) { return std::clamp(number, min, max); });
}

template <typename Visit>
void SettingsReader::for_each_section(Visit&& visit) {
    for (SettingsNode* const child : mark_unread()) {
        SettingsReader reader(*child, *errors_, path_of(child->key));
        visit(std::as_const(child->key), reader);
    }
}

template <typename Visit>
void SettingsReader::for_each_item(std::string_view key, Visit&& visit) {
    SettingsNode& node = touch(key);
    if (node.is_default) return fill_children(node, SettingsNode::Kind::list);
    const std::string path = path_of(key);
    if (!expect_kind(node, SettingsNode::Kind::list, path)) return;
    std::size_t index = 0;
    for (SettingsNode& item : node.children) {
        SettingsReader reader(item, *errors_, fmt::format("{}[{}]", path, index));
        visit(index++, reader);
    }
}

template <typename T>
requires std::integral<T>
bool SettingsReader::parse(SettingsNode& node, const std::string& path, T& value) {
    if constexpr (std::is_signed_v<T>) {
        std::int64_t wide = 0;
        if (!parse_signed(node, path, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), wide))
            return false;
        value = static_cast<T>(wide);
    } else {
        std::uint64_t wide = 0;
        if (!parse_unsigned(node, path, std::numeric_limits<T>::max(), wide)) return false;
        value = static_cast<T>(wide);
    }
    return true;
}

template <typename T>
bool SettingsReader::parse(SettingsNode& node, const std::string& path, std::optional<T>& value) {
    if (node.kind == SettingsNode::Kind::null) {
        value.reset();
        return true;
    }
    return parse(node, path, value.emplace());
}

template <typename T>
bool SettingsReader::parse(SettingsNode& node, const std::string& path, std::vector<T>& value) {
    if (!expect_kind(node, SettingsNode::Kind::list, path)) return false;
    bool all_fit = true;
    for (SettingsNode& item : node.children) {
        const std::string item_path = fmt::format("{}[{}]", path, value.size());
        all_fit = parse(item, item_path, value.emplace_back()) && all_fit;
    }
    return all_fit;
}

template <typename T>
bool SettingsReader::parse(SettingsNode& node, const std::string& path,
                           std::vector<std::pair<std::string, T>>& value) {
    if (!expect_kind(node, SettingsNode::Kind::map, path)) return false;
    bool all_fit = true;
    for (SettingsNode& child : node.children) {
        child.was_read = true;
        auto& entry = value.emplace_back(child.key, T{});
        all_fit = parse(child, fmt::format("{}.{}", path, child.key), entry.second) && all_fit;
    }
    return all_fit;
}

template <SettingsSection T>
bool SettingsReader::parse(SettingsNode& node, const std::string& path, T& value) {
    const std::size_t errors_before = errors_->count();
    SettingsReader reader(node, *errors_, path);
    read_settings(reader, value);
    return errors_->count() == errors_before;
}

template <typename T>
requires std::integral<T>
void SettingsReader::fill(SettingsNode& node, T value) { fill_text(node, fmt::format("{}", value), false); }

template <SettingsSection T>
void SettingsReader::fill(SettingsNode& node, const T& value) {
    // Reading nothing into a copy leaves its values in the node.
    T copy = value;
    SettingsErrors none;
    fill_children(node, SettingsNode::Kind::map);
    SettingsReader reader(node, none);
    read_settings(reader, copy);
}

template <typename T>
void SettingsReader::fill(SettingsNode& node, const std::optional<T>& value) {
    if (value.has_value()) fill(node, *value);
}

template <typename T>
void SettingsReader::fill(SettingsNode& node, const std::vector<T>& value) {
    fill_children(node, SettingsNode::Kind::list);
    for (const T& item : value) fill(node.children.emplace_back(), item);
}

template <typename T>
void SettingsReader::fill(SettingsNode& node, const std::vector<std::pair<std::string, T>>& value) {
    fill_children(node, SettingsNode::Kind::map);
    for (const auto& [key, item] : value) {
        SettingsNode& child = node.children.emplace_back();
        child.key = key;
        child.was_read = true;
        child.is_default = true;
        fill(child, item);
    }
}

}  // namespace prosa
