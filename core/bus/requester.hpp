// core/bus/requester.hpp: the requesting half of a reactor or client: claims, pending requests, outcomes.
//
// Threads   one: the reactor's or client's.
// Progress  claim, commit and the handling of a reply are O(1) (claim: O(providers) when the first is full), with
//           no allocation, lock or system call but the wake-up of a parked peer.
// Bounds    credit per (caller, provider), ring slots, pending entries; each refusal has its counter.
// Contract  each committed request gets exactly one outcome: the reply, a timeout, or `shutting_down`. A reply
//           that comes later returns the credit, is counted and dropped.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/base/body_buffer.hpp"
#include "core/base/export.hpp"
#include "core/bus/bus_options.hpp"
#include "core/bus/caller.hpp"
#include "core/bus/link.hpp"
#include "core/bus/outcome.hpp"
#include "core/bus/pending_table.hpp"
#include "core/bus/service_table.hpp"
#include "core/bus/transaction_sink.hpp"
#include "core/memory/block_fifo.hpp"
#include "core/memory/homeward_batch.hpp"
#include "core/memory/message.hpp"
#include "core/memory/read_ahead.hpp"
#include "core/rcu/snapshot_cell.hpp"
#include "core/reactor/timer_wheel.hpp"

namespace prosa {

using ServiceTableCell = SnapshotCell<ServiceTable>;

// Makes the other end of a new link known to its provider. Called once per pair, when the first provider of a
// used service appears there, or at the first claim.
class LinkConnector {
  public:
    virtual ~LinkConnector() = default;

    // Null when that reactor does not exist (any more).
    virtual std::shared_ptr<Link> connect(const Peer& requester, ReactorId provider) = 0;
};

class Requester;

// The requester's end of a link.
struct Outbound {
    std::shared_ptr<Link> link;
    HomewardBatch homeward;          // blocks of the provider's reactor
    BlockFifo deferred;              // messages committed while a slot claim was open
    std::uint32_t staged_count = 0;  // claims built in blocks, open or deferred: each was promised a slot
    bool has_open_claim = false;
    bool needs_wake = false;
    ReadAhead read_ahead;  // of replies

    explicit Outbound(bool may_gather) noexcept : read_ahead(may_gather) {}
};

// The requester's end of a shared queue.
struct SharedOutbound {
    std::shared_ptr<SharedQueue> queue;
    BlockFifo waiting;  // committed messages for which the queue had no memory yet, though room

    explicit SharedOutbound(std::shared_ptr<SharedQueue> of) noexcept : queue(std::move(of)) {}
};

// What the last claim found out of its service: streams ask for one again and again, and the way through the table and
// the links is a chain of loads. Pointers are into the current table.
struct LastRoute {
    ServiceHandle service = no_service;
    const ServiceEntry* entry = nullptr;  // null: look again
    // Of a service that has one provider, with a queue of its own, and where it was claimed; else null.
    const Provider* only_provider = nullptr;
    Outbound* outbound = nullptr;
};

// Room for one request: claim, fill body(), commit or abort. Aborts when it goes out of scope. It must not live
// across a return to the loop nor a suspension, for it holds the ring's next slot.
class Claim {
  public:
    Claim(Requester& requester, Caller& caller, ServiceHandle service, const SendOptions& options) noexcept;
    explicit Claim(ServiceError refusal) noexcept : refusal_(refusal) {}
    ~Claim() {
        if (entry_ != nullptr) abort();
    }
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    explicit operator bool() const noexcept { return entry_ != nullptr; }

    // Why there is no room: unreachable or overloaded.
    ServiceError refusal() const noexcept { return refusal_; }

    // The place for the body; it grows into a pooled block when a slot is too small.
    BodyBuffer& body() noexcept { return body_; }

    // Where the requester keeps it until its outcome; for Requester::forget.
    PROSA_API std::uint32_t pending_index() const noexcept;

    // For the log of transactions; does nothing when there is none. At most TransactionReference::bytes_max are kept.
    PROSA_API bool wants_reference() const noexcept;
    PROSA_API void set_reference(std::string_view reference) noexcept;

    // Sends it. The request is now accepted: one outcome will come. Returns its id.
    PROSA_API RequestId commit() noexcept;

    PROSA_API void abort() noexcept;

  private:
    friend class Requester;

    bool try_direct(const SendOptions& options) noexcept;
    void claim_from_table(ServiceHandle service, const SendOptions& options) noexcept;
    void open_slot(std::byte* slot) noexcept;
    bool try_provider(const Provider& provider) noexcept;
    bool try_beside_others() noexcept;
    bool try_shared(const std::shared_ptr<SharedQueue>& queue) noexcept;
    bool try_staged() noexcept;
    void note_request(const Provider& provider, ServiceHandle service, const SendOptions& options) noexcept;
    bool open_body(std::uint32_t bytes_hint) noexcept;
    void finish(const SendOptions& options) noexcept;
    void publish() noexcept;
    void publish_staged() noexcept;
    void trace() noexcept;
    static bool grow(BodyBuffer& buffer, std::uint32_t needed_bytes) noexcept;

    // Those without a value here have one when the claim is granted.
    Requester* requester_;
    Caller* caller_;
    PendingEntry* entry_ = nullptr;
    Outbound* outbound_;
    MessageHeader* header_;                      // in the ring slot, or in staged_
    SharedOutbound* shared_outbound_ = nullptr;  // of a provider that others share the queue of
    MessageBlock* staged_ = nullptr;             // the whole message in a block: no slot was free to claim
    MessageBlock* body_block_ = nullptr;
    BodyBuffer body_;
    Nanos timeout_ns_;
    RequestId correlation_ = 0;
    ProviderId provider_id_;  // copies: the table may change while the claim is open
    EndpointTag endpoint_;
    ServiceError refusal_ = ServiceError::unreachable;
    bool has_reference_ = false;
};

// What the log of transactions needs to know of a pending request beside its entry.
struct RequestTrace {
    RequestId correlation;
    ProviderId provider;
    TransactionReference reference;
};

class Requester {
  public:
    // self.pools.bodies gives blocks for large request bodies. All references outlive the requester.
    PROSA_API Requester(const BusOptions& options, Peer self, ServiceTableCell& tables, TimerWheel& wheel,
                        LinkConnector& connector);
    PROSA_API ~Requester();
    Requester(const Requester&) = delete;
    Requester& operator=(const Requester&) = delete;

    // From here on the end of each request is told to `sink`. Before the first claim.
    PROSA_API void log_to(std::unique_ptr<TransactionSink> sink);

    // Of a stepped instance: its time is set_now's only. Before the first claim.
    void use_given_time_only() noexcept { gathers_ = false; }

    // A caller sends and gets outcomes from add to remove. At most 65 535 in a requester's life.
    PROSA_API void add_caller(Caller& caller);
    PROSA_API void remove_caller(Caller& caller) noexcept;

    // No outcome of the caller's pending requests is delivered any more; their credit returns with the answers.
    PROSA_API void abandon(Caller& caller) noexcept;

    // The waiter of this request is gone: as abandon, for one request. Nothing happens when it has its outcome.
    PROSA_API void forget(std::uint32_t pending_index, RequestId id) noexcept;

    Claim claim(Caller& caller, ServiceHandle service, const SendOptions& options) noexcept {
        return Claim(*this, caller, service, options);
    }

    // Sends a copy of `body`; overloaded when it is larger than a block.
    PROSA_API SendResult send(Caller& caller, ServiceHandle service, std::span<const std::byte> body,
                              const SendOptions& options) noexcept;

    // Links to the providers of this service are made now and whenever they change, not at the first request.
    PROSA_API void prepare(ServiceHandle service);

    // --- the loop; `now` is the turn's time -------------------------------------------------------------------
    void set_now(Nanos now_ns) noexcept { now_ns_ = now_ns; }
    Nanos now_ns() const noexcept { return now_ns_; }

    // True when the table changed. Pointers into the old one are dead. Without memory for what a new one needs, claims
    // are refused as overloaded until a later call finds it.
    bool refresh_table() noexcept { return (tables_.refresh() || needs_resize_) && take_table(); }
    const ServiceTable& table() const noexcept { return *tables_.current(); }
    // From the table, or remembered since the last claim.
    const ServiceEntry* entry_of(ServiceHandle service) noexcept {
        if (service != route_.service || route_.entry == nullptr) [[unlikely]]
            route_ = {.service = service, .entry = table().find(service)};
        return route_.entry;
    }

    // Delivers outcomes; returns how many replies were taken.
    PROSA_API std::uint32_t drain_replies() noexcept;
    // All that are there, those beyond a batch and those that gather, too: for the end.
    PROSA_API void drain_all_replies() noexcept;

    // The node whose deadline passed.
    PROSA_API void on_deadline(PendingEntry& entry) noexcept;

    // Wakes peers that sleep over what was sent since the last call.
    void flush_wakes() noexcept {
        if (is_wake_due_) wake_providers();
    }
    // The same, at the end of a turn: asserts that no claim is open.
    void end_turn() noexcept {
        PROSA_ASSERT(open_claims_ == 0,
                     "a claim lives in one handler: not across a return, nor a suspension");
        flush_wakes();
    }

    // Sends the blocks of others home, takes ours back, and offers shared queues what they had no memory for. When
    // idle, and when batches are due.
    PROSA_API void exchange_blocks() noexcept;

    // Ends every request in flight as `shutting_down`; from here on claims are refused with the same code.
    PROSA_API void shut_down() noexcept;

    // Before parking: announces sleep on every link; false when a reply, or a block of ours, came meanwhile.
    PROSA_API bool announce_sleep() noexcept;
    // Blocks of others wait here until their owner has taken those before, or messages until a shared queue has memory.
    // Whoever sleeps looks again after a while.
    PROSA_API bool holds_blocks() const noexcept;
    PROSA_API void awaken() noexcept;

    // When the loop must turn again for replies that gather; no_deadline_ns when none do.
    PROSA_API Nanos next_look_ns() const noexcept;

    std::uint32_t in_flight_count() const noexcept { return in_flight_; }
    std::uint32_t pending_count() const noexcept { return pending_.taken_count(); }
    // Replies that no pending request matched.
    std::uint64_t duplicate_count() const noexcept { return duplicates_.value(); }
    const Peer& self() const noexcept { return self_; }
    const BusOptions& options() const noexcept { return options_; }

  private:
    friend class Claim;

    // The place in entry.providers to try first.
    std::uint32_t choose(Caller& caller, const ServiceEntry& entry, std::uint64_t affinity) noexcept;
    Outbound* outbound_to(ReactorId provider) noexcept {
        const std::size_t at = value_of(provider);
        if (at < by_reactor_.size() && by_reactor_[at] != nullptr) [[likely]]
            return by_reactor_[at].get();
        return connect(provider);
    }
    Outbound* connect(ReactorId provider) noexcept;
    PROSA_API bool take_table() noexcept;
    PROSA_API void wake_providers() noexcept;
    void prepare_links(const ServiceEntry& entry) noexcept;
    bool try_resize_callers() noexcept;
    MessageBlock* take_block() noexcept;
    void take_reply(Outbound& outbound, MessageHeader& header) noexcept;
    Caller& caller_of(const PendingEntry& entry) noexcept { return *callers_[entry.caller]; }
    void report(PendingEntry& entry, ServiceError error) noexcept;
    Outcome close(PendingEntry& entry, ServiceError error, std::span<const std::byte> body) noexcept;
    void log_end(const PendingEntry& entry, ServiceError error, bool is_abandoned) noexcept;
    static void deliver(Caller& caller, const Outcome& outcome, OutcomeWaiter* waiter) noexcept;
    void send_home(Outbound& outbound, MessageBlock* block) noexcept;
    void will_wake(Outbound& outbound) noexcept { outbound.needs_wake = is_wake_due_ = true; }
    void open_claim(Outbound& outbound) noexcept {
        outbound.has_open_claim = true;
        ++open_claims_;
    }
    void close_claim(Outbound& outbound) noexcept {
        outbound.has_open_claim = false;
        --open_claims_;
    }
    void defer(Outbound& outbound, MessageBlock& message) noexcept;
    void flush_deferred(Outbound& outbound) noexcept;
    SharedOutbound* outbound_to(const std::shared_ptr<SharedQueue>& queue) noexcept;
    void push_shared(SharedOutbound& outbound, MessageBlock& message) noexcept;
    void flush_shared(SharedOutbound& outbound) noexcept;
    void drop_waiting(SharedOutbound& outbound) noexcept;

    const BusOptions options_;
    const Peer self_;
    TimerWheel& wheel_;
    MessagePool& bodies_;
    LinkConnector& connector_;
    ServiceTableCell::Reader tables_;
    LastRoute route_;  // none while claims are refused
    Nanos now_ns_ = 0;
    RequestId next_id_;
    std::uint32_t in_flight_ = 0;
    ServiceError refusal_ =
        ServiceError::none;          // of every claim: shutting_down, or overloaded for want of memory
    std::uint32_t open_claims_ = 0;  // in slots
    bool is_wake_due_ = false;       // of a provider
    bool needs_resize_ = false;      // some callers have no room for the present table
    bool gathers_ = true;
    const ReadAhead* drained_ =
        nullptr;  // of the link whose replies are handled: their handlers send requests
    PendingTable pending_;
    std::vector<std::unique_ptr<Outbound>> by_reactor_;    // by ReactorId; null where no link is
    std::vector<Outbound*> outbounds_;                     // those that exist, in order of creation
    std::vector<std::unique_ptr<SharedOutbound>> shared_;  // few: searched in order
    std::vector<Caller*> callers_;                         // by place; null where one left
    std::vector<ServiceHandle> prepared_;                  // few: searched in order
    Counter duplicates_;
    std::unique_ptr<TransactionSink> sink_;   // null: no log of transactions
    std::unique_ptr<RequestTrace[]> traces_;  // by pending index, while there is a sink
};

}  // namespace prosa
