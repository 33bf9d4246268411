#include "core/control/control_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace prosa {
namespace {

constexpr mode_t only_ours = 0700;
constexpr int backlog_connections = 16;
constexpr std::string_view extension = ".sock";

std::string own_temporary_folder() { return fmt::format("/tmp/prosa-{}", ::geteuid()); }

bool is_folder(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

// Empty when there is none.
std::string runtime_folder() {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    return runtime != nullptr && runtime[0] == '/' && is_folder(runtime) ? runtime : "";
}

absl::Status cannot_make(const std::string& path, int why) {
    return make_error(absl::StatusCode::kUnavailable, "{}: cannot be made: {}", path, std::strerror(why));
}

absl::Status cannot_listen(const std::string& path, int why) {
    return make_error(absl::StatusCode::kUnavailable, "{}: cannot be listened on: {}", path,
                      std::strerror(why));
}

// In /tmp others may have made that folder, or a link in its place.
absl::Status check_own_folder(const std::string& path) {
    struct stat found {};
    const bool is_ours = ::lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
                         found.st_uid == ::geteuid() && (found.st_mode & 077) == 0;
    if (is_ours) return absl::OkStatus();
    return make_error(absl::StatusCode::kPermissionDenied,
                      "{}: expected a folder of user {} that nobody else may enter (mode 0700)", path,
                      ::geteuid());
}

absl::Status make_own_folder(const std::string& path) {
    if (::mkdir(path.c_str(), only_ours) != 0 && errno != EEXIST) return cannot_make(path, errno);
    return check_own_folder(path);
}

// 0 when something can be made in it, or the errno.
int access_to_folder(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return errno;
    if (!S_ISDIR(found.st_mode)) return ENOTDIR;
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

absl::StatusOr<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return invalid_argument("'{}': expected the path of a socket, of at most {} bytes, got {}", path,
                                sizeof address.sun_path - 1, path.size());
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

absl::StatusOr<FileDescriptor> make_socket(int flags) {
    FileDescriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (made) return made;
    return make_error(absl::StatusCode::kResourceExhausted, "no socket could be made: {}",
                      std::strerror(errno));
}

// 0, or the errno.
int connect_to(const FileDescriptor& socket, const sockaddr_un& address) {
    while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        if (errno != EINTR) return errno;
    return 0;
}

// True when a dead process left the socket there; false: nothing is there. Error: a listener, or no socket.
absl::StatusOr<bool> is_stale(const std::string& path, const sockaddr_un& address) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return false;
    if (!S_ISSOCK(found.st_mode))
        return make_error(absl::StatusCode::kFailedPrecondition,
                          "{}: is in the way, expected a socket or nothing", path);
    auto probe = make_socket(SOCK_NONBLOCK);
    if (!probe.ok()) return probe.status();
    // A full backlog (EAGAIN) has a listener, too.
    if (const int failure = connect_to(*probe, address); failure == 0 || failure == EAGAIN)
        return make_error(absl::StatusCode::kAlreadyExists, "{}: another instance listens there", path);
    else if (failure != ECONNREFUSED && failure != ENOENT)
        return make_error(absl::StatusCode::kUnavailable, "{}: {}", path, std::strerror(failure));
    return true;
}

bool is_in_own_folder(const std::string& path) {
    return std::filesystem::path(path).parent_path() == own_temporary_folder();
}

// Where the socket's file would be made.
absl::Status check_folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    if (is_in_own_folder(path)) {
        if (is_folder(folder)) return check_own_folder(folder);
        const int failure = access_to_folder(std::filesystem::path(folder).parent_path().string());
        return failure == 0 ? absl::OkStatus() : cannot_make(folder, failure);
    }
    const int failure = access_to_folder(folder.empty() ? "." : folder);
    return failure == 0 ? absl::OkStatus() : cannot_listen(path, failure);
}

}  // namespace

std::string default_control_path(std::string_view instance_name) {
    if (const std::string runtime = runtime_folder(); !runtime.empty())
        return fmt::format("{}/prosa-{}{}", runtime, instance_name, extension);
    return fmt::format("{}/{}{}", own_temporary_folder(), instance_name, extension);
}

absl::Status check_control_path(const std::string& path) { return address_of(path).status(); }

std::vector<ControlSocket> control_sockets() {
    std::vector<ControlSocket> found;
    const auto look = [&found](const std::string& folder, const std::string& prefix) {
        std::error_code failure;
        for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
            const std::string file = entry.path().filename().string();
            if (!file.starts_with(prefix) || !file.ends_with(extension) || !entry.is_socket(failure))
                continue;
            if (!connect_for_control(entry.path().string()).ok()) continue;
            const std::size_t name_bytes = file.size() - prefix.size() - extension.size();
            found.push_back({file.substr(prefix.size(), name_bytes), entry.path().string()});
        }
    };
    if (const std::string runtime = runtime_folder(); !runtime.empty()) look(runtime, "prosa-");
    look(own_temporary_folder(), "");
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return found;
}

absl::StatusOr<FileDescriptor> listen_for_control(const std::string& path) {
    const auto address = address_of(path);
    if (!address.ok()) return address.status();
    if (is_in_own_folder(path))
        if (const absl::Status made = make_own_folder(own_temporary_folder()); !made.ok()) return made;
    const auto stale = is_stale(path, *address);
    if (!stale.ok()) return stale.status();
    if (*stale) ::unlink(path.c_str());
    auto socket = make_socket(SOCK_NONBLOCK);
    if (!socket.ok()) return socket.status();
    if (::bind(socket->get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
        return cannot_listen(path, errno);
    // Nobody can connect before listen, so the file's mode is never wider than 0600 for a connection.
    if (::chmod(path.c_str(), 0600) == 0 && ::listen(socket->get(), backlog_connections) == 0) return socket;
    const int failure = errno;
    ::unlink(path.c_str());
    return cannot_listen(path, failure);
}

absl::Status check_listen_for_control(const std::string& path) {
    const auto address = address_of(path);
    if (!address.ok()) return address.status();
    if (const auto stale = is_stale(path, *address); !stale.ok()) return stale.status();
    return check_folder_of(path);
}

absl::StatusOr<FileDescriptor> connect_for_control(const std::string& path) {
    const auto address = address_of(path);
    if (!address.ok()) return address.status();
    auto socket = make_socket(0);
    if (!socket.ok()) return socket.status();
    if (const int failure = connect_to(*socket, *address); failure != 0)
        return make_error(absl::StatusCode::kUnavailable, "{}: no instance can be reached there: {}", path,
                          std::strerror(failure));
    return socket;
}

bool is_peer_trusted(const FileDescriptor& connection) noexcept {
    ucred peer{};
    socklen_t bytes = sizeof peer;
    if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0) return false;
    return peer.uid == ::geteuid() || peer.uid == 0;
}

}  // namespace prosa
