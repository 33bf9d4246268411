// core/control/notify_socket.hpp: tells a service manager how this process does, by systemd's protocol.
//
// A state is text of lines such as READY=1, STATUS=..., STOPPING=1 or WATCHDOG=1, sent as one datagram.
// Source    sd_notify(3), "Notes" and "Standalone Implementations".
// Threads   one at a time. Never waits: a manager that does not read gets nothing.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/control/file_descriptor.hpp"

namespace prosa {

class PROSA_API NotifySocket {
  public:
    // `address` is the value of NOTIFY_SOCKET: an absolute path, or @name in the abstract namespace.
    // Error: neither of both, too long, no socket.
    static absl::StatusOr<NotifySocket> open(std::string_view address);

    // False when it could not be delivered; sending it again may help.
    [[nodiscard]] bool send(std::string_view state) const noexcept;

  private:
    NotifySocket(FileDescriptor socket, const sockaddr_un& address, socklen_t address_bytes) noexcept;

    FileDescriptor socket_;
    sockaddr_un address_;
    socklen_t address_bytes_;
};

}  // namespace prosa
