// apps/prosa/json_writer.hpp: writes one JSON document, in order, indented.
//
//     JsonWriter json;
//     json.begin_object().key("rate").value(100.0).key("windows").begin_array().value(1).end_array().end_object();
//     std::string text = json.text();
//
// Asserted: a key comes before each value in an object, and what was begun was ended. Numbers that are not
// finite become null, for JSON has no other word for them.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"

namespace prosa {

class PROSA_API JsonWriter {
  public:
    JsonWriter& begin_object() { return begin('{', '}'); }
    JsonWriter& end_object() { return end('}'); }
    JsonWriter& begin_array() { return begin('[', ']'); }
    JsonWriter& end_array() { return end(']'); }
    JsonWriter& key(std::string_view name);

    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
    JsonWriter& value(double number);
    JsonWriter& value(bool truth) { return raw(truth ? "true" : "false"); }
    JsonWriter& value(std::integral auto number) { return raw(std::to_string(number)); }
    JsonWriter& null() { return raw("null"); }

    template <typename T>
    JsonWriter& field(std::string_view name, const T& content) {
        return key(name).value(content);
    }

    // The document, with a line end.
    const std::string& text() const;

  private:
    JsonWriter& begin(char open, char close);
    JsonWriter& end(char close);
    JsonWriter& raw(std::string_view text);
    void open_value();
    void new_line();

    std::string text_;
    std::vector<char> open_;  // the closing character of each level
    bool is_first_ = true;    // in its level
    bool has_key_ = false;
};

}  // namespace prosa
