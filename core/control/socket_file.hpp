// core/control/socket_file.hpp: the file of a socket that this process listens on goes with its owner.
//
// Threads   one at a time.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>

namespace prosa {

// Another one that has taken the place of ours stays.
class SocketFile {
  public:
    // Of the file that is at `path` now; none: there is nothing to remove.
    explicit SocketFile(std::string path) noexcept : path_(std::move(path)), identity_(identity_of(path_)) {}
    SocketFile(SocketFile&& other) noexcept
        : path_(std::move(other.path_)), identity_(std::exchange(other.identity_, std::nullopt)) {}
    SocketFile& operator=(SocketFile&&) = delete;
    ~SocketFile() {
        if (identity_ && identity_of(path_) == identity_) ::unlink(path_.c_str());
    }

  private:
    using Identity = std::pair<dev_t, ino_t>;

    static std::optional<Identity> identity_of(const std::string& path) noexcept {
        struct stat found {};
        if (::lstat(path.c_str(), &found) != 0) return std::nullopt;
        return Identity{found.st_dev, found.st_ino};
    }

    std::string path_;
    std::optional<Identity> identity_;
};

}  // namespace prosa
