#include "test/simulation/cast.hpp"

#include <utility>

#include "adaptors/router/router_processor.hpp"
#include "test/simulation/number_router.hpp"
#include "test/simulation/provider.hpp"
#include "test/simulation/source.hpp"

namespace prosa::simulation {
namespace {

// As small as the settings allow up to sizes that a burst does not fill.
BusOptions draw_sizes(Random& random) {
    BusOptions bus;
    bus.ring_slots = 2U << random.below(5);
    bus.slot_bytes = 128U << random.below(2);
    bus.block_bytes = 512U << random.below(2);
    bus.pool_blocks = random.between(1, random.one_in(2) ? 8 : 64);
    bus.credit = random.between(1, random.one_in(2) ? 8 : 64);
    bus.kept_limit = random.between(1, 24);
    bus.pending_limit = random.between(4, random.one_in(2) ? 32 : 200);
    bus.batch = random.between(1, 16);
    bus.call_timeout_ns = random.time(100 * ns_per_us, 2 * ns_per_ms);
    bus.hang_after_ns = random.time(ns_per_ms, 3 * ns_per_ms);
    bus.shutdown_timeout_ns = random.time(0, 4 * ns_per_ms);
    return bus;
}

class Casting {
  public:
    explicit Casting(World& world) : world_(world), random_(world.random) {}

    Cast draw() {
        draw_options();
        add("chaos-1", provider("CHAOS"));
        const std::uint32_t threads = random_.between(1, 2);
        add("chaos-2", provider("CHAOS"), threads);
        if (!random_.one_in(3)) add_shared("pool", provider("SHARED"));
        if (!random_.one_in(3)) add("router", router());
        if (random_.one_in(2)) {
            add("flood-1", flooder("FLOOD-1", "FLOOD-2"));
            add("flood-2", flooder("FLOOD-2", "FLOOD-1"));
        }
        cast_.extra = definition("extra", provider(std::string(extra_service)));
        cast_.extra.reactor = random_.below(*cast_.options.reactors);
        cast_.names.emplace_back("extra");
        cast_.services = {"CHAOS", "CHAOS", "SHARED", std::string(extra_service),
                          std::string(routed_service)};
        add("source-1", source());
        if (random_.one_in(2)) add("source-2", source());
        return std::move(cast_);
    }

  private:
    void draw_options() {
        cast_.options.name = "simulation";
        cast_.options.bus = world_.bus = draw_sizes(random_);
        cast_.options.stepped_from_ns = world_.now_ns;
        cast_.options.jitter_seed = random_.next();
        cast_.options.reactors = random_.between(1, 3);
        for (const char* const service : {"CHAOS", "SHARED"}) {
            const auto policy = static_cast<Policy>(random_.below(4));
            cast_.options.service_policies.emplace_back(service, policy);
            if (service[0] == 'C') note_policy(policy);
        }
        restart_.period_ns = random_.time(10 * ns_per_us, 200 * ns_per_us);
        restart_.maximum_ns = random_.time(ns_per_ms, 5 * ns_per_ms);
        restart_.healthy_ns = random_.time(ns_per_ms, 10 * ns_per_ms);
        restart_.intensity_count = random_.one_in(2) ? random_.between(1, 8) : 1'000'000;
        restart_.intensity_within_ns = random_.time(ns_per_ms, 10 * ns_per_ms);
    }

    void note_policy(Policy policy) {
        const auto first = static_cast<std::size_t>(Branch::policy_round_robin);
        world_.chaos_policy = static_cast<Branch>(first + static_cast<std::size_t>(policy));
    }

    ProcessorDefinition definition(std::string name, ProcessorFactory make) {
        ProcessorDefinition made;
        made.name = std::move(name);
        made.make = std::move(make);
        made.restart = restart_;
        return made;
    }

    // On a reactor of its own, or one that others use.
    void add(std::string name, ProcessorFactory make, std::uint32_t threads = 1) {
        ProcessorDefinition made = definition(std::move(name), std::move(make));
        made.threads = threads;
        if (threads == 1 && !random_.one_in(4)) made.reactor = random_.below(*cast_.options.reactors);
        if (threads == 1 && !made.reactor && random_.one_in(2)) made.threads = 0;
        cast_.names.push_back(made.name);
        cast_.processors.push_back(std::move(made));
    }

    void add_shared(std::string name, ProcessorFactory make) {
        ProcessorDefinition made = definition(std::move(name), std::move(make));
        made.threads = random_.between(2, 3);
        made.queue = QueueMode::shared;
        cast_.names.push_back(made.name);
        cast_.processors.push_back(std::move(made));
    }

    std::uint32_t next_who() { return next_who_++; }

    ProcessorFactory provider(std::string service) {
        const std::string relays_to = random_.one_in(2) ? "FLOOD-1" : "";
        return [&world = world_, who = next_who(), service = std::move(service), relays_to](
                   const ShardInfo&) { return std::make_unique<Provider>(world, who, service, relays_to); };
    }
    ProcessorFactory flooder(std::string own, std::string other) {
        return [&world = world_, who = next_who(), own = std::move(own), other = std::move(other)](
                   const ShardInfo&) { return std::make_unique<Flooder>(world, who, own, other); };
    }
    ProcessorFactory source() {
        return [&world = world_, who = next_who(), services = cast_.services](const ShardInfo&) {
            return std::make_unique<Source>(world, who, services);
        };
    }
    ProcessorFactory router() {
        RouterOptions options;
        options.service_names = {std::string(routed_service)};
        options.announce_after_ns = random_.time(0, ns_per_ms);
        return [&world = world_, options](const ShardInfo&) {
            return std::make_unique<RouterProcessor<NumberRouter>>(
                options, NumberRouter::Options{&world, {"CHAOS", "SHARED"}});
        };
    }

    World& world_;
    Random& random_;
    Cast cast_;
    RestartPolicy restart_;
    std::uint32_t next_who_ = 1;
};

}  // namespace

Cast draw_cast(World& world) { return Casting(world).draw(); }

}  // namespace prosa::simulation
