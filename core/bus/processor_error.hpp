// core/bus/processor_error.hpp: how a processor's run ends when it cannot go on.
#pragma once

#include <absl/status/status.h>

#include <stdexcept>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"

namespace prosa {

// Thrown by a handler (or made from on_start's status): it ends the incarnation. A recoverable error leads to a
// restart after the back-off and `recovery_ns`; a fatal one to `crashed`, until an operator restarts it. Any
// other exception counts as recoverable.
class PROSA_API ProcessorError : public std::runtime_error {
  public:
    ProcessorError(bool is_recoverable, const std::string& message, Nanos recovery_ns = 0)
        : std::runtime_error(message), is_recoverable_(is_recoverable), recovery_ns_(recovery_ns) {}

    static ProcessorError recoverable(const std::string& message, Nanos recovery_ns = 0) {
        return {true, message, recovery_ns};
    }
    static ProcessorError fatal(const std::string& message) { return {false, message}; }

    // Trying again may help for: unavailable, deadline exceeded, aborted, resource exhausted, cancelled, internal,
    // unknown and data loss. It cannot for: invalid argument, not found, failed precondition and the rest.
    static ProcessorError of(const absl::Status& status);

    bool is_recoverable() const noexcept { return is_recoverable_; }
    Nanos recovery_ns() const noexcept { return recovery_ns_; }

  private:
    bool is_recoverable_;
    Nanos recovery_ns_;
};

}  // namespace prosa
