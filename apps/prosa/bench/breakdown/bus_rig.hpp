// apps/prosa/bench/breakdown/bus_rig.hpp: reactors of the shipped bus that turn on the caller's thread, one
// by one.
//
// So that the cost and the memory accesses of one side can be told from the other's. There is no Main: what
// processors announce is published at once.
//
// Threads   one.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_desk.hpp"
#include "core/bus/bus_node.hpp"
#include "core/bus/table_publisher.hpp"

namespace prosa::bench {

class BusRig final : public LinkConnector, public MainPort {
  public:
    explicit BusRig(const BusOptions& options);
    ~BusRig() override;
    BusRig(const BusRig&) = delete;
    BusRig& operator=(const BusRig&) = delete;

    // A reactor; its number is its place, 0-based.
    ReactorId add_reactor();
    BusNode& node(ReactorId id) { return *reactors_.at(value_of(id)).node; }

    // Begins a processor there. The shard lives as long as the rig.
    Shard& host(ReactorId id, const std::string& name, ProcessorFactory make);

    // One turn, with its clock reading.
    bool turn(ReactorId id) { return reactors_[value_of(id)].reactor->run_once(clock_.now_ns()); }

    // Makes `count` reactors that never turn, each a provider of `service` and a requester of `id`'s: links
    // in both directions, with nothing in them.
    void surround(ReactorId id, std::string_view service, std::uint32_t count);

    ServiceHandle handle_of(std::string_view service) { return *directory_.intern(service); }
    // In the order of their making.
    const std::vector<std::shared_ptr<Link>>& links() const noexcept { return links_; }
    const Clock& clock() const noexcept { return clock_; }

  private:
    struct RigReactor {
        Peer peer;
        std::unique_ptr<BusNode> node;
        std::unique_ptr<Reactor> reactor;
    };
    struct RigQueue {
        ReactorId reactor{};
        EndpointTag endpoint{};
    };

    std::shared_ptr<Link> connect(const Peer& requester, ReactorId provider) override;
    bool post_event(MainEvent& event) noexcept override;
    bool is_stopping() const noexcept override { return false; }
    Peer peer_of(std::uint32_t number) const;
    void provide(const ServicesChanged& change);

    const std::string name_ = "rig";
    const BusOptions options_;
    const Clock clock_;
    ServiceDirectory directory_;
    ServiceTableCell tables_;
    TablePublisher publisher_;
    BusyThreads busy_threads_{1};
    NodeContext context_;
    std::deque<RigReactor> reactors_;
    std::map<QueueKey, RigQueue> queues_;
    std::vector<std::shared_ptr<Link>> links_;
};

// A requester and a provider of the benchmark's processors, on two reactors.
class PairRig {
  public:
    static constexpr ReactorId requester{0};
    static constexpr ReactorId provider{1};

    explicit PairRig(std::uint32_t ring_slots = bench_ring_slots);

    // Sends what the order begins with, on the requester's thread.
    void send(const BenchOrder& order);
    // Begins an endless run: afterwards a request is under way.
    void begin(BenchMessage message);
    // Lets the provider answer, and the requester take the answer and send the next request.
    void transact() {
        rig_.turn(provider);
        rig_.turn(requester);
    }
    std::uint64_t answered_count() const noexcept { return desk_->run.latency.total_count(); }

    BusRig& rig() noexcept { return rig_; }
    BenchDesk& desk() noexcept { return *desk_; }
    Shard& requester_shard() noexcept { return *requester_; }
    const Link& link() const { return *rig_.links().at(0); }

  private:
    std::shared_ptr<BenchDesk> desk_ = std::make_shared<BenchDesk>();
    BusRig rig_;
    Shard* requester_ = nullptr;
};

}  // namespace prosa::bench
