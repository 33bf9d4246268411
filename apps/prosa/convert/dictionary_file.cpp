#include "apps/prosa/convert/dictionary_file.hpp"

#include "core/settings/settings_loader.hpp"
#include "core/settings/settings_reader.hpp"

namespace prosa::convert {
namespace {

void read_fields(SettingsReader& reader, TagDictionary& to);

void read_entry(const std::string& key, SettingsReader& field, TagDictionary& to) {
    TagEntry entry;
    field.read("name", entry.name).required().not_empty();
    field.read_choice("type", entry.type,
                      {{"any", std::nullopt},
                       {"buffer", TvfType::buffer},
                       {"unsigned", TvfType::unsigned64},
                       {"signed", TvfType::signed64},
                       {"byte", TvfType::byte},
                       {"float", TvfType::float64},
                       {"string", TvfType::string},
                       {"bytes", TvfType::bytes},
                       {"date", TvfType::date},
                       {"datetime", TvfType::datetime}});
    field.read_choice(
        "sensitivity", entry.sensitivity,
        {{"clear", Sensitivity::clear}, {"masked", Sensitivity::masked}, {"secret", Sensitivity::secret}});
    if (field.has("fields")) {
        TagDictionary nested;
        read_fields(field, nested);
        entry.nested = std::make_shared<const TagDictionary>(std::move(nested));
    }
    const auto tag = TagDictionary().tag_of(key);
    if (!tag.ok()) {
        field.add_error("name", fmt::format("`{}` is no tag, expected a decimal number below 2^32", key));
        return;
    }
    entry.tag = *tag;
    if (entry.name.empty()) return;  // reported as missing
    if (const absl::Status added = to.add(std::move(entry)); !added.ok())
        field.add_error("name", message_of(added));
}

void read_fields(SettingsReader& reader, TagDictionary& to) {
    SettingsReader fields = reader.section("fields");
    fields.for_each_section(
        [&to](const std::string& key, SettingsReader& field) { read_entry(key, field, to); });
}

}  // namespace

absl::StatusOr<TagDictionary> read_dictionary(SettingsNode root) {
    SettingsErrors errors;
    SettingsReader reader(root, errors);
    bool extends_iso8583 = false;
    reader.read_choice("extends", extends_iso8583, {{"none", false}, {"iso8583", true}});
    TagDictionary dictionary = extends_iso8583 ? iso8583_dictionary() : TagDictionary();
    read_fields(reader, dictionary);
    reader.finish();
    if (!errors.empty()) return errors.status();
    return dictionary;
}

absl::StatusOr<TagDictionary> load_dictionary(const std::string& name) {
    if (name == "iso8583") return iso8583_dictionary();
    if (name == "none") return TagDictionary();
    auto root = load_settings(name);
    if (!root.ok()) return root.status();
    return read_dictionary(*std::move(root));
}

}  // namespace prosa::convert
