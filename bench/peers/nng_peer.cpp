// nng: REQ and REP over inproc. Each request under way has a context of its own. Threads of nng deliver, on
// any CPU; a caller that spins would only keep them from theirs, so there is no busy form.
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>

#include <cstring>

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {
namespace {

class Aio {
  public:
    Aio() { PROSA_ASSERT(nng_aio_alloc(&aio_, nullptr, nullptr) == 0, "an operation can be allocated"); }
    ~Aio() { nng_aio_free(aio_); }
    Aio(const Aio&) = delete;
    Aio& operator=(const Aio&) = delete;

    nng_aio* get() const noexcept { return aio_; }
    void finish() {
        nng_aio_wait(aio_);
        PROSA_ASSERT(nng_aio_result(aio_) == 0, "an operation within the process succeeds");
    }

  private:
    nng_aio* aio_ = nullptr;
};

// One side of a request: a context, and what it does now.
class Exchange {
  public:
    explicit Exchange(nng_socket socket) {
        PROSA_ASSERT(nng_ctx_open(&context_, socket) == 0, "a context can be opened");
    }
    ~Exchange() { nng_ctx_close(context_); }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    void send(const PeerMessage& message) {
        nng_msg* sent = nullptr;
        PROSA_ASSERT(nng_msg_alloc(&sent, sizeof message) == 0, "a message can be allocated");
        std::memcpy(nng_msg_body(sent), &message, sizeof message);
        nng_aio_set_msg(aio_.get(), sent);
        nng_ctx_send(context_, aio_.get());
        aio_.finish();
    }
    void begin_receive() { nng_ctx_recv(context_, aio_.get()); }
    void end_receive(PeerMessage& message) {
        aio_.finish();
        nng_msg* const received = nng_aio_get_msg(aio_.get());
        PROSA_ASSERT(nng_msg_len(received) == sizeof message, "a message arrives whole");
        std::memcpy(&message, nng_msg_body(received), sizeof message);
        nng_msg_free(received);
    }

  private:
    Aio aio_;
    nng_ctx context_{};
};

class Requester {
  public:
    explicit Requester(nng_socket socket) {
        for (auto& exchange : exchanges_) exchange = std::make_unique<Exchange>(socket);
    }
    void send(const PeerMessage& message) {
        Exchange& exchange = *exchanges_[sent_++ % peer_outstanding];
        exchange.send(message);
        if (message.number != last_number) exchange.begin_receive();
    }
    bool receive(PeerMessage& message) {
        exchanges_[received_++ % peer_outstanding]->end_receive(message);
        return true;
    }

  private:
    std::array<std::unique_ptr<Exchange>, peer_outstanding> exchanges_;
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
};

class Responder {
  public:
    explicit Responder(nng_socket socket) : exchange_(socket) {}

    void send(const PeerMessage& message) { exchange_.send(message); }
    bool receive(PeerMessage& message) {
        exchange_.begin_receive();
        exchange_.end_receive(message);
        return true;
    }

  private:
    Exchange exchange_;
};

class Socket {
  public:
    explicit Socket(int (*open)(nng_socket*)) { PROSA_ASSERT(open(&socket_) == 0, "a socket can be opened"); }
    ~Socket() { nng_close(socket_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    nng_socket get() const noexcept { return socket_; }

  private:
    nng_socket socket_{};
};

class NngLink {
  public:
    static constexpr bool is_pipelined = true;

    static absl::StatusOr<std::unique_ptr<NngLink>> open(PeerWait) {
        std::unique_ptr<NngLink> link(new NngLink);
        for (const int error : {nng_listen(link->rep_.get(), "inproc://echo", nullptr, 0),
                                nng_dial(link->req_.get(), "inproc://echo", nullptr, 0)})
            if (error != 0) return make_error(absl::StatusCode::kInternal, "nng: {}", nng_strerror(error));
        link->requester_ = std::make_unique<Requester>(link->req_.get());
        link->responder_ = std::make_unique<Responder>(link->rep_.get());
        return link;
    }

    Requester& requester() noexcept { return *requester_; }
    Responder& responder() noexcept { return *responder_; }

  private:
    NngLink() = default;

    Socket rep_{nng_rep0_open};
    Socket req_{nng_req0_open};
    std::unique_ptr<Requester> requester_;
    std::unique_ptr<Responder> responder_;
};

}  // namespace

std::vector<PeerRow> nng_rows() {
    return {link_row<NngLink>("nng inproc REQ/REP", PeerRole::bus, PeerWait::blocking)};
}

}  // namespace prosa::bench
