#include "apps/prosa/bench/json_line.hpp"

#include <fmt/format.h>

#include <cmath>

namespace prosa::bench {
namespace {

std::string quoted(std::string_view text) {
    std::string made = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') made += '\\';
        if (static_cast<unsigned char>(c) < 0x20)
            made += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            made += c;
    }
    return made + '"';
}

}  // namespace

JsonLine& JsonLine::field(std::string_view name, std::string_view text) { return raw(name, quoted(text)); }

JsonLine& JsonLine::field(std::string_view name, std::optional<double> number) {
    return raw(name, number && std::isfinite(*number) ? fmt::format("{:.6g}", *number) : "null");
}

JsonLine& JsonLine::raw(std::string_view name, std::string_view value) {
    fields_ += fmt::format("{}{}: {}", fields_.empty() ? "" : ", ", quoted(name), value);
    return *this;
}

}  // namespace prosa::bench
