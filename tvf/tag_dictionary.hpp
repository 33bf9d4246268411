// tvf/tag_dictionary.hpp: names, types and sensitivity of tags.
//
// JSON, logs and configuration name fields by it; printing masks by it. Built once, then immutable: any
// thread reads. Lookups hash. The dictionary of a nested TVF hangs at its tag's entry.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/base/string_map.hpp"
#include "tvf/tvf.hpp"

namespace prosa {

enum class Sensitivity : std::uint8_t {
    clear,   // may be shown
    masked,  // shown in part: of 13 characters and more the first six and the last four, else nothing
    secret,  // never shown
};

// clear, masked or secret; nothing for another word.
PROSA_API std::optional<Sensitivity> sensitivity_of(std::string_view name) noexcept;
// buffer, unsigned, signed, byte, float, string, bytes, date or datetime; nothing for another word.
PROSA_API std::optional<TvfType> tvf_type_of(std::string_view name) noexcept;

class TagDictionary;

struct TagEntry {
    Tag tag = 0;
    std::string name = {};                       // no number (such a key is a tag), no `$` in front
    std::optional<TvfType> type = std::nullopt;  // nothing: any
    Sensitivity sensitivity = Sensitivity::clear;
    std::shared_ptr<const TagDictionary> nested = nullptr;  // of a buffer's fields; null: none
};

class TagDictionary {
  public:
    // Error: the name is empty, a number, begins with `$` or is taken; the tag is taken; a nested dictionary hangs at no buffer.
    PROSA_API absl::Status add(TagEntry entry);

    // Null: unknown.
    PROSA_API const TagEntry* find(Tag tag) const noexcept;
    PROSA_API const TagEntry* find(std::string_view name) const noexcept;

    // The dictionary of the fields nested at a tag; an empty one when there is none.
    PROSA_API const TagDictionary& nested_at(Tag tag) const noexcept;

    // A name of this dictionary, or a tag in decimal without leading zeros. Error: which key, what was
    // expected.
    PROSA_API absl::StatusOr<Tag> tag_of(std::string_view key) const;
    // The tag's name, or the tag in decimal.
    PROSA_API std::string name_of(Tag tag) const;

    const std::vector<TagEntry>& entries() const noexcept { return entries_; }  // in the order added

  private:
    std::vector<TagEntry> entries_;
    absl::flat_hash_map<Tag, std::size_t> index_of_tag_;
    StringMap<std::size_t> index_of_name_;
};

// Card transactions: the tags are the field numbers of ISO 8583:1987, MTI at tag 0. Amounts are in minor
// units. Codes with leading zeros are strings. PAN and account numbers are masked; tracks, CVV, PIN block,
// chip data and key material are secret.
PROSA_API const TagDictionary& iso8583_dictionary();

}  // namespace prosa
