#include "apps/prosa/doctor/kernel_files.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/reactor/topology.hpp"

namespace prosa::doctor {

std::optional<std::string> KernelFiles::text(const std::string& path) const {
    std::ifstream file(root_ + path);
    std::ostringstream content;
    content << file.rdbuf();
    std::string text = content.str();
    if (text.empty()) return std::nullopt;
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    return text;
}

std::optional<std::uint64_t> KernelFiles::number(const std::string& path) const {
    const auto content = text(path);
    return content ? parse_count(*content) : std::nullopt;
}

std::optional<std::vector<int>> KernelFiles::cpu_list(const std::string& path) const {
    const auto content = text(path);
    if (!content) return std::nullopt;
    return parse_cpu_list(*content);
}

bool KernelFiles::exists(const std::string& path) const {
    std::error_code ignored;
    return std::filesystem::exists(root_ + path, ignored);
}

std::optional<std::uint64_t> parse_count(std::string_view text) noexcept {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::istringstream stream(line);
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::string chosen_word(const std::string& text) {
    const std::size_t open = text.find('[');
    const std::size_t close = text.find(']', open + 1);
    if (open == std::string::npos || close == std::string::npos) return text;
    return text.substr(open + 1, close - open - 1);
}

}  // namespace prosa::doctor
