// test/simulation/scheduler.hpp: decides who turns next, and how much time passes.
//
// Main, each reactor and each visitor have a weight, drawn anew from time to time: so one may turn a hundred
// times while another turns once. A reactor that hangs, or Main when it is late, does not turn until its time
// is over.
//
// Units     a step is one turn of whoever was drawn; turns are all, those of the rounds that end a fault included.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/bus/bus_main.hpp"
#include "test/simulation/visitor.hpp"
#include "test/simulation/world.hpp"

namespace prosa::simulation {

using Visitors = std::vector<std::unique_ptr<Visitor>>;

class Scheduler {
  public:
    Scheduler(World& world, BusMain& main, Visitors& visitors)
        : world_(world), main_(main), visitors_(visitors) {}

    // One step of whoever is drawn.
    void step();
    // One step of everybody, in order, but of those who hang for ever.
    void step_all(Nanos by_ns);

    // The reactor does not turn until then; with no_deadline_ns never.
    void hang(std::size_t place, Nanos until_ns);
    void free_all();  // but those who hang for ever

    // Main's verdicts on who hangs, against the turns that were given: none of a reactor that did not stand still, none
    // late, none kept. For looks.
    void check_hangs(const InstanceReport& report);

    bool was_main_last() const noexcept { return last_ == 0; }  // to turn
    bool has_ended() const noexcept { return has_ended_; }
    std::uint64_t steps() const noexcept { return steps_; }
    std::uint64_t turns() const noexcept { return turns_; }

  private:
    static constexpr std::uint32_t steps_per_draw = 512;

    struct Pace {
        Nanos turned_ns = 0;  // last; 0: never
        Nanos steady_ns = 0;  // since then no two turns were a quarter of hang_after apart
        Nanos stood_ns = 0;   // until then it last stood still for hang_after
        bool was_hanging = false;
    };

    void draw_weights();
    void misbehave();
    void note_turn(Pace& pace);
    // 0 is Main, then the reactors, then the visitors.
    void turn(std::size_t who);
    void turn_reactor(std::size_t place);
    std::size_t party_count() const { return 1 + main_.reactor_count() + visitors_.size(); }

    World& world_;
    BusMain& main_;
    Visitors& visitors_;
    std::vector<std::uint32_t> weights_;
    std::vector<Nanos> held_until_;  // of Main and the reactors
    std::vector<Pace> paces_;        // of Main and the reactors
    std::vector<Thread> threads_;    // of the reactors
    Nanos looked_ns_ = 0;
    std::uint32_t total_weight_ = 0;
    std::uint32_t steps_until_draw_ = 0;
    Nanos pace_ns_ = 1;
    Nanos elapsed_ns_ = 0;  // since the last step of Main or a reactor: visitors live on the time of that one
    std::size_t last_ = 0;  // who turned
    std::uint64_t steps_ = 0;
    std::uint64_t turns_ = 0;
    bool has_ended_ = false;
};

}  // namespace prosa::simulation
