#include "core/control/control_server.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <list>
#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/log.hpp"
#include "core/control/control_socket.hpp"
#include "core/control/socket_file.hpp"

namespace prosa {
namespace {

constexpr Nanos calm_ns = 100 * ns_per_ms;  // between two attempts to get what the system is short of

// accept failed for want of descriptors or memory: who waits is still there, and is so at once the next time.
bool is_shortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

ControlAnswer answer_safely(const ControlHandler& handler, std::string_view line) try {
    if (const absl::Status checked = check_request(line); !checked.ok())
        return ControlAnswer::error(message_of(checked));
    return handler(line);
} catch (const std::exception& error) {
    return ControlAnswer::error(fmt::format("the request failed: {}", error.what()));
} catch (...) {
    return ControlAnswer::error("the request failed");
}

}  // namespace

class ControlServer::Loop {
  public:
    Loop(const ControlServerOptions& options, ControlHandler handler, FileDescriptor listener,
         SocketFile file, FileDescriptor stop)
        : options_(options),
          handler_(std::move(handler)),
          listener_(std::move(listener)),
          file_(std::move(file)),
          stop_(std::move(stop)),
          thread_([this] { run(); }) {}

    ~Loop() {
        const std::uint64_t one = 1;
        if (::write(stop_.get(), &one, sizeof one) != sizeof one)
            log().error("the control thread cannot be told to end");
        thread_.join();
    }

    const std::string& path() const noexcept { return options_.path; }

  private:
    struct Client {
        FileDescriptor connection;
        Nanos deadline_ns = 0;
        std::string received;
        std::string answer;  // what is left to send; the client reads while it is empty
        bool is_answered = false;
        bool is_over = false;
    };

    void run() {
        pthread_setname_np(pthread_self(), "prosa-ctl");
        while (try_turn()) {
        }
    }

    // False when it is told to end. What memory is short for, the clients do not get.
    bool try_turn() try { return turn(); } catch (const std::bad_alloc&) {
        log().error("{}: no memory for the control socket: its connections are closed", options_.path);
        clients_.clear();
        pollfd stop{stop_.get(), POLLIN, 0};
        return ::poll(&stop, 1, calm_ns / ns_per_ms) <= 0;
    }

    bool turn() {
        fill(polled_);
        if (::poll(polled_.data(), polled_.size(), wait_ms()) < 0 && errno != EINTR) {
            log().error("{}: the control socket ends: {}", options_.path, std::strerror(errno));
            return false;
        }
        if (polled_[0].revents != 0) return false;
        serve(polled_);
        if (polled_[1].revents != 0) accept_clients();
        close_finished();
        return true;
    }

    void fill(std::vector<pollfd>& polled) const {
        const int listener = monotonic_now_ns() < accepts_from_ns_ ? -1 : listener_.get();  // poll skips -1
        polled.assign({{stop_.get(), POLLIN, 0}, {listener, POLLIN, 0}});
        for (const Client& client : clients_) {
            const auto wanted = static_cast<short>(client.is_answered ? POLLOUT : POLLIN);
            polled.push_back({client.connection.get(), wanted, 0});
        }
    }

    int wait_ms() const {
        const Nanos now_ns = monotonic_now_ns();
        Nanos wake_ns = now_ns < accepts_from_ns_ ? accepts_from_ns_ : no_deadline_ns;
        for (const Client& client : clients_) wake_ns = std::min(wake_ns, client.deadline_ns);
        if (wake_ns == no_deadline_ns) return -1;
        return static_cast<int>(std::max<Nanos>((wake_ns - now_ns) / ns_per_ms + 1, 0));
    }

    void serve(const std::vector<pollfd>& polled) {
        std::size_t at = 2;
        for (Client& client : clients_) {
            const short found = polled[at++].revents;
            if (found == 0) continue;
            if (!client.is_answered) receive(client, (found & POLLHUP) != 0);
            if (client.is_answered) send(client);
        }
    }

    void accept_clients() {
        for (;;) {
            FileDescriptor connection(
                ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!connection) {
                if (is_shortage(errno)) rest(std::strerror(errno));
                return;
            }
            is_short_ = false;
            Client client;
            client.connection = std::move(connection);
            client.deadline_ns = monotonic_now_ns() + options_.timeout_ns;
            if (!is_peer_trusted(client.connection))
                refuse(client, "this instance belongs to another user");
            else if (clients_.size() >= options_.clients_max)
                refuse(client, fmt::format("{} others are connected, which is the most", clients_.size()));
            else
                clients_.push_back(std::move(client));
        }
    }

    void rest(const char* why) {
        if (!std::exchange(is_short_, true)) log().warn("{}: clients have to wait: {}", options_.path, why);
        accepts_from_ns_ = monotonic_now_ns() + calm_ns;
    }

    // An answer this short fits the empty buffer of the connection.
    void refuse(Client& client, std::string why) {
        answer(client, ControlAnswer::error(std::move(why)));
        send(client);
    }

    // A request ends with its line, or with the input of a client that still waits: one that is gone may have meant more.
    void receive(Client& client, bool is_gone) {
        std::array<char, request_bytes_max> bytes;
        const ssize_t count = ::recv(client.connection.get(), bytes.data(), bytes.size(), 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count < 0 || (count == 0 && (is_gone || client.received.empty()))) {
            client.is_over = true;
            return;
        }
        client.received.append(bytes.data(), static_cast<std::size_t>(count));
        const std::size_t end = client.received.find('\n');
        if (count > 0 && end == std::string::npos && client.received.size() < request_bytes_max) return;
        answer(client, answer_safely(handler_, std::string_view(client.received).substr(0, end)));
    }

    void answer(Client& client, const ControlAnswer& given) {
        client.answer = encode_answer(given);
        client.is_answered = true;
        client.deadline_ns = monotonic_now_ns() + options_.timeout_ns;
    }

    void send(Client& client) {
        while (!client.answer.empty()) {
            const ssize_t count =
                ::send(client.connection.get(), client.answer.data(), client.answer.size(), MSG_NOSIGNAL);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0 && errno == EAGAIN) return;
            if (count < 0) break;
            client.answer.erase(0, static_cast<std::size_t>(count));
            client.deadline_ns = monotonic_now_ns() + options_.timeout_ns;
        }
        client.is_over = true;
    }

    void close_finished() {
        const Nanos now_ns = monotonic_now_ns();
        clients_.remove_if(
            [now_ns](const Client& client) { return client.is_over || client.deadline_ns <= now_ns; });
    }

    const ControlServerOptions options_;
    const ControlHandler handler_;
    const FileDescriptor listener_;
    const SocketFile file_;
    const FileDescriptor stop_;
    std::list<Client> clients_;
    std::vector<pollfd> polled_;
    Nanos accepts_from_ns_ = 0;
    bool is_short_ = false;  // since the last client that was accepted
    std::thread thread_;
};

absl::StatusOr<std::unique_ptr<ControlServer>> ControlServer::start(ControlServerOptions options,
                                                                    ControlHandler handler) try {
    FileDescriptor stop(::eventfd(0, EFD_CLOEXEC));
    if (!stop)
        return make_error(absl::StatusCode::kResourceExhausted, "no eventfd could be made: {}",
                          std::strerror(errno));
    std::string path = options.path;  // before there is a file, for it takes memory
    auto listener = listen_for_control(path);
    if (!listener.ok()) return listener.status();
    SocketFile file(std::move(path));
    return std::unique_ptr<ControlServer>(new ControlServer(std::make_unique<Loop>(
        options, std::move(handler), *std::move(listener), std::move(file), std::move(stop))));
} catch (const std::system_error& error) {
    return make_error(absl::StatusCode::kResourceExhausted, "no thread for the control socket {}: {}",
                      options.path, error.what());
} catch (const std::bad_alloc&) {
    return make_error(absl::StatusCode::kResourceExhausted, "no memory for the control socket {}",
                      options.path);
}

ControlServer::ControlServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
ControlServer::~ControlServer() = default;

const std::string& ControlServer::path() const noexcept { return loop_->path(); }

}  // namespace prosa
