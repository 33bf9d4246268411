// apps/prosa/instance_run.hpp: a started instance from its start to its end, as the commands see it.
//
// Threads   the program's first thread, which hosts nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "apps/prosa/progress.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/config/instance_settings.hpp"
#include "core/bus/load_board.hpp"

namespace prosa {

// Asked twenty times a second; a reason stops the instance.
using StopCondition = std::function<std::optional<std::string>(Nanos now_ns)>;

// What else the caller does meanwhile; each may be empty.
struct WatchHooks {
    std::function<void(Nanos now_ns)> each_tick;  // twenty times a second, also while the instance stops
    std::function<void()> before_join;            // the instance has ended; Main still answers
};

// Shows progress until the instance has ended: by `stop_when`, by a signal or by a processor's wish. Returns what
// BusMain::join does; after 1 the process has to leave by end_process.
PROSA_API int watch_instance(BusMain& main, ProgressDisplay& progress, const StopCondition& stop_when,
                             const WatchHooks& hooks = {});

// Leaves at once, with what was printed written out: for when a thread still uses the instance.
[[noreturn]] PROSA_API void end_process(int exit_code) noexcept;

// True when the configuration has sources and none of them will send again: each queue is crashed, or has finished by
// its entry of the board, which is called like the processor (`injector-1`, `injector-1/1` for its second queue).
PROSA_API bool are_sources_done(const InstanceSettings& settings, const LoadBoard& board,
                                const InstanceReport& report);

// Names the processors that are crashed, one line each.
PROSA_API std::string crashed_text(const InstanceReport& report);

}  // namespace prosa
