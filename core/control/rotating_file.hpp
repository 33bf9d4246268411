// core/control/rotating_file.hpp: a file of lines that is set aside when it is full.
//
// PATH is written; PATH.1 is the one before, PATH.2 the one before that. Mode 0600.
//
// Threads   one.
// Units     bytes_max of one file, which a single longer line may exceed; files_max with the one that is written.
// Errors    of flush: what the system said. Its lines are lost; the next flush tries again, from opening on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/control/file_descriptor.hpp"

namespace prosa {

class PROSA_API RotatingFile {
  public:
    RotatingFile(std::string path, std::uint64_t bytes_max, std::uint32_t files_max);

    // Opens it, to go on behind what is there. Error: the path and why.
    absl::Status open();

    // Whether open would succeed, by the rights of the file or its folder. Nothing is made. Error: as open.
    static absl::Status check(const std::string& path);

    // The line ends in \n. It is buffered; when buffered lines go out here and fail, their count is in
    // lost_lines().
    void append(std::string_view line);
    void flush() noexcept;

    std::uint64_t written_lines() const noexcept { return written_lines_; }
    std::uint64_t lost_lines() const noexcept { return lost_lines_; }
    // Of the last flush.
    const absl::Status& status() const noexcept { return status_; }

  private:
    static constexpr std::size_t buffer_bytes_max = 64U << 10;

    absl::Status write_buffer() noexcept;
    void rotate();

    const std::string path_;
    const std::uint64_t bytes_max_;
    const std::uint32_t files_max_;
    FileDescriptor file_;
    std::uint64_t file_bytes_ = 0;
    std::string buffer_;
    std::uint64_t buffered_lines_ = 0;
    std::uint64_t written_lines_ = 0;
    std::uint64_t lost_lines_ = 0;
    absl::Status status_;
};

}  // namespace prosa
