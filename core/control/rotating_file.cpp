#include "core/control/rotating_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

namespace prosa {

RotatingFile::RotatingFile(std::string path, std::uint64_t bytes_max, std::uint32_t files_max)
    : path_(std::move(path)), bytes_max_(bytes_max), files_max_(files_max) {}

absl::Status RotatingFile::open() {
    FileDescriptor opened(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    struct stat found {};
    if (!opened || ::fstat(opened.get(), &found) != 0)
        return make_error(absl::StatusCode::kUnavailable, "{}: cannot be opened for writing: {}", path_,
                          std::strerror(errno));
    file_ = std::move(opened);
    file_bytes_ = static_cast<std::uint64_t>(found.st_size);
    return absl::OkStatus();
}

absl::Status RotatingFile::check(const std::string& path) {
    const auto refuse = [&path](int why) {
        return make_error(absl::StatusCode::kUnavailable, "{}: cannot be opened for writing: {}", path,
                          std::strerror(why));
    };
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0) {
        if (S_ISDIR(found.st_mode)) return refuse(EISDIR);
        if (S_ISSOCK(found.st_mode)) return refuse(ENXIO);
        return ::access(path.c_str(), W_OK) == 0 ? absl::OkStatus() : refuse(errno);
    }
    if (errno != ENOENT) return refuse(errno);
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return ::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0 ? absl::OkStatus()
                                                                             : refuse(errno);
}

void RotatingFile::append(std::string_view line) {
    const std::uint64_t bytes = file_bytes_ + buffer_.size();
    if (bytes != 0 && bytes + line.size() > bytes_max_) {
        flush();
        rotate();
    }
    buffer_ += line;
    ++buffered_lines_;
    if (buffer_.size() >= buffer_bytes_max) flush();
}

void RotatingFile::flush() noexcept {
    if (buffer_.empty()) return;
    status_ = write_buffer();
    (status_.ok() ? written_lines_ : lost_lines_) += std::exchange(buffered_lines_, 0);
    buffer_.clear();
}

absl::Status RotatingFile::write_buffer() noexcept {
    if (!file_)
        if (const absl::Status opened = open(); !opened.ok()) return opened;
    std::string_view left = buffer_;
    while (!left.empty()) {
        const ssize_t count = ::write(file_.get(), left.data(), left.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            const int failure = errno;
            file_ = FileDescriptor();
            return make_error(absl::StatusCode::kUnavailable, "{}: cannot be written: {}", path_,
                              std::strerror(failure));
        }
        file_bytes_ += static_cast<std::uint64_t>(count);
        left.remove_prefix(static_cast<std::size_t>(count));
    }
    return absl::OkStatus();
}

void RotatingFile::rotate() {
    file_ = FileDescriptor();
    file_bytes_ = 0;
    for (std::uint32_t number = files_max_ - 1; number > 0; --number) {
        const std::string from = number == 1 ? path_ : fmt::format("{}.{}", path_, number - 1);
        std::rename(from.c_str(), fmt::format("{}.{}", path_, number).c_str());
    }
    if (files_max_ == 1) ::unlink(path_.c_str());
}

}  // namespace prosa
