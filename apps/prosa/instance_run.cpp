#include "apps/prosa/instance_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace prosa {
namespace {

bool has_finished(const LoadBoard& board, std::string_view entry) {
    const auto sources = board.sources();
    return std::any_of(sources.begin(), sources.end(), [entry](const std::shared_ptr<LoadStats>& source) {
        return source->name == entry && source->counters[LoadCounter::finished].value() > 0;
    });
}

bool is_done(const ProcessorReport& processor, const LoadBoard& board) {
    return std::all_of(processor.queues.begin(), processor.queues.end(), [&](const QueueReport& queue) {
        const std::uint32_t number = value_of(queue.queue);
        return queue.state == ProcessorState::crashed ||
               has_finished(board,
                            number == 0 ? processor.name : fmt::format("{}/{}", processor.name, number));
    });
}

}  // namespace

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
            main.begin_stop(*std::move(reason));
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

bool are_sources_done(const InstanceSettings& settings, const LoadBoard& board,
                      const InstanceReport& report) {
    bool has_source = false;
    for (const ConfiguredProcessor& source : settings.processors) {
        if (!source.is_source) continue;
        has_source = true;
        for (const ProcessorReport& processor : report.processors)
            if (processor.name == source.definition.name && !is_done(processor, board)) return false;
    }
    return has_source;
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
