// core/bus/bus_node.hpp: a reactor's share of the bus: the shards it hosts, its requester and its responder.
//
// Threads   its reactor's; the public functions marked (task) run there as control tasks posted by Main. status()
//           and the counters are read by any.
// Turn      table, replies, outboxes, requests, timers, sources, failures, wake-ups: answers come before new work,
//           so that processors which flood each other drain first.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/bus/main_event.hpp"
#include "core/bus/node_status.hpp"
#include "core/bus/requester.hpp"
#include "core/bus/responder.hpp"
#include "core/bus/service_directory.hpp"
#include "core/bus/shard.hpp"
#include "core/reactor/reactor.hpp"

namespace prosa {

// What the instance gives to all its nodes.
struct NodeContext {
    const std::string& instance_name;
    const BusOptions& options;
    ServiceTableCell& tables;
    ServiceDirectory& directory;
    LinkConnector& connector;
    MainPort& main;
    TransactionJournal* journal;  // null: transactions are not logged
    Nanos start_ns;               // of the reactors' time
    bool is_stepped;              // the time is what run_once is told; no clock is read
};

class BusNode final : public ReactorHost {
  public:
    BusNode(NodeContext context, Peer self);
    ~BusNode() override;

    // --- (task) -------------------------------------------------------------------------------------------------
    void attach(std::shared_ptr<Link> link) { responder_.attach(std::move(link)); }
    void begin_shard(Shard& shard, Incarnation incarnation);
    void end_shard(Shard& shard, const ProcessorError* error);
    absl::StatusOr<std::string> command(Shard& shard, std::string_view command);
    void notify_config(Shard& shard);
    void begin_shutdown();  // on_shutdown of every shard
    void complete_pending() { requester_.shut_down(); }
    void end_all_shards();
    // -----------------------------------------------------------------------------------------------------------

    // (task), or before the reactor runs. Throws std::bad_alloc; the shard is then still the caller's.
    void adopt(std::unique_ptr<Shard>&& shard);

    void set_now(Nanos now_ns) override {
        requester_.set_now(now_ns);
        responder_.set_now(now_ns);
    }
    // After all reactors' threads ended: answers that came when nobody looked any more are counted, and the status says
    // how many requests were never taken.
    void settle() noexcept;

    bool poll(Nanos now_ns) override;
    Nanos next_deadline_ns() const override;
    bool announce_sleep() override;
    void awaken() override;
    void on_thread_start() override { responder_.own_thread(); }
    void on_thread_end() override;

    Requester& requester() noexcept { return requester_; }
    Responder& responder() noexcept { return responder_; }
    TimerWheel& timers() noexcept { return timers_; }
    const NodeContext& context() const noexcept { return context_; }
    const NodeStatus<>& status() const noexcept { return status_; }

    // Sooner or later reaches Main: an inbox that is full only delays it. Throws std::bad_alloc; Main is then not told.
    void tell_main(MainEvent event);
    // The same for what every incarnation tells once: there is always room.
    void report_to_main(MainEvent event) noexcept;
    void report_end(const Shard& shard, const ProcessorError* error) noexcept;

    void add_source(Shard& shard);
    void remove_source(Shard& shard) noexcept;
    void note_failure(Shard& shard);
    void add_coroutine_owner(Shard& shard);

  private:
    // Registered, running, ended: an incarnation begins after Main has heard of the end of the one before.
    static constexpr std::size_t reports_per_shard = 3;

    // True when the service table changed; the shards know it then.
    bool refresh_table() noexcept;
    std::uint32_t expire(Nanos now_ns) noexcept;
    std::uint32_t run_sources(Nanos now_ns) noexcept;
    void end_failed();
    void flush_events() noexcept;
    void flush_wakes() noexcept;
    // What can wait: blocks go home, closed links go, the status is published.
    void house_keep() noexcept;

    NodeContext context_;
    const std::shared_ptr<MessagePools> pools_;
    TimerWheel deadlines_;  // of pending requests
    TimerWheel timers_;     // of the shards
    Requester requester_;
    Responder responder_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<Shard*> sources_;  // these three have room for every shard
    std::vector<Shard*> failed_;
    std::vector<Shard*> coroutine_owners_;  // shards that ever spawned one
    std::vector<MainEvent>
        events_;  // the oldest first; its capacity leaves room for what all shards may report
    Nanos next_source_ns_ = no_deadline_ns;
    std::uint32_t turns_until_house_keeping_ = 1;
    std::uint32_t quiet_turns_ = 0;
    bool is_shutting_down_ = false;
    NodeStatus<> status_;
};

}  // namespace prosa
