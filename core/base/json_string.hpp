// core/base/json_string.hpp: text in double quotes, as JSON, YAML and TOML read it alike.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace prosa {

// Appends text as a JSON string, quotes included. The text must be UTF-8. DEL is escaped, for TOML has none.
inline void append_json_string(std::string& to, std::string_view text) {
    to += '"';
    for (const char c : text) {
        switch (c) {
            case '"':
                to += "\\\"";
                break;
            case '\\':
                to += "\\\\";
                break;
            case '\n':
                to += "\\n";
                break;
            case '\r':
                to += "\\r";
                break;
            case '\t':
                to += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
                    to += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                else
                    to += c;
        }
    }
    to += '"';
}

inline std::string json_string(std::string_view text) {
    std::string quoted;
    append_json_string(quoted, text);
    return quoted;
}

}  // namespace prosa
