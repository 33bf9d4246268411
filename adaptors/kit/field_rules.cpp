#include "adaptors/kit/field_rules.hpp"

#include <algorithm>
#include <cstring>

#include "tvf/masking.hpp"

namespace prosa {

Uint128 FieldRules::head_of(std::string_view text) noexcept {
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), text.data(), std::min(text.size(), sizeof words));
    return Uint128{__builtin_bswap64(words[0])} << 64 | __builtin_bswap64(words[1]);
}

FieldRules::CompiledText FieldRules::compile(const TextRange& range) {
    CompiledText compiled;
    const std::size_t head_bytes = std::min(range.low.size(), range_text_bytes_max);
    compiled.low = head_of(range.low);
    compiled.high = head_of(range.high);
    compiled.mask = head_bytes == 0 ? Uint128{0} : ~Uint128{0} << (8 * (range_text_bytes_max - head_bytes));
    compiled.bytes = static_cast<std::uint32_t>(range.low.size());
    compiled.is_exact = range.is_exact;
    compiled.tail = range.low.substr(head_bytes);
    return compiled;
}

FieldRules::Value FieldRules::read(const FlatTvfView& view, FieldSpec field) noexcept {
    Value value{};
    switch (field.type) {
        case TvfType::string: {
            const auto read = view.get_string(field.tag);
            value.is_readable = read.ok();
            value.text = read.value.data();
            value.text_bytes = read.value.size();
            if (value.is_readable) value.head = head_of(read.value);
            break;
        }
        case TvfType::unsigned64: {
            const auto read = view.get_unsigned(field.tag);
            value.is_readable = read.ok();
            value.number = read.value;
            break;
        }
        case TvfType::byte: {
            const auto read = view.get_byte(field.tag);
            value.is_readable = read.ok();
            value.number = read.value;
            break;
        }
        case TvfType::signed64: {
            const auto read = view.get_signed(field.tag);
            value.is_readable = read.ok();
            value.number = ordered(read.value);
            break;
        }
        default:
            break;
    }
    value.is_there = value.is_readable || view.contains(field.tag);
    return value;
}

bool FieldRules::matches(const CompiledText& wanted, const Value& value) noexcept {
    if (value.text_bytes < wanted.bytes || (wanted.is_exact && value.text_bytes != wanted.bytes))
        return false;
    const Uint128 head = value.head & wanted.mask;
    if (head < wanted.low || head > wanted.high) return false;
    return wanted.tail.empty() ||
           value.view().substr(range_text_bytes_max, wanted.tail.size()) == wanted.tail;
}

bool FieldRules::holds(const Condition& condition, const Value& value) const noexcept {
    const auto any = [&](const auto& alternatives, const auto& holds_for) {
        const auto first = alternatives.begin() + condition.first;
        return std::any_of(first, first + condition.count, holds_for);
    };
    switch (condition.kind) {
        case Kind::exists:
            return value.is_there;
        case Kind::absent:
            return !value.is_there;
        case Kind::text:
            return value.is_readable &&
                   any(texts_, [&](const CompiledText& wanted) { return matches(wanted, value); });
        case Kind::number:
            return value.is_readable && any(numbers_, [&](const NumberRange& wanted) {
                       return value.number >= wanted.low && value.number <= wanted.high;
                   });
        case Kind::luhn_valid:
            return value.is_readable && passes_luhn(value.view());
        case Kind::luhn_broken:
            return value.is_readable && !passes_luhn(value.view());
    }
    return false;
}

bool FieldRules::holds(const Rule& rule, const Value* values) const noexcept {
    const auto first = conditions_.begin() + rule.first;
    return std::all_of(first, first + rule.count,
                       [&](const Condition& condition) { return holds(condition, values[condition.field]); });
}

std::size_t FieldRules::match(const FlatTvfView& view) const noexcept {
    std::array<Value, fields_max> values;  // only what is read below
    for (std::size_t i = 0; i < fields_.size(); ++i) values[i] = read(view, fields_[i]);
    std::size_t index = 0;
    while (index < rules_.size() && !holds(rules_[index], values.data())) ++index;
    return index;
}

bool FieldRules::add(FieldSpec field, Kind kind, std::size_t first, std::size_t count) {
    const auto known = std::find_if(fields_.begin(), fields_.end(),
                                    [&](const FieldSpec& other) { return other.tag == field.tag; });
    const auto place = static_cast<std::size_t>(known - fields_.begin());
    if (place == fields_max) return false;
    if (known == fields_.end()) fields_.push_back(field);
    conditions_.push_back({kind, static_cast<std::uint8_t>(place), static_cast<std::uint32_t>(first),
                           static_cast<std::uint32_t>(count)});
    ++rules_.back().count;
    return true;
}

bool FieldRules::add_text(FieldSpec field, const std::vector<TextRange>& any_of) {
    const std::size_t first = texts_.size();
    for (const TextRange& range : any_of) texts_.push_back(compile(range));
    return add(field, Kind::text, first, any_of.size());
}

bool FieldRules::add_number(FieldSpec field, const std::vector<NumberRange>& any_of) {
    const std::size_t first = numbers_.size();
    numbers_.insert(numbers_.end(), any_of.begin(), any_of.end());
    return add(field, Kind::number, first, any_of.size());
}

bool FieldRules::add_exists(FieldSpec field, bool exists) {
    return add(field, exists ? Kind::exists : Kind::absent, 0, 0);
}

bool FieldRules::add_luhn(FieldSpec field, bool is_valid) {
    return add(field, is_valid ? Kind::luhn_valid : Kind::luhn_broken, 0, 0);
}

}  // namespace prosa
