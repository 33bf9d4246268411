#include "tvf/masking.hpp"

#include <algorithm>
#include <vector>

#include "tvf/ascii.hpp"

namespace prosa {
namespace {

constexpr std::size_t pan_digits_min = 13;
constexpr std::size_t pan_digits_max = 19;
constexpr std::size_t shown_first = 6;
constexpr std::size_t shown_last = 4;

struct Run {
    std::size_t begin;
    std::size_t end;
};

// Digits without anything between, in order.
std::vector<Run> digit_runs(std::string_view text) {
    std::vector<Run> runs;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_digit(text[i])) continue;
        const std::size_t begin = i;
        while (i < text.size() && is_digit(text[i])) ++i;
        runs.push_back({begin, i});
    }
    return runs;
}

bool are_grouped(std::string_view text, Run left, Run right) noexcept {
    return right.begin - left.end == 1 && (text[left.end] == ' ' || text[left.end] == '-');
}

// How many runs from `first` on make one PAN; 0: none does.
std::size_t runs_of_pan(std::string_view text, const std::vector<Run>& runs, std::size_t first) {
    std::string digits;
    for (std::size_t i = first; i < runs.size(); ++i) {
        if (i > first && !are_grouped(text, runs[i - 1], runs[i])) break;
        digits += text.substr(runs[i].begin, runs[i].end - runs[i].begin);
        if (digits.size() > pan_digits_max) return i == first ? 1 : 0;
        if (digits.size() >= pan_digits_min && passes_luhn(digits)) return i - first + 1;
    }
    return 0;
}

void mask_digits(std::string& text, Run range) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(range.begin);
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(range.end);
    const auto digits = static_cast<std::size_t>(std::count_if(begin, end, is_digit));
    std::size_t position = 0;
    for (auto it = begin; it != end; ++it) {
        if (!is_digit(*it)) continue;
        if (position >= shown_first && position + shown_last < digits) *it = '*';
        ++position;
    }
}

}  // namespace

bool passes_luhn(std::string_view digits) noexcept {
    unsigned sum = 0;
    bool doubles = false;
    for (auto it = digits.rbegin(); it != digits.rend(); ++it, doubles = !doubles) {
        if (!is_digit(*it)) return false;
        const auto digit = static_cast<unsigned>(*it - '0');
        sum += doubles ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
    }
    return !digits.empty() && sum % 10 == 0;
}

std::string mask_middle(std::string_view text) {
    const bool is_ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (text.size() < pan_digits_min || !is_ascii) return std::string(hidden_text);
    std::string masked(text);
    std::fill(masked.begin() + shown_first, masked.end() - shown_last, '*');
    return masked;
}

std::string mask_pans(std::string_view text) {
    std::string masked(text);
    const std::vector<Run> runs = digit_runs(text);
    for (std::size_t i = 0; i < runs.size();) {
        const std::size_t count = runs_of_pan(text, runs, i);
        if (count != 0) mask_digits(masked, {runs[i].begin, runs[i + count - 1].end});
        i += std::max<std::size_t>(count, 1);
    }
    return masked;
}

}  // namespace prosa
