#include "apps/prosa/output_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace prosa {

absl::StatusOr<OutputFile> OutputFile::open(std::string path) {
    OutputFile output(std::move(path));
    if (output.path_ != "-") output.file_.open(output.path_, std::ios::binary);
    if (absl::Status opened = output.result(); !opened.ok()) return opened;
    return output;
}

absl::Status OutputFile::write(std::string_view text) {
    if (path_ == "-") {
        fmt::print("{}", text);
        return absl::OkStatus();
    }
    file_ << text;
    file_.close();
    return result();
}

absl::Status OutputFile::result() const {
    return file_ ? absl::OkStatus() : invalid_argument("{}: cannot be written", path_);
}

absl::StatusOr<bool> takes_standard_output(std::initializer_list<const std::optional<std::string>*> paths) {
    const auto count =
        std::count_if(paths.begin(), paths.end(), [](const auto* path) { return *path == "-"; });
    if (count > 1)
        return invalid_argument("expected at most one output to standard output (-), got {}", count);
    return count == 1;
}

absl::Status write_output(const std::string& path, std::string_view text) {
    auto output = OutputFile::open(path);
    return output.ok() ? output->write(text) : output.status();
}

}  // namespace prosa
