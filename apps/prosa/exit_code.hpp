// apps/prosa/exit_code.hpp: what the program's exit codes mean; docs/configuration.md repeats them.
#pragma once

namespace prosa {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed =
    1;                                // at run time: a thread that did not end, a crash, counts that disagree
inline constexpr int exit_usage = 2;  // the command line or the configuration is wrong; nothing was started
inline constexpr int exit_missed = 3;       // `load`: the rate was not reached, or a threshold failed
inline constexpr int exit_unreachable = 4;  // `ctl`: no instance can be reached

}  // namespace prosa
