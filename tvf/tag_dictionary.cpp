#include "tvf/tag_dictionary.hpp"

#include <charconv>

#include "core/base/visible_text.hpp"

namespace prosa {
namespace {

// A tag in decimal as people write it: no sign, no leading zero, below 2^32.
std::optional<Tag> decimal_tag(std::string_view key) noexcept {
    Tag tag = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), tag);
    if (error != std::errc() || end != key.data() + key.size()) return std::nullopt;
    if (key.size() > 1 && key.front() == '0') return std::nullopt;
    return tag;
}

bool is_number(std::string_view name) noexcept {
    return name.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::optional<Sensitivity> sensitivity_of(std::string_view name) noexcept {
    if (name == "clear") return Sensitivity::clear;
    if (name == "masked") return Sensitivity::masked;
    if (name == "secret") return Sensitivity::secret;
    return std::nullopt;
}

std::optional<TvfType> tvf_type_of(std::string_view name) noexcept {
    for (int number = 1; number <= 9; ++number)
        if (name_of(static_cast<TvfType>(number)) == name) return static_cast<TvfType>(number);
    return std::nullopt;
}

absl::Status TagDictionary::add(TagEntry entry) {
    if (is_number(entry.name))
        return invalid_argument("tag {}: name `{}` is empty or a number, expected a word", entry.tag,
                                entry.name);
    if (entry.name.starts_with('$'))
        return invalid_argument("tag {}: name `{}` begins with `$`, which JSON needs to name types",
                                entry.tag, entry.name);
    if (const TagEntry* const other = find(entry.tag); other != nullptr)
        return invalid_argument("tag {} `{}`: the tag is already named `{}`", entry.tag, entry.name,
                                other->name);
    if (const TagEntry* const other = find(entry.name); other != nullptr)
        return invalid_argument("tag {} `{}`: the name already stands for tag {}", entry.tag, entry.name,
                                other->tag);
    if (entry.nested != nullptr && entry.type != TvfType::buffer)
        return invalid_argument("tag {} `{}`: has a nested dictionary, expected the type buffer", entry.tag,
                                entry.name);
    index_of_tag_[entry.tag] = entries_.size();
    index_of_name_[entry.name] = entries_.size();
    entries_.push_back(std::move(entry));
    return absl::OkStatus();
}

const TagEntry* TagDictionary::find(Tag tag) const noexcept {
    const auto found = index_of_tag_.find(tag);
    return found == index_of_tag_.end() ? nullptr : &entries_[found->second];
}

const TagEntry* TagDictionary::find(std::string_view name) const noexcept {
    const auto found = index_of_name_.find(name);
    return found == index_of_name_.end() ? nullptr : &entries_[found->second];
}

const TagDictionary& TagDictionary::nested_at(Tag tag) const noexcept {
    static const TagDictionary empty;
    const TagEntry* const entry = find(tag);
    return entry != nullptr && entry->nested != nullptr ? *entry->nested : empty;
}

absl::StatusOr<Tag> TagDictionary::tag_of(std::string_view key) const {
    if (const TagEntry* const entry = find(key); entry != nullptr) return entry->tag;
    if (const auto tag = decimal_tag(key); tag.has_value()) return *tag;
    return invalid_argument(
        "unknown field `{}`, expected a name of the tag dictionary or a decimal tag below 2^32",
        visible_text(key));
}

std::string TagDictionary::name_of(Tag tag) const {
    const TagEntry* const entry = find(tag);
    return entry != nullptr ? entry->name : fmt::format("{}", tag);
}

}  // namespace prosa
