#include "core/control/reference_text.hpp"

#include <algorithm>
#include <vector>

namespace prosa {
namespace {

constexpr std::size_t pan_digits_min = 13;
constexpr std::size_t shown_first = 6;
constexpr std::size_t shown_last = 4;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Places of the digits from `begin` on that are read as one number.
std::vector<std::size_t> number_at(const std::string& text, std::size_t begin) {
    std::vector<std::size_t> digits;
    for (std::size_t at = begin; at < text.size(); ++at) {
        if (is_digit(text[at]))
            digits.push_back(at);
        else if (is_letter(text[at]) || digits.empty() || digits.back() + 1 != at)
            break;
    }
    return digits;
}

}  // namespace

std::string reference_text(const TransactionReference& reference) {
    std::string text(reference.text.data(), reference.bytes);
    for (char& c : text)
        if (c < ' ' || c > '~' || c == '"') c = '?';
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_digit(text[at])) continue;
        const std::vector<std::size_t> digits = number_at(text, at);
        const bool is_cut = reference.is_cut && digits.back() + 2 >= text.size();
        if (is_cut || digits.size() >= pan_digits_min) {
            const std::size_t shown_from = is_cut ? digits.size() : digits.size() - shown_last;
            for (std::size_t i = shown_first; i < shown_from; ++i) text[digits[i]] = '*';
        }
        at = digits.back();
    }
    return text;
}

}  // namespace prosa
