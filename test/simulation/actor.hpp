// test/simulation/actor.hpp: what the simulated processors have in common: a party in the ledger, and
// failing.
#pragma once

#include <stdexcept>
#include <string>

#include "core/bus/bus.hpp"
#include "core/bus/processor.hpp"
#include "test/simulation/world.hpp"

namespace prosa::simulation {

class Actor : public Processor {
  public:
    // `who` names the processor in the log. May throw, as factories do.
    Actor(World& world, std::uint32_t who)
        : world_(world), who_(who), party_(world.ledger.add_party(world.turns.running())) {
        if (world_.happens(world_.temper.fails_to_start / 4, Branch::factory_threw)) throw_something();
    }

    absl::Status on_start() final {
        world_.log.add(Event::begin, who_, value_of(bus().info().incarnation));
        set_up();
        if (world_.happens(world_.temper.fails_to_start / 4, Branch::start_threw)) throw_something();
        has_failed_ = world_.happens(world_.temper.fails_to_start / 2, Branch::start_failed);
        if (has_failed_)
            return world_.random.has(world_.temper.is_fatal) ? absl::InvalidArgumentError(fatal_text)
                                                             : absl::UnavailableError("at random");
        return absl::OkStatus();
    }

    void on_service_table() override { world_.log.add(Event::table, who_); }

    // The token is the deadline.
    void on_timer(std::uint64_t token) override {
        world_.log.add(Event::timer, who_, token);
        world_.reached.add(Branch::timer_fired);
        if (bus().now_ns() < static_cast<Nanos>(token)) world_.ledger.fault("a timer fired before its time");
        if (world_.happens(world_.temper.throws_in_timer, Branch::threw_in_timer)) throw_something();
    }

    void on_response(const Outcome& outcome) override { on_outcome(outcome); }
    void on_error(const Outcome& outcome) override { on_outcome(outcome); }

    absl::StatusOr<std::string> on_command(std::string_view command) override {
        world_.reached.add(Branch::commanded);
        return std::string(command);
    }
    void on_config() override { world_.reached.add(Branch::configured); }

    void terminate() noexcept override {
        const std::uint64_t incarnation = value_of(bus().info().incarnation);
        world_.log.add(Event::end, who_, incarnation);
        if (!has_failed_ && !world_.may_end(incarnation, world_.ledger.in_flight(party_)))
            world_.ledger.fault(
                "a processor was ended that had not failed, or before its requests had their outcomes");
        world_.ledger.abandon_all(party_);
    }

  protected:
    virtual void set_up() = 0;
    virtual void after_outcome() {}

    void fail() {
        has_failed_ = true;
        bus().fail(ProcessorError::recoverable("at random, without an exception"));
    }

    [[noreturn]] void throw_something() {
        has_failed_ = true;
        if (world_.happens(world_.temper.is_fatal, Branch::threw_fatal))
            throw ProcessorError::fatal(fatal_text);
        switch (world_.random.below(4)) {
            case 0:
                throw std::runtime_error("at random");
            case 1:
                world_.reached.add(Branch::threw_other);
                throw 1;
            case 2:
                throw ProcessorError::recoverable("at random", world_.random.time(0, 100 * ns_per_us));
            default:
                world_.reached.add(Branch::threw_recoverable);
                throw ProcessorError::recoverable("at random");
        }
    }

    World& world_;
    const std::uint32_t who_;
    const Party party_;

  private:
    bool has_failed_ = false;

    void on_outcome(const Outcome& outcome) {
        world_.ledger.end(party_, outcome.token, outcome, bus().now_ns());
        if (world_.happens(world_.temper.throws_in_outcome, Branch::threw_in_outcome)) throw_something();
        after_outcome();
    }
};

}  // namespace prosa::simulation
