// apps/prosa/report/html_text.hpp: text that stands in a page or a drawing.
#pragma once

#include <string>
#include <string_view>

namespace prosa {

// As content and within a quoted attribute.
inline std::string html_text(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

}  // namespace prosa
