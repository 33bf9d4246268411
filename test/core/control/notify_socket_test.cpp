#include "core/control/notify_socket.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include "test/support/notify_receiver.hpp"
#include "test/support/temporary_folder.hpp"

namespace prosa::test {

TEST_CASE("a state reaches a socket with a path") {
    const TemporaryFolder folder;
    NotifyReceiver receiver(folder.file("notify"));
    const auto socket = NotifySocket::open(folder.file("notify"));
    REQUIRE(socket.ok());
    CHECK(socket->send("READY=1\nSTATUS=all is well"));
    CHECK(receiver.next() == "READY=1\nSTATUS=all is well");
}

TEST_CASE("a state reaches an abstract socket") {
    const std::string address = "@prosa-notify-test-" + std::to_string(::getpid());
    NotifyReceiver receiver(address);
    const auto socket = NotifySocket::open(address);
    REQUIRE(socket.ok());
    CHECK(socket->send("STOPPING=1"));
    CHECK(receiver.next() == "STOPPING=1");
}

TEST_CASE("a state that nobody receives is reported as not sent, and sending goes on later") {
    const TemporaryFolder folder;
    const auto socket = NotifySocket::open(folder.file("notify"));
    REQUIRE(socket.ok());
    CHECK_FALSE(socket->send("READY=1"));
    NotifyReceiver receiver(folder.file("notify"));
    CHECK(socket->send("READY=1"));
    CHECK(receiver.next() == "READY=1");
}

TEST_CASE("a manager that does not read never makes the sender wait") {
    const TemporaryFolder folder;
    const NotifyReceiver receiver(folder.file("notify"));
    const auto socket = NotifySocket::open(folder.file("notify"));
    REQUIRE(socket.ok());
    while (socket->send("WATCHDOG=1")) continue;
    CHECK_FALSE(socket->send("WATCHDOG=1"));
}

TEST_CASE("an address of another form is refused") {
    for (const std::string& address :
         {std::string("run/notify"), std::string("vsock:2:1234"), std::string("/"), std::string("@"),
          std::string(), "/" + std::string(200, 'x')}) {
        CAPTURE(address);
        const auto socket = NotifySocket::open(address);
        REQUIRE_FALSE(socket.ok());
        CHECK(socket.status().message().find("expected an absolute path or @name") !=
              absl::string_view::npos);
    }
}

}  // namespace prosa::test
