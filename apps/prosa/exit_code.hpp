// apps/prosa/exit_code.hpp: what the program's exit codes mean; docs/configuration.md repeats them.
#pragma once

namespace prosa {

inline constexpr int exit_ok = 0;
// At run time: a thread that did not end, a crash, counts that disagree, an output that cannot be written;
// `convert`: a bad message.
inline constexpr int exit_failed = 1;
// The command line or the configuration is wrong, nothing was started; `report`: a log that cannot be read.
inline constexpr int exit_usage = 2;
inline constexpr int exit_missed = 3;       // `load`: the rate was not reached, or a threshold failed
inline constexpr int exit_unreachable = 4;  // `ctl`: no instance can be reached

}  // namespace prosa
