#include "tvf/tvf_listing.hpp"

#include <algorithm>

#include "core/base/visible_text.hpp"
#include "tvf/json_of_tvf.hpp"

namespace prosa {
namespace {

constexpr std::size_t nested_indent_columns = 4;

std::string name_at(const TagDictionary& dictionary, Tag tag) {
    const TagEntry* const entry = dictionary.find(tag);
    return entry != nullptr ? visible_text(entry->name) : std::string();
}

struct Widths {
    std::size_t tag = 0;
    std::size_t name = 0;
};

Widths widths_of(const FlatTvfView& view, const TagDictionary& dictionary) {
    Widths widths;
    for (const Tag tag : view.tags()) {
        widths.tag = std::max(widths.tag, fmt::formatted_size("{}", tag));
        widths.name = std::max(widths.name, name_at(dictionary, tag).size());
    }
    return widths;
}

bool is_shown_nested(const FlatTvfView& view, Tag tag, const TagDictionary& dictionary, Exposure exposure) {
    if (view.type_of(tag).value != TvfType::buffer) return false;
    const TagEntry* const entry = dictionary.find(tag);
    return exposure == Exposure::clear || entry == nullptr || entry->sensitivity == Sensitivity::clear;
}

}  // namespace

std::string listing_text(const FlatTvfView& view, const TagDictionary& dictionary, Exposure exposure,
                         std::size_t indent_columns) {
    const Widths widths = widths_of(view, dictionary);
    std::string text;
    for (const Tag tag : view.tags()) {
        text += fmt::format("{:{}}{:>{}}  {:<{}}  {:<8}  ", "", indent_columns, tag, widths.tag,
                            name_at(dictionary, tag), widths.name, name_of(view.type_of(tag).value));
        if (!is_shown_nested(view, tag, dictionary, exposure)) {
            std::string value;
            json::JsonOfTvf<FlatTvfView>(value, exposure, TypeMarks::none)
                .append_field(view, tag, dictionary);
            // JSON lets some pass that a terminal obeys.
            text += visible_text(value) + '\n';
            continue;
        }
        const FlatTvfView nested = view.get_buffer(tag).value;
        text += fmt::format("{} field{}\n", nested.size(), nested.size() == 1 ? "" : "s");
        text +=
            listing_text(nested, dictionary.nested_at(tag), exposure, indent_columns + nested_indent_columns);
    }
    return text;
}

}  // namespace prosa
