// test/support/check_line.hpp: the line that each check of the core ends with, for people and for tools/prove.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string_view>

namespace prosa::test {

struct CheckLine {
    std::string_view check;  // its name: letters, digits, blanks and punctuation without quotes
    std::uint64_t seed;      // the first, where the check runs several
    std::uint64_t count;     // what was checked: seeds, executions, messages; the check's document says what
    std::uint64_t failures;
    double seconds;
};

inline void print_check_line(const CheckLine& line) {
    std::printf(
        "{\"check\": \"%.*s\", \"seed\": %llu, \"count\": %llu, \"failures\": %llu, \"seconds\": %.2f}\n",
        static_cast<int>(line.check.size()), line.check.data(), static_cast<unsigned long long>(line.seed),
        static_cast<unsigned long long>(line.count), static_cast<unsigned long long>(line.failures),
        line.seconds);
    std::fflush(stdout);
}

}  // namespace prosa::test
