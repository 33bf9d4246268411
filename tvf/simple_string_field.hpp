// tvf/simple_string_field.hpp: one field of ProSA's text form, cut out of the text around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tvf/tvf.hpp"

namespace prosa {

enum class FieldFault : std::uint8_t { none, no_tag_end, tag, no_length, length, overrun, no_terminator };

struct SimpleField {
    FieldFault fault = FieldFault::none;
    Tag tag = 0;
    std::size_t fault_offset = 0;  // where the fault is
    std::string_view value;
    std::size_t end = 0;  // offset behind the field's last `;`
};

// The field that begins at offset. Never reads outside text.
SimpleField field_at(std::string_view text, std::size_t offset) noexcept;

// Offset of the first field with this tag in well-formed text[begin, end), or end.
std::size_t find_simple_field(std::string_view text, std::size_t begin, std::size_t end, Tag tag) noexcept;

}  // namespace prosa
