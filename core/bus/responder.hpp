// core/bus/responder.hpp: the providing half of a reactor: requests in, answers out.
//
// Threads   one: the reactor's; asserted where user code calls in.
// Progress  O(1) per message; no allocation, lock or system call but the wake-up of a parked peer.
// Contract  A reply never waits for a request and is never lost: no handler is called before one slot of the
//           reply ring is reserved for its answer; an answer to a kept request that finds the ring full waits in
//           the outbox, through the block it has anyway. While an outbox is not empty, no request of that
//           requester is taken; the others go on.
// Deadline  a request whose deadline has passed is answered `timeout`, its handler is not called. What counts is the
//           turn's time; behind other handlers of the turn, deadlines nearer than hang_after are held to the clock.
// Bounds    kept requests per callee by kept_limit and by the pool; each refusal is counted.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/bus/bus_options.hpp"
#include "core/bus/link.hpp"
#include "core/bus/outbox.hpp"
#include "core/bus/request.hpp"
#include "core/memory/block_fifo.hpp"
#include "core/memory/homeward_batch.hpp"
#include "core/memory/message.hpp"
#include "core/memory/message_pool.hpp"
#include "core/memory/read_ahead.hpp"
#include "core/stats/counter_block.hpp"

namespace prosa {

class SharedQueue;

enum class CalleeCounter : std::uint8_t {
    received,       // requests for this provider, expired ones included
    answered_none,  // answers by ServiceError, in the order of its codes
    answered_unreachable,
    answered_timeout,  // work that was not started, because its deadline had passed
    answered_protocol,
    answered_overloaded,
    answered_dropped,  // left unanswered by the handler
    answered_shutting_down,
    refused_keep,    // keep() without room
    refused_answer,  // a second answer to one request
    count_,
};

// What takes requests: a processor's queue on this reactor.
class Callee {
  public:
    virtual ~Callee() = default;

    // An exception of user code ends inside.
    virtual void on_request(Request& request) noexcept = 0;

    CounterBlock<CalleeCounter> callee_counters;
    Gauge kept;
};

// The provider's end of a link.
struct Inbound {
    std::shared_ptr<Link> link;
    Outbox<> outbox;         // answers of kept requests
    BlockFifo waiting;       // requests from a shared queue that wait for a reply slot
    HomewardBatch homeward;  // the requester's blocks
    std::uint32_t kept_count = 0;
    bool needs_wake = false;
    ReadAhead read_ahead;  // of requests

    explicit Inbound(bool may_gather) noexcept : read_ahead(may_gather) {}
};

class Responder {
  public:
    // The pools outlive the responder.
    PROSA_API Responder(const BusOptions& options, ReactorId self, MessagePools& pools);
    PROSA_API ~Responder();
    Responder(const Responder&) = delete;
    Responder& operator=(const Responder&) = delete;

    // Throws std::bad_alloc; nothing has happened then.
    PROSA_API void attach(std::shared_ptr<Link> link);

    // Opens an endpoint with a generation never used before; requests for it reach `callee` until close.
    PROSA_API EndpointTag open_endpoint(Callee& callee);
    // What is queued for it is answered `unreachable`.
    PROSA_API void close_endpoint(EndpointTag tag) noexcept;

    // Makes room for so many hosted queues. Throws std::bad_alloc.
    PROSA_API void reserve_shared_queues(std::size_t count) { shared_.reserve(count); }
    // A shard that takes requests from this queue, between join and leave, has its place here. From now on links stay
    // as long as something waits in there: it may be their requesters', and its memory theirs. Throws std::bad_alloc
    // beyond the reserved number.
    PROSA_API void host_shared_queue(std::shared_ptr<SharedQueue> queue);
    // When every shard has left, what is queued is answered `unreachable` here.
    PROSA_API void join_shared_queue(const SharedQueue& queue, Callee& callee) noexcept;
    PROSA_API void leave_shared_queue(const SharedQueue& queue, const Callee& callee) noexcept;

    // --- the loop ---------------------------------------------------------------------------------------------
    void set_now(Nanos now_ns) noexcept {
        now_ns_ = now_ns;
        is_first_of_turn_ = true;
    }
    // Of a stepped instance: its time is set_now's only.
    void use_given_time_only() noexcept { reads_clock_ = false; }
    PROSA_API std::uint32_t serve_requests() noexcept;  // returns how many were taken
    // Returns how many answers left.
    std::uint32_t flush_outboxes() noexcept { return has_waiting_answers_ ? send_waiting_answers() : 0; }
    void flush_wakes() noexcept {
        if (is_wake_due_) wake_requesters();
    }
    PROSA_API void exchange_blocks() noexcept;
    PROSA_API void detach_closed() noexcept;   // links whose requester is gone
    PROSA_API bool announce_sleep() noexcept;  // false when a request, or a block of ours, came meanwhile
    // Something waits for room in a reply ring. A requester does not wake anybody when it makes room, so whoever
    // sleeps over this looks again after a while.
    PROSA_API bool is_blocked() const noexcept;
    // Blocks of others wait here until their owner has taken those before. Whoever sleeps looks again after a while.
    PROSA_API bool holds_blocks() const noexcept;
    PROSA_API void awaken() noexcept;
    // When the loop must turn again for requests that gather; no_deadline_ns when none do.
    PROSA_API Nanos next_look_ns() const noexcept;

    std::uint32_t outbox_count() const noexcept;
    // Requests that wait now, and the most that one turn found.
    std::uint32_t waiting_count() const noexcept;
    std::uint32_t waiting_high_water() const noexcept { return waiting_high_water_; }
    std::uint64_t unreachable_count() const noexcept { return unreachable_.value(); }
    const BusOptions& options() const noexcept { return options_; }

    // From here on user code must call from this thread.
    void own_thread() noexcept { owner_ = std::this_thread::get_id(); }
    void assert_thread() const noexcept {
        PROSA_ASSERT(owner_ == std::this_thread::get_id(), "a request stays on its reactor");
    }

  private:
    friend class Answer;
    friend class Request;
    friend class KeptRequest;

    struct Endpoint {
        Callee* callee = nullptr;
        std::uint32_t generation = 0;
    };
    struct SharedEndpoint {
        std::shared_ptr<SharedQueue> queue;
        Callee* callee = nullptr;  // between join and leave
    };

    // The last one is remembered: most requests of a reactor are for one queue.
    Callee* callee_of(EndpointTag tag) noexcept { return tag == last_tag_ ? last_callee_ : find_callee(tag); }
    Callee* find_callee(EndpointTag tag) noexcept;
    void forget_last_callee() noexcept {
        last_tag_ = no_endpoint;
        last_callee_ = nullptr;
    }
    std::uint32_t serve_inbound(Inbound& inbound) noexcept;
    std::uint32_t serve_shared(SharedEndpoint& endpoint) noexcept;
    std::uint32_t serve_waiting(Inbound& inbound) noexcept;
    void adopt_early(Inbound& inbound) noexcept;
    bool may_detach(Inbound& inbound) noexcept;
    Nanos time_for(Nanos deadline_ns) noexcept;
    void serve_block(Inbound& inbound, Callee* callee, MessageBlock& message) noexcept;
    void serve(Inbound& inbound, Callee* callee, MessageHeader& header) noexcept;
    void answer_error(Inbound& inbound, const MessageHeader& request, ServiceError error) noexcept;
    PROSA_API std::uint32_t send_waiting_answers() noexcept;
    std::uint32_t flush_outbox(Inbound& inbound) noexcept;
    PROSA_API void wake_requesters() noexcept;
    void will_wake(Inbound& inbound) noexcept { inbound.needs_wake = is_wake_due_ = true; }
    void drop_answers(Inbound& inbound) noexcept;
    void send_kept(Inbound& inbound, Callee& callee, MessageBlock& block) noexcept;
    void publish_kept(Inbound& inbound, MessageBlock& block) noexcept;
    void send_home(Inbound& inbound, MessageBlock* block) noexcept;
    static bool is_blocked(const Inbound& inbound) noexcept;
    Inbound* inbound_of(ReactorId requester) noexcept;
    MessageBlock* take_block(MessagePool& pool) noexcept;

    const BusOptions options_;
    const ReactorId self_;
    MessagePool& kept_pool_;
    MessagePool& bodies_;
    std::thread::id owner_;
    Nanos now_ns_ = 0;
    bool is_first_of_turn_ = true;
    bool reads_clock_ = true;
    bool has_waiting_answers_ = false;  // in some outbox
    bool is_wake_due_ = false;          // of a requester
    Clock clock_;
    std::vector<std::unique_ptr<Inbound>> inbounds_;
    std::vector<Endpoint> endpoints_;
    EndpointTag last_tag_ = no_endpoint;
    Callee* last_callee_ = nullptr;  // of last_tag_
    std::vector<SharedEndpoint> shared_;
    MessageBlock* early_head_ =
        nullptr;                     // from a shared queue, of requesters whose link is still to be attached
    std::size_t first_inbound_ = 0;  // rotates, so that no requester is always first
    std::uint32_t waiting_high_water_ = 0;
    Counter unreachable_;
};

}  // namespace prosa
