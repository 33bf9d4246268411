// test/simulation/visitor.hpp: a client of the embedding program, that sends, comes and goes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/bus/bus_client.hpp"
#include "test/simulation/sender.hpp"
#include "test/simulation/source.hpp"

namespace prosa::simulation {

class Visitor {
  public:
    Visitor(World& world, std::unique_ptr<BusClient> client, const std::vector<std::string>& services)
        : world_(world),
          thread_(world.turns.add_thread()),
          party_(world.ledger.add_party(thread_)),
          client_(std::move(client)),
          sender_(world, *client_, party_) {
        client_->on_outcome([this](const Outcome& outcome) { on_outcome(outcome); });
        for (const std::string& name : services)
            targets_.push_back({client_->resolve(name), name == routed_service, name == extra_service});
    }
    Visitor(const Visitor&) = delete;
    Visitor& operator=(const Visitor&) = delete;
    ~Visitor() {
        leave();
        world_.ledger.note_gone(party_);
    }

    void leave() {
        world_.turns.begin(thread_, world_.now_ns);
        world_.ledger.expect_shutting_down(party_);
        client_->close();
        if (in_flight() != 0) world_.ledger.fault("a client that closed left requests without outcome");
    }

    void turn() {
        world_.turns.begin(thread_, world_.now_ns);
        client_->poll();
        world_.ledger.end_turn(thread_);
        if (world_.is_calm || world_.random.one_in(2)) return;
        for (std::uint32_t left = 1 + world_.random.small_below(6); left > 0; --left)
            sender_.send_to_any(targets_);
        if (client_->in_flight_count() != world_.ledger.in_flight(party_))
            world_.ledger.fault("a client counts other requests in flight than it has");
        if (client_->unanswered_count() > world_.bus.pending_limit)
            world_.ledger.fault("a client has more unanswered requests than its table holds");
    }

    std::uint64_t unanswered_count() const { return client_->unanswered_count(); }
    std::uint64_t in_flight() const { return world_.ledger.in_flight(party_); }
    const Caller& caller() const { return client_->caller(); }

  private:
    void on_outcome(const Outcome& outcome) {
        world_.ledger.end(party_, outcome.token, outcome, world_.now_ns);
        if (world_.happens(world_.temper.sends_in_outcome, Branch::sent_in_outcome_handler))
            sender_.send_to_any(targets_);
    }

    World& world_;
    const Thread thread_;
    const Party party_;
    std::unique_ptr<BusClient> client_;
    Sender<BusClient> sender_;
    std::vector<Target> targets_;
};

}  // namespace prosa::simulation
