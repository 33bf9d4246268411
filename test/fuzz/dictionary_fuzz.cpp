// Tag dictionaries of `prosa convert`: a hostile file is refused, each fault with a line of text, or its
// entries can be found by tag and by name.
#include "apps/prosa/convert/dictionary_file.hpp"
#include "core/settings/settings_source.hpp"
#include "test/fuzz/settings_support.hpp"

namespace {

using namespace prosa;
using fuzz::expect;

void expect_entries_are_found(const TagDictionary& dictionary) {
    for (const TagEntry& entry : dictionary.entries()) {
        expect(dictionary.find(entry.tag) == &entry && dictionary.find(entry.name) == &entry,
               "an entry is found by its tag and by its name");
        expect(dictionary.tag_of(dictionary.name_of(entry.tag)).value() == entry.tag,
               "a tag's name means the tag");
        expect_entries_are_found(dictionary.nested_at(entry.tag));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto root = parse_settings_yaml({reinterpret_cast<const char*>(data), size}, "tags.yml");
    const auto dictionary =
        root.ok() ? convert::read_dictionary(*std::move(root)) : absl::StatusOr<TagDictionary>(root.status());
    if (dictionary.ok())
        expect_entries_are_found(*dictionary);
    else
        fuzz::expect_lines_of_text(message_of(dictionary.status()));
    return 0;
}
