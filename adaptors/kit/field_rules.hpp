// adaptors/kit/field_rules.hpp: ordered rules on the fields of a message: which one is the first that holds?
//
// A rule is a list of conditions on fields, all of which must hold. A field that the message does not carry, or
// carries with another type than the tag dictionary says, satisfies no condition but `exists: false`.
//
// Threads   built by one; match may be called by any.
// Progress  match: no allocation. Each field that a rule names is read once; text is compared as 128-bit numbers.
// Bounds    fields_max distinct fields.
// Proof     test/adaptors/kit/field_rules_test.cpp
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "tvf/flat_tvf_view.hpp"

namespace prosa {

// The place and type of a field, from the tag dictionary.
struct FieldSpec {
    Tag tag = 0;
    TvfType type = TvfType::string;
};

class PROSA_API FieldRules {
  public:
    static constexpr std::size_t fields_max = 24;
    static constexpr std::size_t range_text_bytes_max = 16;

    // The index of the first rule that holds, or size() when none does. The view is one that was validated.
    std::size_t match(const FlatTvfView& view) const noexcept;

    std::size_t size() const noexcept { return rules_.size(); }

    // --- building: the conditions added next belong to the new rule ------------------------------------------
    void begin_rule() { rules_.push_back({static_cast<std::uint32_t>(conditions_.size()), 0}); }

    // Text: the field starts with `prefix`.
    struct TextRange {
        std::string low;        // for a prefix or an exact text: that text
        std::string high;       // the same as low unless it is a range; then both have the same length,
                                // at most range_text_bytes_max, and the field's first characters are compared
        bool is_exact = false;  // the field has no more characters
    };
    struct NumberRange {
        std::uint64_t low = 0;  // of ordered(value)
        std::uint64_t high = 0;
    };

    // Each holds when one of the alternatives does. False: too many distinct fields.
    [[nodiscard]] bool add_text(FieldSpec field, const std::vector<TextRange>& any_of);
    [[nodiscard]] bool add_number(FieldSpec field, const std::vector<NumberRange>& any_of);
    [[nodiscard]] bool add_exists(FieldSpec field, bool exists);
    // The last digit is (or is not) the check digit of the others; a text that is no number has none.
    [[nodiscard]] bool add_luhn(FieldSpec field, bool is_valid);

    // Numbers of either sign in one order.
    static std::uint64_t ordered(std::int64_t value) noexcept {
        return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63);
    }

  private:
    enum class Kind : std::uint8_t { exists, absent, text, number, luhn_valid, luhn_broken };

    struct Condition {
        Kind kind = Kind::exists;
        std::uint8_t field = 0;
        std::uint32_t first = 0;  // alternative
        std::uint32_t count = 0;
    };
    struct Rule {
        std::uint32_t first = 0;  // condition
        std::uint32_t count = 0;
    };
    // The first 16 bytes of a text as one number, the first byte the most significant.
    struct CompiledText {
        Uint128 low = 0;
        Uint128 high = 0;
        Uint128 mask = 0;
        std::uint32_t bytes = 0;
        bool is_exact = false;
        std::string tail;  // of a longer text, from its 17th byte on
    };
    struct Value {         // without initialisers: match leaves most of them alone
        bool is_there;     // as any type
        bool is_readable;  // as the dictionary's type
        std::uint64_t number;
        Uint128 head;
        const char* text;
        std::size_t text_bytes;

        std::string_view view() const noexcept { return {text, text_bytes}; }
    };

    static Uint128 head_of(std::string_view text) noexcept;
    static CompiledText compile(const TextRange& range);
    static Value read(const FlatTvfView& view, FieldSpec field) noexcept;
    static bool matches(const CompiledText& wanted, const Value& value) noexcept;
    bool holds(const Condition& condition, const Value& value) const noexcept;
    bool holds(const Rule& rule, const Value* values) const noexcept;
    [[nodiscard]] bool add(FieldSpec field, Kind kind, std::size_t first, std::size_t count);

    std::vector<FieldSpec> fields_;
    std::vector<Rule> rules_;
    std::vector<Condition> conditions_;
    std::vector<CompiledText> texts_;
    std::vector<NumberRange> numbers_;
};

}  // namespace prosa
