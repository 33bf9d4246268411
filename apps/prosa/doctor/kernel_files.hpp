// apps/prosa/doctor/kernel_files.hpp: reads /proc and /sys, below a root that tests replace.
//
// Read-only. A file that is missing, forbidden or malformed is nothing, never an error: containers hide many.
// Threads   any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prosa::doctor {

class KernelFiles {
  public:
    // `root` is put before each path; empty: the machine itself.
    explicit KernelFiles(std::string root = "") : root_(std::move(root)) {}

    const std::string& root() const noexcept { return root_; }

    // The file's text without white space at its end. Nothing: not even a line feed could be read.
    std::optional<std::string> text(const std::string& path) const;
    std::optional<std::uint64_t> number(const std::string& path) const;
    // A list such as `0-3,8`. An empty line, or `(null)`, is an empty list.
    std::optional<std::vector<int>> cpu_list(const std::string& path) const;
    bool exists(const std::string& path) const;

  private:
    std::string root_;
};

std::optional<std::uint64_t> parse_count(std::string_view text) noexcept;

// The text's lines, without their line feeds.
std::vector<std::string> lines_of(const std::string& text);

// What stands between white space.
std::vector<std::string> words_of(const std::string& line);

// The chosen word of `always [madvise] never`; the text itself when none is in brackets.
std::string chosen_word(const std::string& text);

}  // namespace prosa::doctor
