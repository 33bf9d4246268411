// test/simulation/operator.hpp: what operators and the embedding program do to an instance, at random.
#pragma once

#include <string>

#include "core/bus/bus_main.hpp"
#include "test/simulation/cast.hpp"
#include "test/simulation/scheduler.hpp"
#include "test/simulation/world.hpp"

namespace prosa::simulation {

class Operator {
  public:
    Operator(World& world, const Cast& cast, BusMain& main, Visitors& visitors)
        : world_(world), cast_(cast), main_(main), visitors_(visitors) {}

    // One act, when one is due.
    void maybe_act();
    // The services that were withdrawn come back.
    void restore_all();

    // What the clients counted, those that have left included.
    CounterBlock<CallerCounter>::Values visited() const;

  private:
    static constexpr std::uint32_t visitors_max = 24;  // in one instance's life

    void act(std::uint32_t which);
    bool restart();  // true when it was accepted
    void remove();
    void note_end(const ProcessorReport& processor);
    void add_extra();
    void come_or_go();
    const std::string& any_name();
    const char* any_service() { return world_.random.one_in(2) ? "CHAOS" : "SHARED"; }

    World& world_;
    const Cast& cast_;
    BusMain& main_;
    Visitors& visitors_;
    CounterBlock<CallerCounter>::Values left_{};  // counters of visitors that are gone
    std::uint32_t visitor_count_ = 0;
};

}  // namespace prosa::simulation
