#include "test/simulation/delivery.hpp"

#include <algorithm>

namespace prosa::simulation {
namespace {

constexpr std::uint32_t queues_max = 12;  // of the largest cast, if all were on one reactor

constexpr std::uint32_t divide_up(std::uint32_t number, std::uint32_t by) { return (number + by - 1) / by; }

// The first round may find the ring less than full.
std::uint32_t outbox_rounds(const BusOptions& bus) {
    const std::uint32_t waiting_max =
        std::min(bus.pending_limit, queues_max * bus.kept_limit + bus.ring_slots);
    return 1 + divide_up(waiting_max, std::min(bus.batch, bus.ring_slots));
}

}  // namespace

std::optional<Moment> taken_at(const Turns& turns, const BusOptions& bus, const Given& answer, Thread to) {
    std::optional<Moment> moment = answer.at;
    for (std::uint32_t left = answer.was_kept ? outbox_rounds(bus) : 0; left > 0 && moment; --left) {
        moment = turns.after(to, *moment);
        if (moment) moment = turns.after(answer.by, *moment);
    }
    if (moment) moment = turns.after(to, *moment, divide_up(bus.ring_slots, bus.batch));
    return moment;
}

}  // namespace prosa::simulation
