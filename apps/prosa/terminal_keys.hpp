// apps/prosa/terminal_keys.hpp: keys of a terminal, one at a time, as long as the object lives.
//
// Threads   one. Signals such as Ctrl-C stay signals; a process that is killed leaves the terminal as it is.
#pragma once

#include <termios.h>

#include <optional>

#include "core/base/export.hpp"

namespace prosa {

class PROSA_API TerminalKeys {
  public:
    // Without a terminal, or when this process is not in its foreground, there are never keys.
    explicit TerminalKeys(int descriptor);
    ~TerminalKeys();
    TerminalKeys(const TerminalKeys&) = delete;
    TerminalKeys& operator=(const TerminalKeys&) = delete;

    bool has_terminal() const noexcept { return saved_.has_value(); }

    // Never waits; nothing when no key was pressed.
    std::optional<char> next();

  private:
    const int descriptor_;
    std::optional<termios> saved_;
};

}  // namespace prosa
