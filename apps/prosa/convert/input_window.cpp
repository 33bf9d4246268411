#include "apps/prosa/convert/input_window.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace prosa::convert {

absl::StatusOr<bool> InputWindow::read_more() {
    if (absl::Status status = before_wait_(); !status.ok()) return status;
    buffer_.erase(0, begin_);
    begin_ = 0;
    const std::size_t used = buffer_.size();
    buffer_.resize(used + read_bytes_);
    ssize_t got = 0;
    do {
        got = source_(buffer_.data() + used, read_bytes_);
    } while (got < 0 && errno == EINTR);
    const int error = errno;
    buffer_.resize(used + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return invalid_argument("the input cannot be read: {}", std::strerror(error));
    return got > 0;
}

void InputWindow::consume(std::size_t bytes) noexcept {
    const std::string_view taken = unread().substr(0, bytes);
    const auto lines = static_cast<std::uint64_t>(std::count(taken.begin(), taken.end(), '\n'));
    place_.line += lines;
    place_.column = lines == 0 ? place_.column + bytes : bytes - taken.rfind('\n');
    place_.byte += bytes;
    begin_ += bytes;
}

}  // namespace prosa::convert
