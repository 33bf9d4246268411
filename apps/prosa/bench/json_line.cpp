#include "apps/prosa/bench/json_line.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/json_string.hpp"

namespace prosa::bench {

JsonLine& JsonLine::field(std::string_view name, std::string_view text) {
    return raw(name, json_string(text));
}

JsonLine& JsonLine::field(std::string_view name, std::optional<double> number) {
    return raw(name, number && std::isfinite(*number) ? fmt::format("{:.6g}", *number) : "null");
}

JsonLine& JsonLine::raw(std::string_view name, std::string_view value) {
    fields_ += fmt::format("{}{}: {}", fields_.empty() ? "" : ", ", json_string(name), value);
    return *this;
}

}  // namespace prosa::bench
