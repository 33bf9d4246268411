#include "apps/prosa/bench/breakdown/bus_rig.hpp"

#include "apps/prosa/bench/bench_provider.hpp"
#include "apps/prosa/bench/bench_requester.hpp"

namespace prosa::bench {
namespace {

constexpr std::size_t readers_max = 16;

BusOptions pair_options(std::uint32_t ring_slots) {
    BusOptions options;
    options.ring_slots = ring_slots;
    options.slot_bytes = bench_slot_bytes;
    return options;
}

}  // namespace

BusRig::BusRig(const BusOptions& options)
    : options_(options),
      tables_(readers_max, std::make_unique<ServiceTable>()),
      publisher_(tables_, directory_, {}),
      context_{name_, options_, tables_, directory_, *this, *this, nullptr, clock_.now_ns(), false} {}

BusRig::~BusRig() = default;

Peer BusRig::peer_of(std::uint32_t number) const {
    const auto id = static_cast<ReactorId>(number);
    return {id, std::make_shared<Waker>(), false, std::make_shared<MessagePools>(id, options_, 1)};
}

ReactorId BusRig::add_reactor() {
    RigReactor& made = reactors_.emplace_back();
    made.peer = peer_of(static_cast<std::uint32_t>(reactors_.size() - 1));
    made.node = std::make_unique<BusNode>(context_, made.peer);
    made.reactor =
        std::make_unique<Reactor>(made.peer.id, *made.node, IdleOptions{}, busy_threads_, made.peer.waker);
    return made.peer.id;
}

Shard& BusRig::host(ReactorId id, const std::string& name, ProcessorFactory make) {
    auto definition = std::make_shared<ProcessorDefinition>();
    definition->name = name;
    definition->make = std::move(make);
    const QueueKey key{static_cast<ProcessorId>(queues_.size() + 1), QueueId{1}};
    queues_[key].reactor = id;
    auto shard = std::make_unique<Shard>(node(id), key, std::move(definition), nullptr);
    Shard& hosted = *shard;
    node(id).set_now(clock_.now_ns());
    node(id).adopt(std::move(shard));
    node(id).begin_shard(hosted, Incarnation{1});
    return hosted;
}

void BusRig::surround(ReactorId id, std::string_view service, std::uint32_t count) {
    const auto first = static_cast<std::uint32_t>(reactors_.size());
    for (std::uint32_t number = first; number < first + count; ++number) {
        const ProviderId provider{static_cast<ProcessorId>(number + 1), QueueId{1}};
        publisher_.add_provider(service, {.id = provider,
                                          .index = publisher_.index_of(provider),
                                          .endpoint = EndpointTag{},
                                          .reactor = static_cast<ReactorId>(number),
                                          .shared_queue = nullptr});
        links_.push_back(std::make_shared<Link>(options_, peer_of(number), reactors_[value_of(id)].peer));
        node(id).attach(links_.back());
    }
    publisher_.publish_changes();
    node(id).requester().refresh_table();
    node(id).requester().prepare(handle_of(service));
}

std::shared_ptr<Link> BusRig::connect(const Peer& requester, ReactorId provider) {
    const std::uint32_t number = value_of(provider);
    const bool is_ours = number < reactors_.size();
    links_.push_back(
        std::make_shared<Link>(options_, requester, is_ours ? reactors_[number].peer : peer_of(number)));
    if (is_ours) node(provider).attach(links_.back());
    return links_.back();
}

bool BusRig::post_event(MainEvent& event) noexcept {
    if (const auto* const registered = std::get_if<QueueRegistered>(&event))
        queues_.at(registered->key).endpoint = registered->endpoint;
    if (const auto* const change = std::get_if<ServicesChanged>(&event)) provide(*change);
    return true;
}

void BusRig::provide(const ServicesChanged& change) {
    const ProviderId id{change.processor, QueueId{1}};
    const RigQueue& queue = queues_.at({id.processor, id.queue});
    for (const std::string& name : change.names)
        publisher_.add_provider(name, {.id = id,
                                       .index = publisher_.index_of(id),
                                       .endpoint = queue.endpoint,
                                       .reactor = queue.reactor,
                                       .shared_queue = nullptr});
    publisher_.publish_changes();
}

PairRig::PairRig(std::uint32_t ring_slots) : rig_(pair_options(ring_slots)) {
    rig_.add_reactor();
    rig_.add_reactor();
    rig_.host(provider, "bench-provider", [desk = desk_](const ShardInfo&) {
        return std::make_unique<BenchProvider>(desk, ProviderBehaviour::answer);
    });
    requester_ = &rig_.host(requester, "bench-requester", [desk = desk_](const ShardInfo&) {
        return std::make_unique<BenchRequester>(desk);
    });
    rig_.turn(requester);
    rig_.turn(provider);
}

void PairRig::send(const BenchOrder& order) {
    desk_->order = order;
    rig_.node(requester).set_now(rig_.clock().now_ns());
    PROSA_ASSERT(requester_->on_command("go").ok(), "a requester knows the command");
}

void PairRig::begin(BenchMessage message) {
    constexpr Nanos endless_ns = 86'400 * ns_per_s;
    send({.message = message, .warmup_ns = 0, .duration_ns = endless_ns});
    transact();  // the first is never measured
}

}  // namespace prosa::bench
