#include "test/simulation/scheduler.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace prosa::simulation {

void Scheduler::draw_weights() {
    constexpr Nanos paces_ns[] = {50, 500, 2'000, 8'000};
    pace_ns_ = paces_ns[world_.random.below(4)];
    weights_.resize(party_count());
    for (std::uint32_t& weight : weights_) weight = 1U << (2 * world_.random.below(4));
    total_weight_ = std::accumulate(weights_.begin(), weights_.end(), 0U);
    steps_until_draw_ = steps_per_draw;
}

void Scheduler::hang(std::size_t place, Nanos until_ns) {
    held_until_.resize(1 + main_.reactor_count());
    held_until_[place + 1] = until_ns;
}

void Scheduler::misbehave() {
    const Temper& temper = world_.temper;
    const Nanos hang_ns = world_.bus.hang_after_ns;
    if (world_.happens(temper.hangs)) {
        const std::uint32_t place = world_.random.below(static_cast<std::uint32_t>(main_.reactor_count()));
        hang(place, world_.now_ns + world_.random.time(hang_ns / 2, 3 * hang_ns));
    }
    if (world_.happens(temper.main_stands_still, Branch::main_stood_still))
        held_until_[0] = world_.now_ns + world_.random.time(0, hang_ns);
    if (world_.happens(temper.jumps, Branch::clock_jumped)) {
        elapsed_ns_ += world_.random.time(0, world_.random.one_in(4) ? 10 * ns_per_s : 5 * ns_per_ms);
        world_.log.add(Event::jump, static_cast<std::uint64_t>(world_.now_ns + elapsed_ns_));
    }
}

void Scheduler::step() {
    held_until_.resize(1 + main_.reactor_count());
    if (steps_until_draw_ == 0 || weights_.size() != party_count()) draw_weights();
    --steps_until_draw_;
    misbehave();
    std::uint32_t at = world_.random.below(total_weight_);
    std::size_t who = 0;
    while (at >= weights_[who]) at -= weights_[who++];
    elapsed_ns_ += world_.random.time(0, 2 * pace_ns_);
    if (who < held_until_.size()) {
        if (held_until_[who] > world_.now_ns + elapsed_ns_) return;
        world_.now_ns += std::exchange(elapsed_ns_, 0);
    }
    ++steps_;
    turn(who);
}

void Scheduler::step_all(Nanos by_ns) {
    world_.now_ns += by_ns + std::exchange(elapsed_ns_, 0);
    held_until_.resize(1 + main_.reactor_count());
    for (std::size_t who = 0; who < party_count(); ++who)
        if (who >= held_until_.size() || held_until_[who] != no_deadline_ns) turn(who);
}

void Scheduler::free_all() {
    for (Nanos& held : held_until_)
        if (held != no_deadline_ns) held = 0;
}

void Scheduler::note_turn(Pace& pace) {
    const Nanos apart_ns = world_.now_ns - pace.turned_ns;
    if (apart_ns > world_.bus.hang_after_ns / 4) pace.steady_ns = world_.now_ns;
    if (apart_ns >= world_.bus.hang_after_ns) pace.stood_ns = world_.now_ns;
    pace.turned_ns = world_.now_ns;
}

// A verdict needs four readings of Main in hang_after, and each may come a quarter late.
void Scheduler::check_hangs(const InstanceReport& report) {
    const Nanos hang_ns = world_.bus.hang_after_ns;
    paces_.resize(1 + report.reactors.size());
    const Pace main = paces_[0];
    for (std::size_t place = 0; place < report.reactors.size(); ++place) {
        Pace& pace = paces_[place + 1];
        const ReactorReport& reactor = report.reactors[place];
        const bool stands = main.turned_ns - pace.turned_ns >= hang_ns;
        if (reactor.is_hanging && !pace.was_hanging && !stands && pace.stood_ns < looked_ns_)
            world_.ledger.fault("a reactor that turned is said to hang");
        if (reactor.is_hanging && main.turned_ns - pace.steady_ns > 3 * hang_ns / 2 && !stands &&
            pace.turned_ns + hang_ns / 4 > main.turned_ns)
            world_.ledger.fault("a reactor that turns again is still said to hang");
        if (!reactor.is_hanging && reactor.state == ReactorState::running && pace.turned_ns != 0 &&
            main.turned_ns - std::max(pace.turned_ns, main.steady_ns) > 2 * hang_ns)
            world_.ledger.fault("a reactor that stands still is not said to hang");
        pace.was_hanging = reactor.is_hanging;
    }
    looked_ns_ = world_.now_ns;
}

void Scheduler::turn(std::size_t who) {
    ++turns_;
    last_ = who;
    const std::size_t reactors = main_.reactor_count();
    world_.log.add(Event::turn, who, static_cast<std::uint64_t>(world_.now_ns));
    paces_.resize(1 + reactors);
    if (who <= reactors) note_turn(paces_[who]);
    if (who == 0)
        has_ended_ = !main_.step_main(world_.now_ns);
    else if (who <= reactors)
        turn_reactor(who - 1);
    else
        visitors_[who - 1 - reactors]->turn();
}

void Scheduler::turn_reactor(std::size_t place) {
    while (threads_.size() <= place) threads_.push_back(world_.turns.add_thread());
    world_.turns.begin(threads_[place], world_.now_ns);
    main_.step_reactor(place, world_.now_ns);
    world_.ledger.end_turn(threads_[place]);
}

}  // namespace prosa::simulation
