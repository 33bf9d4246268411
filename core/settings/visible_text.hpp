// core/settings/visible_text.hpp: text of a configuration on its way to a terminal or a log.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace prosa {

// What would end the line or steer a terminal stands there as YAML and TOML write it. Tabs stay.
inline std::string visible_text(std::string_view text) {
    std::string visible;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte == 0x7f)
            visible += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
        else
            visible += c;
    }
    return visible;
}

}  // namespace prosa
