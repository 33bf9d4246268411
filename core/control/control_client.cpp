#include "core/control/control_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/control/control_socket.hpp"

namespace prosa {
namespace {

// An instance that refuses a client may close before the request is written; its answer can still be read
// then.
void send_line(const FileDescriptor& connection, std::string_view line) {
    const std::string bytes = std::string(line) + '\n';
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t count =
            ::send(connection.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        sent += static_cast<std::size_t>(count);
    }
}

absl::Status wait_for_bytes(const FileDescriptor& connection, Nanos deadline_ns) {
    for (;;) {
        const Nanos left_ns = deadline_ns - monotonic_now_ns();
        if (left_ns <= 0)
            return make_error(absl::StatusCode::kDeadlineExceeded, "the instance did not answer in time");
        pollfd polled{connection.get(), POLLIN, 0};
        if (::poll(&polled, 1, static_cast<int>(left_ns / ns_per_ms + 1)) > 0) return absl::OkStatus();
    }
}

}  // namespace

absl::StatusOr<ControlAnswer> ask_instance(const std::string& socket_path, std::string_view request,
                                           Nanos timeout_ns) {
    if (const absl::Status checked = check_request(request); !checked.ok()) return checked;
    const Nanos deadline_ns = monotonic_now_ns() + timeout_ns;
    const auto connection = connect_for_control(socket_path);
    if (!connection.ok()) return connection.status();
    send_line(*connection, request);
    std::string received;
    std::array<char, 65536> bytes;
    for (;;) {
        if (const absl::Status waited = wait_for_bytes(*connection, deadline_ns); !waited.ok()) return waited;
        const ssize_t count = ::recv(connection->get(), bytes.data(), bytes.size(), 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0)
            return make_error(absl::StatusCode::kDataLoss, "the instance closed before it had answered");
        received.append(bytes.data(), static_cast<std::size_t>(count));
        auto answer = decode_answer(received);
        if (!answer.ok()) return answer.status();
        if (answer->has_value()) return **std::move(answer);
    }
}

}  // namespace prosa
