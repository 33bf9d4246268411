#include "apps/prosa/instance_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace prosa {

int watch_instance(BusMain& main, ProgressDisplay& progress, const StopCondition& stop_when,
                   const WatchHooks& hooks) {
    constexpr Nanos tick_ns = 50 * ns_per_ms;
    bool is_stopped = false;
    while (!main.join_for(tick_ns)) {
        const Nanos now_ns = monotonic_now_ns();
        progress.tick(now_ns);
        if (hooks.each_tick) hooks.each_tick(now_ns);
        if (is_stopped || main.is_stopping()) continue;
        if (auto reason = stop_when(now_ns)) {
            main.stop(*std::move(reason));
            is_stopped = true;
        }
    }
    if (hooks.before_join) hooks.before_join();
    return main.join();
}

void end_process(int exit_code) noexcept {
    std::fflush(stdout);
    std::fflush(stderr);
    ::_exit(exit_code);
}

std::string crashed_text(const InstanceReport& report) {
    std::string text;
    for (const ProcessorReport& processor : report.processors) {
        if (processor.state != ProcessorState::crashed) continue;
        std::string error = "no error was given";
        for (const QueueReport& queue : processor.queues)
            if (!queue.last_error.empty()) error = queue.last_error;
        text += fmt::format("processor '{}' is crashed: {}\n", processor.name, error);
    }
    return text;
}

}  // namespace prosa
