#include "adaptors/kit/field_names.hpp"

#include <vector>

#include "core/settings/nearest_name.hpp"
#include "tvf/tag_dictionary.hpp"

namespace prosa {

std::optional<FieldSpec> find_field(std::string_view name) {
    const TagDictionary& dictionary = iso8583_dictionary();
    const absl::StatusOr<Tag> tag = dictionary.tag_of(name);
    if (!tag.ok()) return std::nullopt;
    const TagEntry* const entry = dictionary.find(*tag);
    return FieldSpec{*tag, entry != nullptr && entry->type ? *entry->type : TvfType::string};
}

std::string suggest_field(std::string_view name) {
    std::vector<std::string_view> names;
    for (const TagEntry& entry : iso8583_dictionary().entries()) names.push_back(entry.name);
    return suggestion(name, names);
}

}  // namespace prosa
