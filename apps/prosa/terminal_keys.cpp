#include "apps/prosa/terminal_keys.hpp"

#include <poll.h>
#include <unistd.h>

namespace prosa {

TerminalKeys::TerminalKeys(int descriptor) : descriptor_(descriptor) {
    termios settings{};
    if (isatty(descriptor) != 1 || tcgetpgrp(descriptor) != getpgrp() ||
        tcgetattr(descriptor, &settings) != 0)
        return;
    const termios before = settings;
    settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    if (tcsetattr(descriptor, TCSANOW, &settings) == 0) saved_ = before;
}

TerminalKeys::~TerminalKeys() {
    if (saved_) tcsetattr(descriptor_, TCSANOW, &*saved_);
}

std::optional<char> TerminalKeys::next() {
    if (!saved_) return std::nullopt;
    pollfd waiting{descriptor_, POLLIN, 0};
    char key = 0;
    if (poll(&waiting, 1, 0) != 1 || (waiting.revents & POLLIN) == 0 || read(descriptor_, &key, 1) != 1)
        return std::nullopt;
    return key;
}

}  // namespace prosa
