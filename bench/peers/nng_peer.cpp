// nng: REQ and REP over inproc. Each request under way has a context of its own, on both sides. Threads of
// nng deliver and answer, on any CPU; a caller that spins would only keep them from theirs, so there is no
// busy form.
#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>

#include <cstring>
#include <semaphore>

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {
namespace {

class Context {
  public:
    explicit Context(nng_socket socket) {
        PROSA_ASSERT(nng_ctx_open(&context_, socket) == 0, "a context can be opened");
    }
    ~Context() { nng_ctx_close(context_); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    nng_ctx get() const noexcept { return context_; }

  private:
    nng_ctx context_{};
};

class Aio {
  public:
    explicit Aio(void (*on_done)(void*) = nullptr, void* argument = nullptr) {
        PROSA_ASSERT(nng_aio_alloc(&aio_, on_done, argument) == 0, "an operation can be allocated");
    }
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

PeerMessage read(nng_msg* from) {
    PROSA_ASSERT(nng_msg_len(from) == sizeof(PeerMessage), "a message arrives whole");
    PeerMessage message;
    std::memcpy(&message, nng_msg_body(from), sizeof message);
    return message;
}

// A request and its reply.
class Exchange {
  public:
    explicit Exchange(nng_socket socket) : context_(socket) {}

    void begin(const PeerMessage& message) {
        nng_msg* sent = nullptr;
        PROSA_ASSERT(nng_msg_alloc(&sent, sizeof message) == 0, "a message can be allocated");
        std::memcpy(nng_msg_body(sent), &message, sizeof message);
        nng_aio_set_msg(sending_.get(), sent);
        nng_ctx_send(context_.get(), sending_.get());
        if (message.number != last_number) nng_ctx_recv(context_.get(), receiving_.get());
    }
    PeerMessage end() {
        sending_.finish();
        receiving_.finish();
        nng_msg* const received = nng_aio_get_msg(receiving_.get());
        const PeerMessage message = read(received);
        nng_msg_free(received);
        return message;
    }

  private:
    Aio sending_;
    Aio receiving_;
    Context context_;  // closed first
};

// Requests may be answered in any order; each context has the reply to its own.
class Requester {
  public:
    explicit Requester(nng_socket socket) {
        for (auto& exchange : exchanges_) exchange = std::make_unique<Exchange>(socket);
    }
    void send(const PeerMessage& message) { exchanges_[sent_++ % peer_outstanding]->begin(message); }
    bool receive(PeerMessage& message) {
        message = exchanges_[received_++ % peer_outstanding]->end();
        return true;
    }

  private:
    std::array<std::unique_ptr<Exchange>, peer_outstanding> exchanges_;
    std::uint64_t sent_ = 0;
    std::uint64_t received_ = 0;
};

// Receives a request, sends it back, and so on, until the link is closed.
class Answerer {
  public:
    Answerer(nng_socket socket, std::binary_semaphore& last_came) : last_came_(last_came), context_(socket) {
        nng_ctx_recv(context_.get(), aio_.get());
    }

  private:
    static void on_done(void* self) { static_cast<Answerer*>(self)->step(); }

    void step() {
        if (nng_aio_result(aio_.get()) != 0) return;  // closed
        is_receiving_ = !is_receiving_;
        if (is_receiving_) return nng_ctx_recv(context_.get(), aio_.get());
        nng_msg* const request = nng_aio_get_msg(aio_.get());
        if (read(request).number != last_number) return nng_ctx_send(context_.get(), aio_.get());
        nng_msg_free(request);
        last_came_.release();
    }

    std::binary_semaphore& last_came_;
    bool is_receiving_ = true;  // otherwise it sends
    Aio aio_{on_done, this};
    Context context_;  // closed first
};

class Responder {
  public:
    explicit Responder(nng_socket socket) {
        for (auto& answerer : answerers_) answerer = std::make_unique<Answerer>(socket, last_came_);
    }
    void wait_for_last() { last_came_.acquire(); }

  private:
    std::binary_semaphore last_came_{0};
    std::array<std::unique_ptr<Answerer>, peer_outstanding> answerers_;
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
