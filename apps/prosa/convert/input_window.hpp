// apps/prosa/convert/input_window.hpp: the part of an input that was read and not yet used.
//
// Threads   one.  Memory: what was not consumed, and one read of 64 KiB; the reader of messages bounds it.
#pragma once

#include <absl/functional/function_ref.h>

#include <string>
#include <string_view>

#include "core/base/status.hpp"
#include "tvf/json_reader.hpp"

namespace prosa::convert {

class InputWindow {
  public:
    // `before_wait` is called before each read, which may wait: what was converted goes out then.
    InputWindow(int descriptor, absl::FunctionRef<absl::Status()> before_wait)
        : descriptor_(descriptor), before_wait_(before_wait) {}

    std::string_view unread() const noexcept { return std::string_view(buffer_).substr(begin_); }

    // Waits for more bytes. False: the input has ended. Error: it cannot be read.
    absl::StatusOr<bool> read_more();

    void consume(std::size_t bytes) noexcept;

    // Of the first unread byte.
    const JsonOrigin& place() const noexcept { return place_; }

  private:
    int descriptor_;
    absl::FunctionRef<absl::Status()> before_wait_;
    std::string buffer_;
    std::size_t begin_ = 0;
    JsonOrigin place_;
};

}  // namespace prosa::convert
