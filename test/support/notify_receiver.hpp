// test/support/notify_receiver.hpp: the service manager's end of a notify socket.
#pragma once

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <string>

#include "core/control/file_descriptor.hpp"

namespace prosa::test {

class NotifyReceiver {
  public:
    // A path, or @name.
    explicit NotifyReceiver(const std::string& address)
        : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un own{};
        own.sun_family = AF_UNIX;
        REQUIRE(address.size() < sizeof own.sun_path);
        std::memcpy(own.sun_path, address.data(), address.size());
        if (address.starts_with('@')) own.sun_path[0] = '\0';
        const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
        REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own), bytes) == 0);
    }

    // The next datagram; nothing when none comes in time.
    std::optional<std::string> next(int timeout_ms = 60'000) {
        pollfd waited{socket_.get(), POLLIN, 0};
        if (::poll(&waited, 1, timeout_ms) != 1) return std::nullopt;
        char buffer[4096];
        const ssize_t bytes = ::recv(socket_.get(), buffer, sizeof buffer, 0);
        return std::string(buffer, bytes < 0 ? 0 : static_cast<std::size_t>(bytes));
    }

    // The first datagram that holds `part`; nothing when none comes in time.
    std::optional<std::string> next_with(const std::string& part) {
        for (;;) {
            auto state = next();
            if (!state || state->find(part) != std::string::npos) return state;
        }
    }

  private:
    FileDescriptor socket_;
};

}  // namespace prosa::test
