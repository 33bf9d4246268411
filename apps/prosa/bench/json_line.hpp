// apps/prosa/bench/json_line.hpp: one flat JSON object on one line.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace prosa::bench {

class JsonLine {
  public:
    JsonLine& field(std::string_view name, std::string_view text);
    JsonLine& field(std::string_view name, const char* text) { return field(name, std::string_view(text)); }
    // A number that is missing or not finite is null.
    JsonLine& field(std::string_view name, std::optional<double> number);
    JsonLine& field(std::string_view name, double number) {
        return field(name, std::optional<double>(number));
    }
    JsonLine& field(std::string_view name, std::integral auto number) {
        return field(name, static_cast<double>(number));
    }
    JsonLine& field(std::string_view name, bool truth) { return raw(name, truth ? "true" : "false"); }

    // With its line end.
    std::string text() const { return "{" + fields_ + "}\n"; }

  private:
    JsonLine& raw(std::string_view name, std::string_view value);

    std::string fields_;
};

}  // namespace prosa::bench
