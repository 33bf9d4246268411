// core/control/control_socket.hpp: the Unix socket through which an instance is controlled.
//
// Life      the socket's file belongs to the process that listens. One that a dead process left is replaced; one that
//           somebody listens on is never taken away.
// Access    mode 0600, and the peer's user must be ours or root.
// Threads   any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/control/file_descriptor.hpp"

namespace prosa {

// $XDG_RUNTIME_DIR/prosa-NAME.sock when that folder exists, else /tmp/prosa-UID/NAME.sock.
PROSA_API std::string default_control_path(std::string_view instance_name);

// Error: empty or too long for a socket; the file system is not asked.
PROSA_API absl::Status check_control_path(const std::string& path);

// A socket at one of the default places that somebody listens on.
struct ControlSocket {
    std::string instance_name;
    std::string path;
};
PROSA_API std::vector<ControlSocket> control_sockets();

// A non-blocking socket that listens at `path`. The folder of the default path is made with mode 0700.
// Error: somebody listens there (AlreadyExists), the path is too long or no place for a socket, the folder is
// not ours alone.
PROSA_API absl::StatusOr<FileDescriptor> listen_for_control(const std::string& path);

// Whether listen_for_control would succeed now, for what can be known without it. Nothing is made or taken away.
PROSA_API absl::Status check_listen_for_control(const std::string& path);

// A connected, blocking socket. Error: nobody listens at `path` (Unavailable).
PROSA_API absl::StatusOr<FileDescriptor> connect_for_control(const std::string& path);

// Whether the process at the other end runs as our user or as root.
PROSA_API bool is_peer_trusted(const FileDescriptor& connection) noexcept;

}  // namespace prosa
