// apps/prosa/convert/input_window.hpp: the part of an input that was read and not yet used.
//
// Threads   one.  Memory: what was not consumed, and one read; the reader of messages bounds it.
#pragma once

#include <absl/functional/function_ref.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/status.hpp"
#include "tvf/json_reader.hpp"

namespace prosa::convert {

class InputWindow {
  public:
    // Reads at most so many bytes, as read(2): how many there were, 0 at the end, or -1 and errno.
    using Source = absl::FunctionRef<ssize_t(char* to, std::size_t bytes)>;

    static constexpr std::size_t read_bytes_default = 64 * 1024;

    // `before_wait` is called before each read, which may wait: what was converted goes out then. Both outlive
    // the window.
    InputWindow(Source source, absl::FunctionRef<absl::Status()> before_wait,
                std::size_t read_bytes = read_bytes_default)
        : source_(source), before_wait_(before_wait), read_bytes_(read_bytes) {}

    std::string_view unread() const noexcept { return std::string_view(buffer_).substr(begin_); }

    // Waits for more bytes. False: the input has ended. Error: it cannot be read.
    absl::StatusOr<bool> read_more();

    void consume(std::size_t bytes) noexcept;

    // Of the first unread byte.
    const JsonOrigin& place() const noexcept { return place_; }

  private:
    Source source_;
    absl::FunctionRef<absl::Status()> before_wait_;
    const std::size_t read_bytes_;
    std::string buffer_;
    std::size_t begin_ = 0;
    JsonOrigin place_;
};

}  // namespace prosa::convert
