#include "core/settings/settings_node.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/string_map.hpp"
#include "core/settings/settings_printer.hpp"

namespace prosa {
namespace {

// What a variable's name can hold of a key's character.
char fold(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    return is_kept ? c : '_';
}

}  // namespace

std::string SettingsPlace::text() const {
    if (source == nullptr) return "default";
    return line == 0 ? *source : fmt::format("{}:{}", *source, line);
}

SettingsNode SettingsNode::make_scalar(std::string text, bool is_quoted) {
    SettingsNode node;
    node.kind = Kind::scalar;
    node.text = std::move(text);
    node.is_quoted = is_quoted;
    return node;
}

SettingsNode SettingsNode::make_map() {
    SettingsNode node;
    node.kind = Kind::map;
    return node;
}

SettingsNode* SettingsNode::find(std::string_view wanted) noexcept {
    return const_cast<SettingsNode*>(std::as_const(*this).find(wanted));
}

const SettingsNode* SettingsNode::find(std::string_view wanted) const noexcept {
    if (kind != Kind::map) return nullptr;
    for (const SettingsNode& child : children)
        if (child.key == wanted) return &child;
    return nullptr;
}

std::string SettingsNode::describe() const {
    switch (kind) {
        case Kind::null:
            return "nothing";
        case Kind::scalar:
            return fmt::format("{}'{}'", is_quoted ? "the text " : "", printable_text(*this));
        case Kind::list:
            return "a list";
        case Kind::map:
            return "a section";
    }
    return "nothing";
}

void merge_settings(SettingsNode& base, SettingsNode overlay) {
    const bool both_maps = base.kind == SettingsNode::Kind::map && overlay.kind == SettingsNode::Kind::map;
    if (!both_maps) {
        base = std::move(overlay);
        return;
    }
    // An index, for maps may be tables of many thousand keys.
    StringMap<SettingsNode*> existing;
    for (SettingsNode& child : base.children) existing.emplace(child.key, &child);
    for (SettingsNode& child : overlay.children) {
        const auto found = existing.find(std::string_view(child.key));
        if (found != existing.end())
            merge_settings(*found->second, std::move(child));
        else
            base.children.push_back(std::move(child));
    }
}

bool keys_match_loosely(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (fold(a[i]) != fold(b[i])) return false;
    return true;
}

}  // namespace prosa
