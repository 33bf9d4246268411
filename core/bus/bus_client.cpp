#include "core/bus/bus_client.hpp"

#include <algorithm>
#include <new>

#include "core/base/cache_line.hpp"
#include "core/bus/control.hpp"

namespace prosa {
namespace {

constexpr Nanos call_spin_ns = 50 * ns_per_us;  // about what a sleep and its wake-up cost
constexpr std::size_t expiries_per_poll = 256;

// Gets the outcome of one blocking call.
class CallWaiter final : public OutcomeWaiter {
  public:
    void on_outcome(const Outcome& outcome) noexcept override {
        reply.error = copy_body(outcome.body) ? outcome.error : ServiceError::overloaded;
        reply.latency_ns = outcome.latency_ns;
        is_done = true;
    }

    BusClient::Reply reply;
    bool is_done = false;

  private:
    bool copy_body(std::span<const std::byte> body) noexcept try {
        reply.body.assign(body.begin(), body.end());
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
};

}  // namespace

class BusClient::Impl final : public Caller {
  public:
    Impl(std::shared_ptr<BusMain::Control> control, Peer peer)
        : control_(std::move(control)),
          state_(control_->ask([&] { return control_->add_client(peer.waker); })),
          is_stepped_(control_->options().stepped_from_ns.has_value()),
          deadlines_(now_ns()),
          requester_(control_->options().bus, peer, control_->tables(), deadlines_, *control_) {
        if (is_stepped_) requester_.use_given_time_only();
        if (TransactionJournal* const journal = control_->options().journal.get())
            requester_.log_to(journal->open());
        requester_.add_caller(*this);
    }

    ServiceHandle resolve(std::string_view name) {
        const auto handle = control_->directory().intern(name);
        if (!handle) return no_service;
        requester_.refresh_table();
        requester_.prepare(*handle);
        return *handle;
    }

    bool has_provider(ServiceHandle service) {
        requester_.refresh_table();
        const ServiceEntry* const entry = requester_.table().find(service);
        return entry != nullptr && !entry->providers.empty();
    }

    bool may_send() noexcept {
        if (is_closed_ || state_->is_stopping.load(std::memory_order_relaxed)) return false;
        requester_.refresh_table();
        requester_.set_now(now_ns());
        return true;
    }

    void sent() noexcept {
        requester_.flush_wakes();
        publish();
    }

    bool poll() noexcept {
        PROSA_ASSERT(!is_polling_, "a handler of outcomes does not wait for others");
        is_polling_ = true;
        const bool did_work = turn();
        is_polling_ = false;
        return did_work;
    }

    bool turn() noexcept {
        requester_.set_now(now_ns());
        requester_.refresh_table();
        std::size_t work = requester_.drain_replies();
        work += deadlines_.advance(
            requester_.now_ns(),
            [this](TimerNode& node) { requester_.on_deadline(static_cast<PendingEntry&>(node)); },
            expiries_per_poll);
        if (state_->must_complete.load(std::memory_order_acquire)) [[unlikely]]
            complete();  // [complete]
        if (work == 0) requester_.exchange_blocks();
        requester_.flush_wakes();
        publish();
        return work != 0;
    }

    void assert_may_wait() const noexcept {
        PROSA_ASSERT(!is_stepped_, "in a stepped instance no time passes while its client waits");
    }

    void wait(Nanos timeout_ns) noexcept {
        assert_may_wait();
        requester_.flush_wakes();  // for claims that were committed since the last poll
        Nanos due_ns = std::min(deadlines_.next_deadline_ns() - now_ns(), timeout_ns);
        if (requester_.holds_blocks()) due_ns = std::min(due_ns, retry_after_ns);
        if (requester_.announce_sleep() &&
            !state_->must_complete.load(std::memory_order_acquire))  // [complete]
            requester_.self().waker->wait(due_ns);
        requester_.awaken();
    }

    // Answers that are here already are outcomes; the rest end as shutting_down.
    void complete() noexcept {
        is_closed_ = true;
        requester_.drain_all_replies();
        requester_.shut_down();
    }

    void close() noexcept {
        if (!is_closed_) poll();
        complete();
        publish();
    }

    void on_outcome(const Outcome& outcome) noexcept override {
        if (handler) handler(outcome);
    }

    Requester& requester() noexcept { return requester_; }

    std::function<void(const Outcome&)> handler;

  private:
    Nanos now_ns() const noexcept { return is_stepped_ ? control_->stepped_now_ns() : clock_.now_ns(); }
    void publish() noexcept {
        state_->in_flight.store(requester_.in_flight_count(), std::memory_order_relaxed);
    }

    std::shared_ptr<BusMain::Control> control_;
    std::shared_ptr<ClientState> state_;
    Clock clock_;
    const bool is_stepped_;
    TimerWheel deadlines_;
    Requester requester_;
    bool is_closed_ = false;
    bool is_polling_ = false;
};

std::unique_ptr<BusClient> BusClient::connect(std::shared_ptr<BusMain::Control> control) {
    PeerIdLease lease = control->lease_peer_id();
    if (!lease.is_valid()) return nullptr;
    Peer peer;
    peer.id = lease.id();
    peer.waker = std::make_shared<Waker>();
    peer.pools = std::make_shared<MessagePools>(peer.id, control->options().bus, 0);
    std::unique_ptr<BusClient> client(
        new BusClient(std::make_unique<Impl>(std::move(control), std::move(peer))));
    lease.keep();
    return client;
}

BusClient::BusClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

BusClient::~BusClient() { close(); }

ServiceHandle BusClient::resolve(std::string_view name) { return impl_->resolve(name); }

bool BusClient::has_provider(ServiceHandle service) { return impl_->has_provider(service); }

void BusClient::on_outcome(std::function<void(const Outcome&)> handler) {
    impl_->handler = std::move(handler);
}

Claim BusClient::claim(ServiceHandle service, const SendOptions& options) noexcept {
    if (!impl_->may_send()) return Claim(ServiceError::shutting_down);
    return impl_->requester().claim(*impl_, service, options);
}

SendResult BusClient::send(ServiceHandle service, std::span<const std::byte> body,
                           const SendOptions& options) noexcept {
    if (!impl_->may_send()) return {ServiceError::shutting_down};
    const SendResult sent = impl_->requester().send(*impl_, service, body, options);
    impl_->sent();
    return sent;
}

bool BusClient::poll() noexcept { return impl_->poll(); }

void BusClient::wait(Nanos timeout_ns) noexcept { impl_->wait(timeout_ns); }

BusClient::Reply BusClient::call(ServiceHandle service, std::span<const std::byte> body, Nanos timeout_ns) {
    PROSA_ASSERT(!is_reactor_thread(), "a blocking call would stop everybody on this reactor");
    impl_->assert_may_wait();
    CallWaiter waiter;
    SendOptions options;
    options.timeout_ns = timeout_ns;
    options.waiter = &waiter;
    if (const SendResult sent = send(service, body, options); !sent) {
        waiter.reply.error = sent.refusal;
        return std::move(waiter.reply);
    }
    const Nanos sleep_from_ns = impl_->requester().now_ns() + call_spin_ns;
    while (!waiter.is_done) {
        if (poll()) continue;
        if (impl_->requester().now_ns() < sleep_from_ns)
            cpu_relax();
        else
            wait(no_deadline_ns);
    }
    return std::move(waiter.reply);
}

void BusClient::close() noexcept { impl_->close(); }

std::uint32_t BusClient::in_flight_count() const noexcept { return impl_->requester().in_flight_count(); }

std::uint32_t BusClient::unanswered_count() const noexcept { return impl_->requester().pending_count(); }

const Caller& BusClient::caller() const noexcept { return *impl_; }

}  // namespace prosa
