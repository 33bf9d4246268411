#include "core/control/control_server.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "core/control/control_client.hpp"
#include "core/control/control_socket.hpp"
#include "test/support/temporary_folder.hpp"

namespace prosa::test {
namespace {

ControlAnswer echo(std::string_view request) {
    if (request.starts_with("refuse")) return ControlAnswer::error("refused as asked");
    if (request == "throw") throw std::runtime_error("thrown as asked");
    if (request == "throw 1") throw 1;
    return {true, "you said: " + std::string(request)};
}

// Sends bytes as they are, and returns everything that comes back.
std::string send_raw(const std::string& path, std::string_view bytes, bool ends_input = false) {
    const auto connection = connect_for_control(path);
    REQUIRE(connection.ok());
    for (std::size_t sent = 0; sent < bytes.size();) {
        const ssize_t count =
            ::send(connection->get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) break;
        sent += static_cast<std::size_t>(count);
    }
    if (ends_input) ::shutdown(connection->get(), SHUT_WR);
    std::string received;
    char buffer[4096];
    for (;;) {
        const ssize_t count = ::recv(connection->get(), buffer, sizeof buffer, 0);
        if (count <= 0) return received;
        received.append(buffer, static_cast<std::size_t>(count));
    }
}

bool is_served(const std::string& path, std::string_view request) {
    const auto answer = ask_instance(path, request);
    return answer.ok() && answer->is_ok;
}

// As soon as it has a place, and a CPU, for one more.
bool is_served_in_time(const std::string& path) {
    bool is_served_now = false;
    for (int i = 0; i < 1000 && !is_served_now; ++i) is_served_now = is_served(path, "hello");
    return is_served_now;
}

bool can_become_another_user() {
    if (::geteuid() == 0) return true;
    MESSAGE("left out: only root can become another user");
    return false;
}

struct Served {
    explicit Served(ControlServerOptions options = {}, ControlHandler handler = echo) {
        options.path = path;
        auto started = ControlServer::start(std::move(options), std::move(handler));
        REQUIRE(started.ok());
        server = *std::move(started);
    }

    TemporaryFolder folder;
    std::string path = folder.file("ctl.sock");
    std::unique_ptr<ControlServer> server;
};

}  // namespace

TEST_CASE("a request is answered, refused, or its failure is told") {
    Served served;
    const auto answered = ask_instance(served.path, "hello there");
    REQUIRE(answered.ok());
    CHECK(answered->is_ok);
    CHECK(answered->text == "you said: hello there");
    const auto refused = ask_instance(served.path, "refuse me");
    REQUIRE(refused.ok());
    CHECK_FALSE(refused->is_ok);
    CHECK(refused->text == "refused as asked");
    const auto thrown = ask_instance(served.path, "throw");
    REQUIRE(thrown.ok());
    CHECK_FALSE(thrown->is_ok);
    CHECK(thrown->text == "the request failed: thrown as asked");
    const auto thrown_number = ask_instance(served.path, "throw 1");
    REQUIRE(thrown_number.ok());
    CHECK_FALSE(thrown_number->is_ok);
    CHECK(thrown_number->text == "the request failed");
}

TEST_CASE("an answer much larger than the socket's buffer arrives whole") {
    const std::string large(5'000'000, 'x');
    Served served({}, [&](std::string_view) { return ControlAnswer{true, large}; });
    const auto answer = ask_instance(served.path, "all");
    REQUIRE(answer.ok());
    CHECK(answer->text == large);
}

TEST_CASE("the socket is for its user only, and its file goes with the server") {
    Served served;
    struct stat found {};
    REQUIRE(::lstat(served.path.c_str(), &found) == 0);
    CHECK(S_ISSOCK(found.st_mode));
    CHECK((found.st_mode & 0777) == 0600);
    served.server.reset();
    CHECK_FALSE(std::filesystem::exists(served.path));
    const auto unreachable = ask_instance(served.path, "hello");
    CHECK(absl::IsUnavailable(unreachable.status()));
}

TEST_CASE("hostile bytes get an error, and the server goes on") {
    Served served;
    const auto answer_to = [&](std::string_view bytes) { return send_raw(served.path, bytes); };
    using namespace std::string_view_literals;
    CHECK(answer_to("\n").find("the request is empty") != std::string::npos);
    CHECK(answer_to("a\0b\n"sv).find("byte 1 of the request is the control character 0x00") !=
          std::string::npos);
    CHECK(answer_to("a\tb\n").find("control character 0x09") != std::string::npos);
    CHECK(answer_to("\xff\xfe\n").find("byte 0 of the request is 0xff, which is no UTF-8") !=
          std::string::npos);
    CHECK(answer_to("ab\xc3\n").find("byte 2 of the request is 0xc3") != std::string::npos);
    CHECK(answer_to("\xed\xa0\x80\n").find("no UTF-8") != std::string::npos);
    CHECK(answer_to(std::string(5000, 'a')).find("longer than 4095 bytes") != std::string::npos);
    CHECK(answer_to(std::string(1'000'000, 'a') + "\n").starts_with("error "));
    CHECK(send_raw(served.path, "", true).empty());
    CHECK(is_served(served.path, std::string(4095, 'a')));
    CHECK(is_served(served.path, "gr\xc3\xbc\xc3\x9f"));
}

TEST_CASE("the end of a client's input ends its request, unless the client is gone") {
    Served served;
    CHECK(send_raw(served.path, "no line end", true).find("you said: no line end") != std::string::npos);

    std::atomic<int> request_count = 0;
    Served counting({}, [&](std::string_view) {
        ++request_count;
        return ControlAnswer{true, ""};
    });
    {
        const auto gone = connect_for_control(counting.path);
        REQUIRE(gone.ok());
        REQUIRE(::send(gone->get(), "remove", 6, MSG_NOSIGNAL) == 6);
    }
    // When the second of these is read, the end of the one before them was.
    CHECK(is_served(counting.path, "after it"));
    CHECK(is_served(counting.path, "after it"));
    CHECK(request_count == 2);
}

TEST_CASE("a client that says nothing is closed after the time-out") {
    ControlServerOptions options;
    options.timeout_ns = 20 * ns_per_ms;
    Served served(options);
    CHECK(send_raw(served.path, "never finished").empty());
    CHECK(is_served_in_time(served.path));
}

TEST_CASE("one client more than clients_max is told so") {
    ControlServerOptions options;
    options.clients_max = 2;
    options.timeout_ns = 60 * ns_per_s;
    Served served(options);
    const auto first = connect_for_control(served.path);
    const auto second = connect_for_control(served.path);
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    const auto third = ask_instance(served.path, "hello");
    REQUIRE(third.ok());
    CHECK_FALSE(third->is_ok);
    CHECK(third->text == "2 others are connected, which is the most");
}

TEST_CASE(
    "a client that comes when there is no descriptor left waits, and the server does not spin meanwhile") {
    Served served;
    const FileDescriptor client(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, served.path.c_str(), sizeof address.sun_path - 1);

    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit none_left = before;
    none_left.rlim_cur = static_cast<rlim_t>(FileDescriptor(::dup(client.get())).get());
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none_left) == 0);
    REQUIRE(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const std::clock_t cpu_begin = std::clock();
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    const double cpu_seconds = static_cast<double>(std::clock() - cpu_begin) / CLOCKS_PER_SEC;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(cpu_seconds < 0.2);

    REQUIRE(::send(client.get(), "hello\n", 6, MSG_NOSIGNAL) == 6);
    char answer[64];
    CHECK(::recv(client.get(), answer, sizeof answer, 0) > 0);
}

TEST_CASE("a socket that somebody listens on is not taken away, one of a dead process is") {
    Served served;
    auto second = ControlServer::start({.path = served.path, .clients_max = 1}, echo);
    CHECK(absl::IsAlreadyExists(second.status()));
    CHECK(is_served(served.path, "still there"));

    const std::string stale = served.folder.file("stale.sock");
    const pid_t child = ::fork();
    if (child == 0) {
        // The process ends without any destructor, as one that is killed does.
        ::_exit(listen_for_control(stale).ok() ? (std::quick_exit(0), 0) : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(std::filesystem::exists(stale));
    CHECK(absl::IsUnavailable(ask_instance(stale, "hello").status()));
    auto replaced = ControlServer::start({.path = stale, .clients_max = 1}, echo);
    REQUIRE(replaced.ok());
    CHECK(is_served(stale, "hello"));
}

TEST_CASE("what is no socket is left alone, and a path that is too long is said so") {
    TemporaryFolder folder;
    const std::string path = folder.file("file");
    std::ofstream(path) << "precious";
    const auto in_the_way = ControlServer::start({.path = path, .clients_max = 1}, echo);
    CHECK(absl::IsFailedPrecondition(in_the_way.status()));
    CHECK(std::filesystem::file_size(path) == 8);
    const auto too_long =
        ControlServer::start({.path = folder.file(std::string(200, 'x')), .clients_max = 1}, echo);
    CHECK(message_of(too_long.status()).find("at most 107 bytes") != std::string::npos);
}

TEST_CASE("a check of a socket's path says what a start would say, and makes and takes away nothing") {
    Served served;
    const auto refusal_of = [](const std::string& path) {
        const absl::Status checked = check_listen_for_control(path);
        const auto started = listen_for_control(path);
        CHECK_FALSE(started.ok());
        CHECK(checked == started.status());
        return message_of(checked);
    };
    CHECK(refusal_of(served.path) == served.path + ": another instance listens there");
    CHECK(is_served(served.path, "still there"));
    CHECK(refusal_of(served.folder.file("none/a.sock")).ends_with("No such file or directory"));
    const std::string file = served.folder.file("file");
    std::ofstream(file) << "precious";
    CHECK(refusal_of(file).ends_with("is in the way, expected a socket or nothing"));
    CHECK(refusal_of(file + "/a.sock").ends_with("Not a directory"));
    CHECK(refusal_of("").ends_with("got 0"));

    const std::string stale = served.folder.file("stale.sock");
    { const auto left = listen_for_control(stale); }
    CHECK(check_listen_for_control(stale).ok());
    CHECK(std::filesystem::exists(stale));
    const std::string good = served.folder.file("good.sock");
    CHECK(check_listen_for_control(good).ok());
    CHECK_FALSE(std::filesystem::exists(good));
}

TEST_CASE("a folder that the user may not write to is no place for a socket") {
    if (!can_become_another_user()) return;
    TemporaryFolder folder;
    ::chmod(folder.path().c_str(), 0755);
    const std::string path = folder.file("a.sock");
    REQUIRE(::seteuid(65534) == 0);
    const absl::Status checked = check_listen_for_control(path);
    const auto started = listen_for_control(path);
    REQUIRE(::seteuid(0) == 0);
    CHECK(message_of(checked) == path + ": cannot be listened on: Permission denied");
    CHECK(checked == started.status());
}

TEST_CASE("a peer of another user is refused, even when the file's mode would let it in") {
    if (!can_become_another_user()) return;
    Served served;
    ::chmod(served.folder.path().c_str(), 0755);
    ::chmod(served.path.c_str(), 0666);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setuid(65534) != 0) ::_exit(2);
        const auto answer = ask_instance(served.path, "hello");
        ::_exit(answer.ok() && !answer->is_ok && answer->text == "this instance belongs to another user" ? 0
                                                                                                         : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a client that does not wait for its answer harms nobody") {
    Served served({}, [](std::string_view) { return ControlAnswer{true, std::string(3'000'000, 'x')}; });
    for (int i = 0; i < 20; ++i) {
        const auto connection = connect_for_control(served.path);
        REQUIRE(connection.ok());
        REQUIRE(::send(connection->get(), "a\n", 2, MSG_NOSIGNAL) == 2);
    }
    CHECK(is_served_in_time(served.path));  // once those are gone: they may be as many as the server takes
}

TEST_CASE("the default path is in the user's runtime folder, else in a folder of the user's own") {
    TemporaryFolder folder;
    const char* const before = std::getenv("XDG_RUNTIME_DIR");
    const std::string kept = before == nullptr ? "" : before;
    ::setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1);
    CHECK(default_control_path("x") == folder.path().string() + "/prosa-x.sock");
    ::setenv("XDG_RUNTIME_DIR", "/nowhere/at/all", 1);
    CHECK(default_control_path("x") == fmt::format("/tmp/prosa-{}/x.sock", ::geteuid()));
    if (before == nullptr)
        ::unsetenv("XDG_RUNTIME_DIR");
    else
        ::setenv("XDG_RUNTIME_DIR", kept.c_str(), 1);
}

TEST_CASE("what is no answer of an instance is refused by the client") {
    CHECK_FALSE(decode_answer("HTTP/1.1 200 OK\r\n").ok());
    CHECK_FALSE(decode_answer("ok -1\n").ok());
    CHECK_FALSE(decode_answer("ok 99999999999999999999\n").ok());
    CHECK_FALSE(decode_answer("ok 3x\nabc").ok());
    CHECK_FALSE(decode_answer("ok 3\nabcd").ok());
    CHECK_FALSE(decode_answer(std::string(40, 'o')).ok());
    CHECK_FALSE(decode_answer("ok 3\nab")->has_value());
    CHECK_FALSE(decode_answer("ok")->has_value());
    const auto whole = decode_answer(encode_answer({false, "abc"}));
    REQUIRE(whole.ok());
    REQUIRE(whole->has_value());
    CHECK((*whole)->text == "abc");
    CHECK_FALSE((*whole)->is_ok);
}

}  // namespace prosa::test
