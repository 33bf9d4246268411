// apps/prosa/output_file.hpp: where a result goes that the user named a file for.
#pragma once

#include <fstream>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

// Open before the work begins whose result it takes, so that a wrong path costs no time.
class PROSA_API OutputFile {
  public:
    // Empties the file; `-` is standard output. Error: the file cannot be written.
    static absl::StatusOr<OutputFile> open(std::string path);

    // Once, all of it. Error: the file cannot be written.
    absl::Status write(std::string_view text);

  private:
    explicit OutputFile(std::string path) : path_(std::move(path)) {}
    absl::Status result() const;

    std::string path_;
    std::ofstream file_;
};

// True when one of the paths is standard output. Error: several are, whose texts would run into each other.
PROSA_API absl::StatusOr<bool> takes_standard_output(
    std::initializer_list<const std::optional<std::string>*> paths);

// Both at once.
PROSA_API absl::Status write_output(const std::string& path, std::string_view text);

}  // namespace prosa
