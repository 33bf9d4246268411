#include "apps/prosa/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/units.hpp"

namespace prosa {

Progress::Progress(const LoadBoard& board, const BusMain& main, std::FILE* output)
    : board_(board),
      main_(main),
      output_(output),
      is_terminal_(isatty(fileno(output)) == 1),
      started_ns_(monotonic_now_ns()),
      last_ns_(started_ns_),
      response_times_(board, &LoadStats::response_time) {}

Progress::~Progress() {
    if (has_open_line_) std::fputc('\n', output_);
}

void Progress::tick(Nanos now_ns) {
    if (now_ns - last_ns_ < ns_per_s) return;
    const std::string line = board_.sources().empty() ? providers_line(now_ns) : sources_line(now_ns);
    last_ns_ = now_ns;
    constexpr const char* clear_line = "\r\x1b[K";
    fmt::print(output_, "{}{}{}", is_terminal_ ? clear_line : "", line, is_terminal_ ? "" : "\n");
    std::fflush(output_);
    has_open_line_ = is_terminal_;
}

double Progress::rate_since_last(std::uint64_t count, Nanos now_ns) noexcept {
    const auto passed_s = static_cast<double>(now_ns - last_ns_) / static_cast<double>(ns_per_s);
    const auto more = static_cast<double>(count - last_count_);
    last_count_ = count;
    return more / passed_s;
}

std::string Progress::sources_line(Nanos now_ns) {
    const LoadTotals totals = total_counts(board_);
    const HdrHistogram& times = response_times_.next();
    const auto percentile = [&times](double at) {
        return times.total_count() == 0 ? std::string("-") : human_duration(times.value_at_percentile(at));
    };
    return fmt::format(
        "{:3d} s  {}/s  responses {}  failed {}  p50 {}  p99 {}  p99.9 {}  late {}  overloaded {}",
        (now_ns - started_ns_) / ns_per_s, human_count(rate_since_last(totals[LoadCounter::sent], now_ns)),
        totals[LoadCounter::outcome_none], totals.failed(), percentile(50), percentile(99), percentile(99.9),
        totals[LoadCounter::late],
        totals[LoadCounter::refused_overloaded] + totals[LoadCounter::outcome_overloaded]);
}

// An instance without sources is driven by others; all that can be told is what its providers do.
std::string Progress::providers_line(Nanos now_ns) {
    std::uint64_t received = 0;
    std::uint64_t responses = 0;
    for (const ProcessorReport& processor : main_.report().processors) {
        for (const QueueReport& queue : processor.queues) {
            received += queue.callee[static_cast<std::size_t>(CalleeCounter::received)];
            responses += queue.callee[static_cast<std::size_t>(CalleeCounter::answered_none)];
        }
    }
    return fmt::format("{:3d} s  {}/s  received {}  responses {}", (now_ns - started_ns_) / ns_per_s,
                       human_count(rate_since_last(received, now_ns)), received, responses);
}

}  // namespace prosa
