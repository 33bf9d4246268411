// Boost.Asio: each end has an io_context of its own; a message travels in a posted handler.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <deque>

#include "bench/peers/link_echo.hpp"

namespace prosa::bench {
namespace {

namespace asio = boost::asio;

class AsioEnd {
  public:
    explicit AsioEnd(PeerWait wait) : wait_(wait) {}

    void connect(AsioEnd& other) noexcept { other_ = &other; }

    void send(const PeerMessage& message) {
        asio::post(other_->context_, [other = other_, message] { other->arrived_.push_back(message); });
    }
    bool receive(PeerMessage& message) {
        if (arrived_.empty()) {
            if (wait_ == PeerWait::busy)
                context_.poll();
            else
                context_.run_one();
        }
        if (arrived_.empty()) {
            for (int i = 0; i < pauses_per_poll; ++i) cpu_relax();
            return false;
        }
        message = arrived_.front();
        arrived_.pop_front();
        return true;
    }

  private:
    // A poll holds the mutex that the other end's post needs: polling without a rest is slower.
    static constexpr int pauses_per_poll = 8;

    const PeerWait wait_;
    asio::io_context context_{1};  // one thread runs it
    asio::executor_work_guard<asio::io_context::executor_type> guard_{context_.get_executor()};
    std::deque<PeerMessage> arrived_;  // own thread only
    AsioEnd* other_ = nullptr;
};

class AsioLink {
  public:
    static constexpr bool is_pipelined = true;

    explicit AsioLink(PeerWait wait) : requester_(wait), responder_(wait) {
        requester_.connect(responder_);
        responder_.connect(requester_);
    }
    static absl::StatusOr<std::unique_ptr<AsioLink>> open(PeerWait wait) {
        return std::make_unique<AsioLink>(wait);
    }

    AsioEnd& requester() noexcept { return requester_; }
    AsioEnd& responder() noexcept { return responder_; }

  private:
    AsioEnd requester_;
    AsioEnd responder_;
};

}  // namespace

std::vector<PeerRow> asio_rows() { return link_rows<AsioLink>("Boost.Asio post", PeerRole::bus); }

}  // namespace prosa::bench
