#include "apps/prosa/json_writer.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/base/assert.hpp"
#include "core/base/json_string.hpp"

namespace prosa {

JsonWriter& JsonWriter::key(std::string_view name) {
    PROSA_ASSERT(!open_.empty() && open_.back() == '}' && !has_key_,
                 "a key stands in an object, before its value");
    if (!is_first_) text_ += ',';
    new_line();
    append_json_string(text_, name);
    text_ += ": ";
    has_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    open_value();
    append_json_string(text_, text);
    return *this;
}

JsonWriter& JsonWriter::value(double number) {
    return std::isfinite(number) ? raw(fmt::format("{}", number)) : null();
}

const std::string& JsonWriter::text() const {
    PROSA_ASSERT(open_.empty() && !text_.empty(), "a document is complete");
    return text_;
}

JsonWriter& JsonWriter::begin(char open, char close) {
    open_value();
    text_ += open;
    open_.push_back(close);
    is_first_ = true;
    return *this;
}

JsonWriter& JsonWriter::end(char close) {
    PROSA_ASSERT(!open_.empty() && open_.back() == close && !has_key_, "what was begun last ends first");
    open_.pop_back();
    if (!is_first_) new_line();
    text_ += close;
    is_first_ = false;
    if (open_.empty()) text_ += '\n';
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view text) {
    open_value();
    text_ += text;
    return *this;
}

void JsonWriter::open_value() {
    PROSA_ASSERT(open_.empty() || open_.back() == ']' || has_key_, "a value in an object has a key");
    if (!has_key_ && !open_.empty()) {
        if (!is_first_) text_ += ',';
        new_line();
    }
    has_key_ = false;
    is_first_ = false;
}

void JsonWriter::new_line() {
    text_ += '\n';
    text_.append(2 * open_.size(), ' ');
}

}  // namespace prosa
