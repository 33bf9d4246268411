// test/support/log_lines.hpp: a log of transactions as a test reads it.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

namespace prosa::test {

inline std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

// The value of `key=` in a line; empty when it has none.
inline std::string field(const std::string& line, const std::string& key) {
    const std::size_t at = line.find(" " + key + "=");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + key.size() + 2;
    return line.substr(begin, line.find(' ', begin) - begin);
}

}  // namespace prosa::test
