#include "apps/prosa/output_file.hpp"

#include <fmt/format.h>

#include <fstream>

namespace prosa {

absl::Status write_output(const std::string& path, std::string_view text) {
    if (path == "-") {
        fmt::print("{}", text);
        return absl::OkStatus();
    }
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    return file ? absl::OkStatus() : invalid_argument("{}: cannot be written", path);
}

}  // namespace prosa
