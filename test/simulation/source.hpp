// test/simulation/source.hpp: processors that send: one that only does, and one of two that flood each other.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "test/simulation/actor.hpp"
#include "test/simulation/sender.hpp"

namespace prosa::simulation {

inline constexpr std::string_view routed_service = "IN";
inline constexpr std::string_view extra_service = "EXTRA";

// Sends in bursts to any of the services until the instance stops, and sometimes from an outcome's handler.
class Source final : public Actor {
  public:
    Source(World& world, std::uint32_t who, std::vector<std::string> services)
        : Actor(world, who), services_(std::move(services)) {}

    Nanos on_turn(Nanos now_ns) override {
        if (is_shutting_down_) return no_deadline_ns;
        if (world_.is_probing) probe();
        if (world_.is_calm) return no_deadline_ns;
        if (std::exchange(world_.wants_stop, false)) {
            world_.reached.add(Branch::stopped_by_processor);
            bus().stop_instance("at random");
        }
        if (world_.happens(world_.temper.throws_in_turn, Branch::threw_in_turn)) throw_something();
        if (world_.random.one_in(2)) return now_ns;
        for (std::uint32_t left = 1 + world_.random.small_below(6); left > 0; --left)
            sender_->send_to_any(targets_);
        return now_ns + world_.random.time(0, 20 * ns_per_us);
    }

    void on_shutdown() override { is_shutting_down_ = true; }

  protected:
    void set_up() override {
        for (const std::string& name : services_)
            targets_.push_back({bus().resolve(name), name == routed_service, name == extra_service});
        sender_.emplace(world_, bus(), party_);
        bus().want_turns(true);
    }

    void after_outcome() override {
        if (is_shutting_down_ ||
            !world_.happens(world_.temper.sends_in_outcome, Branch::sent_in_outcome_handler))
            return;
        sender_->send_to_any(targets_);
    }

  private:
    // At rest nothing is lent: a service that refuses for long has lost credit, or room.
    void probe() {
        if (!std::exchange(has_begun_probe_, true)) {
            unprobed_ = targets_;
            ++world_.probes_open;
        }
        if (unprobed_.empty() || world_.ledger.in_flight(party_) != 0) return;
        const Target target = unprobed_.back();
        if (bus().has_provider(target.service) && !sender_->send(target)) return;
        unprobed_.pop_back();
        if (unprobed_.empty()) --world_.probes_open;
    }

    const std::vector<std::string> services_;
    std::vector<Target> targets_;
    std::vector<Target> unprobed_;
    bool has_begun_probe_ = false;
    std::optional<Sender<Bus>> sender_;
    bool is_shutting_down_ = false;
};

// Answers what comes, and sends to the other as much as it takes.
class Flooder final : public Actor {
  public:
    Flooder(World& world, std::uint32_t who, std::string own, std::string other)
        : Actor(world, who), own_(std::move(own)), other_name_(std::move(other)) {}

    void on_request(Request& request) override {
        const auto number = world_.ledger.arrive(request, bus().now_ns());
        if (!number) return;
        Answer answer = request.answer();
        const std::uint32_t bytes = world_.draw_body_bytes();
        const bool fits = write_body(answer.body(), bytes, *number);
        answer.commit();
        world_.ledger.answer(*number, fits ? ServiceError::none : ServiceError::overloaded, bytes,
                             bus().now_ns(), false);
    }

    Nanos on_turn(Nanos now_ns) override {
        if (world_.is_calm || is_shutting_down_) return no_deadline_ns;
        if (!world_.random.one_in(8)) return now_ns;
        for (int left = 16; left > 0 && sender_->send({other_, false, false}); --left) {
        }
        // It sends to one provider only.
        if (world_.ledger.in_flight(party_) > world_.bus.credit)
            world_.ledger.fault("more requests in flight to a provider than there is credit");
        return now_ns;
    }

    void on_shutdown() override { is_shutting_down_ = true; }

  protected:
    void set_up() override {
        bus().add_services({own_});
        other_ = bus().resolve(other_name_);
        sender_.emplace(world_, bus(), party_);
        bus().want_turns(true);
    }

  private:
    const std::string own_;
    const std::string other_name_;
    ServiceHandle other_ = no_service;
    std::optional<Sender<Bus>> sender_;
    bool is_shutting_down_ = false;
};

}  // namespace prosa::simulation
