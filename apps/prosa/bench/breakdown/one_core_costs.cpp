#include "apps/prosa/bench/breakdown/one_core_costs.hpp"

#include <algorithm>
#include <array>

#include "apps/prosa/bench/bench_requester.hpp"
#include "apps/prosa/bench/breakdown/bus_rig.hpp"

namespace prosa::bench {
namespace {

constexpr Nanos timeout_ns = 5 * ns_per_s;

// Takes what it is given and does nothing.
class SilentProcessor final : public Processor {};

double pending_credit_ns(const BatchPlan& plan) {
    PendingTable table(1024);
    std::vector<std::uint32_t> outstanding(16);
    std::uint64_t matched = 0;
    const double cost_ns = batch_cost_ns(plan, [&](std::uint32_t i) {
        PendingEntry* const taken = table.try_take();
        taken->id = i + 1;
        taken->token = i;
        taken->provider = ProviderIndex{i % 16};
        taken->state = PendingState::in_flight;
        ++outstanding[value_of(taken->provider)];
        keep_in_order();
        PendingEntry* const found = table.at(table.index_of(*taken));
        if (found != nullptr && found->id == i + 1) matched += found->token + 1;
        --outstanding[value_of(found->provider)];
        table.free(*found);
    });
    PROSA_ASSERT(matched != 0, "each reply matches its entry");
    return cost_ns;
}

struct TimerCosts {
    double insert_ns;
    double cancel_ns;
};

TimerCosts timer_costs(const BatchPlan& plan) {
    const Clock clock;
    TimerWheel wheel(clock.now_ns());
    std::vector<TimerNode> nodes(plan.batch_calls);
    std::vector<double> inserts_ns;
    std::vector<double> cancels_ns;
    for (std::uint32_t batch = 0; batch < plan.batch_count; ++batch) {
        const Nanos begin_ns = clock.now_ns();
        for (TimerNode& node : nodes) wheel.insert(node, begin_ns + timeout_ns);
        const Nanos middle_ns = clock.now_ns();
        for (TimerNode& node : nodes) wheel.cancel(node);
        const Nanos end_ns = clock.now_ns();
        inserts_ns.push_back(static_cast<double>(middle_ns - begin_ns) / plan.batch_calls);
        cancels_ns.push_back(static_cast<double>(end_ns - middle_ns) / plan.batch_calls);
    }
    return {median_of(std::move(inserts_ns)), median_of(std::move(cancels_ns))};
}

double claim_and_abort_ns(const BatchPlan& plan) {
    PairRig pair;
    Requester& requester = pair.rig().node(PairRig::requester).requester();
    const ServiceHandle service = pair.rig().handle_of(bench_service);
    std::uint64_t refused_count = 0;
    const double cost_ns = batch_cost_ns(plan, [&](std::uint32_t i) {
        Claim claim = requester.claim(pair.requester_shard(), service, {.token = i});
        if (!claim) ++refused_count;
    });
    PROSA_ASSERT(refused_count == 0, "an empty ring grants each claim");
    return cost_ns;
}

double take_and_free_ns(const BatchPlan& plan) {
    PendingTable table(1024);
    return batch_cost_ns(plan, [&](std::uint32_t) { table.free(*table.try_take()); });
}

double dispatch_ns(const BatchPlan& plan) {
    BusRig rig({});
    const ReactorId reactor = rig.add_reactor();
    Shard& shard =
        rig.host(reactor, "silent", [](const ShardInfo&) { return std::make_unique<SilentProcessor>(); });
    Caller& caller = shard;
    Outcome outcome;
    return batch_cost_ns(plan, [&](std::uint32_t i) {
        outcome.id = i;
        caller.on_outcome(outcome);
    });
}

double counter_ns(const BatchPlan& plan) {
    CounterBlock<CallerCounter> counters;
    return batch_cost_ns(plan, [&](std::uint32_t) { counters[CallerCounter::accepted].add(); });
}

double histogram_ns(const BatchPlan& plan) {
    IntervalHistogram histogram(latency_range);
    return batch_cost_ns(plan, [&](std::uint32_t i) { histogram.record(200 + i % 64); });
}

void measure_tvf(const BatchPlan& plan, BenchMessage message, OneCoreCosts& costs) {
    alignas(8) std::array<std::byte, 1024> bytes{};
    MessageWriter writer;
    const MessageReader reader;
    BodyBuffer body{.data = bytes.data(), .capacity_bytes = bytes.size()};
    costs.tvf_write_ns = batch_cost_ns(plan, [&](std::uint32_t i) {
        body.size_bytes = 0;
        writer.write(message, body, i);
    });
    const std::span<const std::byte> written(bytes.data(), body.size_bytes);
    std::uint64_t sum = 0;
    costs.tvf_read_ns = batch_cost_ns(plan, [&](std::uint32_t) { sum += reader.read(message, written); });
    costs.tvf_validate_ns =
        batch_cost_ns(plan, [&](std::uint32_t) { sum += FlatTvfView::validate(written).ok() ? 1 : 0; });
    PROSA_ASSERT(sum != 0, "a written message is valid");
}

double transaction_ns(const BatchPlan& plan, BenchMessage message) {
    PairRig pair;
    pair.begin(message);
    const double cost_ns = batch_cost_ns(plan, [&](std::uint32_t) { pair.transact(); });
    PROSA_ASSERT(pair.answered_count() == std::uint64_t{plan.batch_count} * plan.batch_calls,
                 "each two turns are one transaction");
    return cost_ns;
}

}  // namespace

OneCoreCosts measure_one_core_costs(const BatchPlan& plan, BenchMessage message) {
    OneCoreCosts costs;
    costs.pending_credit_ns = pending_credit_ns(plan);
    const TimerCosts timers = timer_costs(plan);
    costs.timer_insert_ns = timers.insert_ns;
    costs.timer_cancel_ns = timers.cancel_ns;
    costs.claim_ns = std::max(0.0, claim_and_abort_ns(plan) - take_and_free_ns(plan));
    costs.turn_ns = measure_idle_turn_ns(plan, 1);
    costs.dispatch_ns = dispatch_ns(plan);
    costs.counter_ns = counter_ns(plan);
    costs.histogram_ns = histogram_ns(plan);
    measure_tvf(plan, message, costs);
    costs.transaction_ns = transaction_ns(plan, message);
    return costs;
}

double measure_idle_turn_ns(const BatchPlan& plan, std::uint32_t link_count) {
    BusRig rig({});
    const ReactorId reactor = rig.add_reactor();
    rig.surround(reactor, bench_service, link_count);
    return batch_cost_ns(plan, [&](std::uint32_t) { rig.turn(reactor); });
}

}  // namespace prosa::bench
