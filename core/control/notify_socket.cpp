#include "core/control/notify_socket.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

namespace prosa {

NotifySocket::NotifySocket(FileDescriptor socket, const sockaddr_un& address,
                           socklen_t address_bytes) noexcept
    : socket_(std::move(socket)), address_(address), address_bytes_(address_bytes) {}

absl::StatusOr<NotifySocket> NotifySocket::open(std::string_view address) {
    const bool is_abstract = address.starts_with('@');
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if ((!is_abstract && !address.starts_with('/')) || address.size() < 2 ||
        address.size() >= sizeof to.sun_path)
        return invalid_argument("NOTIFY_SOCKET '{}': expected an absolute path or @name, of at most {} bytes",
                                address, sizeof to.sun_path - 1);
    std::memcpy(to.sun_path, address.data(), address.size());
    if (is_abstract) to.sun_path[0] = '\0';
    // The name of an abstract socket ends where the address does; a path ends with a zero byte, too.
    const std::size_t bytes = offsetof(sockaddr_un, sun_path) + address.size() + (is_abstract ? 0 : 1);
    FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return make_error(absl::StatusCode::kResourceExhausted, "no socket could be made: {}",
                          std::strerror(errno));
    return NotifySocket(std::move(socket), to, static_cast<socklen_t>(bytes));
}

bool NotifySocket::send(std::string_view state) const noexcept {
    for (;;) {
        const ssize_t sent = ::sendto(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                      reinterpret_cast<const sockaddr*>(&address_), address_bytes_);
        if (sent >= 0) return true;
        if (errno != EINTR) return false;
    }
}

}  // namespace prosa
