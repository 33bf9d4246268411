#include "apps/prosa/live_screen.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "apps/prosa/latency_table.hpp"
#include "core/base/units.hpp"

namespace prosa {
namespace {

constexpr std::array<double, 5> shown_percentiles{50, 90, 99, 99.9, 100};

std::string bar(Nanos passed_ns, Nanos total_ns) {
    constexpr std::size_t width = 30;
    const double share = total_ns > 0 ? static_cast<double>(passed_ns) / static_cast<double>(total_ns) : 1;
    const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * width);
    return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "]";
}

// No limit where the terminal does not tell.
std::size_t columns_of(std::FILE* output) {
    winsize size{};
    if (::ioctl(fileno(output), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return std::numeric_limits<std::size_t>::max();
    return size.ws_col;
}

}  // namespace

std::string live_text(const LiveState& state) {
    std::string text = fmt::format("{}  {} {} s of {} s\n", state.title, bar(state.passed_ns, state.total_ns),
                                   state.passed_ns / ns_per_s, (state.total_ns + ns_per_s - 1) / ns_per_s);
    text +=
        fmt::format("  rate {}/s, sent {}/s\n", human_count(state.rate_per_s), human_count(state.sent_per_s));
    const LoadTotals& totals = state.totals;
    text += fmt::format("  responses {}  failed {}  late {}  overloaded {}  in flight {}\n",
                        totals[LoadCounter::outcome_none], totals.failed(), totals[LoadCounter::late],
                        totals[LoadCounter::refused_overloaded] + totals[LoadCounter::outcome_overloaded],
                        totals[LoadCounter::sent] - std::min(totals.outcomes(), totals[LoadCounter::sent]));
    text += latency_table("Response time", shown_percentiles,
                          {{"last second", &state.last_second}, {"so far", &state.so_far}});
    return state.has_keys ? text + "  keys: + - change the rate, q stops\n" : text;
}

std::string cut_lines(std::string_view text, std::size_t columns) {
    std::string cut;
    std::size_t column = 0;
    for (const char c : text) {
        if (c == '\n') column = 0;
        // What continues a character of UTF-8 takes no column.
        else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)
            ++column;
        if (column <= columns) cut += c;
    }
    return cut;
}

LiveScreen::LiveScreen(const LoadBoard& board, std::FILE* output, std::string title, Nanos total_ns,
                       double rate_per_s, bool has_keys)
    : board_(board),
      output_(output),
      title_(std::move(title)),
      total_ns_(total_ns),
      has_keys_(has_keys),
      started_ns_(monotonic_now_ns()),
      last_ns_(started_ns_),
      rate_per_s_(rate_per_s),
      intervals_(board, &LoadStats::response_time) {}

void LiveScreen::change_rate(double rate_per_s) noexcept {
    rate_per_s_ = rate_per_s;
    has_changed_ = true;
}

void LiveScreen::tick(Nanos now_ns) {
    const bool is_due = now_ns - last_ns_ >= ns_per_s;
    if (is_due) measure(now_ns);
    if (is_due || std::exchange(has_changed_, false)) draw(now_ns);
}

void LiveScreen::measure(Nanos now_ns) {
    const std::uint64_t sent = total_counts(board_)[LoadCounter::sent];
    sent_per_s_ = static_cast<double>(sent - last_sent_) * static_cast<double>(ns_per_s) /
                  static_cast<double>(now_ns - last_ns_);
    last_sent_ = sent;
    last_ns_ = now_ns;
    last_second_ = intervals_.next();
    so_far_.add(last_second_);
}

void LiveScreen::draw(Nanos now_ns) {
    const std::string text = live_text({.title = title_,
                                        .passed_ns = now_ns - started_ns_,
                                        .total_ns = total_ns_,
                                        .rate_per_s = rate_per_s_,
                                        .sent_per_s = sent_per_s_,
                                        .totals = total_counts(board_),
                                        .last_second = last_second_,
                                        .so_far = so_far_,
                                        .has_keys = has_keys_});
    // Up to the first line of the last picture, and away with what was below.
    if (drawn_lines_ > 0) fmt::print(output_, "\x1b[{}A\r\x1b[J", drawn_lines_);
    // A line that wraps is two on the terminal, of which the next picture would leave one.
    fmt::print(output_, "{}", cut_lines(text, columns_of(output_)));
    std::fflush(output_);
    drawn_lines_ = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace prosa
