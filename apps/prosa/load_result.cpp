#include "apps/prosa/load_result.hpp"

#include <algorithm>

namespace prosa {
namespace {

constexpr double reached_share = 0.99;

std::uint64_t sum(const std::vector<LoadWindow>& windows, std::uint64_t LoadWindow::*count) noexcept {
    std::uint64_t total = 0;
    for (const LoadWindow& window : windows) total += window.*count;
    return total;
}

double per_second(std::uint64_t count, Nanos time_ns) noexcept {
    return time_ns == 0
               ? 0.0
               : static_cast<double>(count) * static_cast<double>(ns_per_s) / static_cast<double>(time_ns);
}

}  // namespace

std::uint64_t LoadResult::intended() const noexcept { return sum(windows, &LoadWindow::intended); }
std::uint64_t LoadResult::sent() const noexcept { return sum(windows, &LoadWindow::sent); }
std::uint64_t LoadResult::responses() const noexcept { return sum(windows, &LoadWindow::responses); }

double LoadResult::achieved_rate_per_s() const noexcept { return per_second(sent(), measured_ns); }
double LoadResult::intended_rate_per_s() const noexcept { return per_second(intended(), measured_ns); }

bool LoadResult::is_rate_reached() const noexcept {
    return intended() > 0 && static_cast<double>(sent()) >= reached_share * static_cast<double>(intended());
}

std::size_t LoadResult::worst_window() const noexcept {
    const auto worst = std::min_element(windows.begin(), windows.end(), [](const auto& a, const auto& b) {
        return a.success_percent() < b.success_percent();
    });
    return worst == windows.end() ? 0 : static_cast<std::size_t>(worst - windows.begin());
}

double LoadResult::worst_window_percent() const noexcept {
    return windows.empty() ? 100.0 : windows[worst_window()].success_percent();
}

std::vector<LoadWindow> read_windows(const LoadWindows& windows) {
    std::vector<LoadWindow> read;
    for (std::size_t i = 0; i < windows.count(); ++i)
        read.push_back({windows.intended(i), windows.sent(i), windows.responses(i)});
    return read;
}

}  // namespace prosa
