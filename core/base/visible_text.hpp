// core/base/visible_text.hpp: text from outside on its way to a terminal or a log.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace prosa {

// What would end the line or steer a terminal stands there as JSON, YAML and TOML write it: the control
// characters of ASCII and of Latin-1, the latter in UTF-8. Tabs stay.
inline std::string visible_text(std::string_view text) {
    std::string visible;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
            visible += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
        } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {
            visible += fmt::format("\\u{:04x}", static_cast<unsigned>(next));
            ++i;
        } else {
            visible += text[i];
        }
    }
    return visible;
}

}  // namespace prosa
