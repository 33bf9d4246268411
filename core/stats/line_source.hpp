// core/stats/line_source.hpp: the lines of a text whose lines may be hostile.
#pragma once

#include <cstddef>
#include <istream>
#include <string>
#include <string_view>

#include "core/base/status.hpp"

namespace prosa {

// Threads   one.
// Units     lines are counted from 1.
class LineSource {
  public:
    // The input outlives it. `name` is what errors call it.
    LineSource(std::istream& input, std::string name, std::size_t line_bytes_max)
        : input_(input), name_(std::move(name)), line_bytes_max_(line_bytes_max) {}

    // False at the end. The line is without its \n or \r\n. Error: it is longer than it may be, or
    // unreadable.
    absl::StatusOr<bool> next() {
        line_.clear();
        is_terminated_ = true;
        ++number_;
        auto* const buffer = input_.rdbuf();
        for (int c = buffer->sbumpc(); c != '\n'; c = buffer->sbumpc()) {
            if (c == std::char_traits<char>::eof()) {
                if (line_.empty()) return false;
                is_terminated_ = false;
                break;
            }
            if (line_.size() == line_bytes_max_)
                return error(
                    invalid_argument("expected a line of at most {} bytes, got more", line_bytes_max_));
            line_ += static_cast<char>(c);
        }
        if (line_.ends_with('\r')) line_.pop_back();
        return true;
    }

    const std::string& line() const noexcept { return line_; }
    // False when the input ended before the line did.
    bool is_terminated() const noexcept { return is_terminated_; }

    // `name:number: what`.
    absl::Status error(const absl::Status& what) const {
        return invalid_argument("{}:{}: {}", name_, number_, message_of(what));
    }

  private:
    std::istream& input_;
    const std::string name_;
    const std::size_t line_bytes_max_;
    std::string line_;
    bool is_terminated_ = true;
    std::size_t number_ = 0;
};

}  // namespace prosa
