// Which reactors there are, on which threads, and what they host.
#include <pthread.h>

#include <algorithm>
#include <new>
#include <system_error>

#include "core/base/log.hpp"
#include "core/bus/control.hpp"

namespace prosa {

namespace {

absl::Status no_reactor_left() {
    return make_error(absl::StatusCode::kResourceExhausted, "the instance has no reactor left");
}

absl::Status too_many_queues(std::size_t reactor) {
    return invalid_argument("reactor {} would host more than {} queues: spread them over several", reactor,
                            endpoints_max);
}

}  // namespace

absl::StatusOr<ProcessorId> BusMain::Control::add_processor(ProcessorDefinition definition) {
    if (definition.name.empty() || !definition.make)
        return invalid_argument("a processor needs a name and a factory");
    if (find(definition.name) != nullptr)
        return make_error(absl::StatusCode::kAlreadyExists, "processor '{}' exists", definition.name);
    if (phase_ != Phase::created && phase_ != Phase::running)
        return make_error(absl::StatusCode::kFailedPrecondition, "the instance is stopping");
    std::list<ProcessorRecord> added(1);  // becomes a part of the registry without a further allocation
    ProcessorRecord& processor = added.front();
    processor.id = static_cast<ProcessorId>(next_processor_id_++);
    processor.definition = std::make_shared<const ProcessorDefinition>(std::move(definition));
    if (options_.journal != nullptr)
        options_.journal->name_processor(processor.id, processor.definition->name);
    if (phase_ == Phase::running)
        if (const absl::Status hosted = host_now(processor); !hosted.ok()) return hosted;
    processors_.splice(processors_.end(), added);
    if (phase_ == Phase::running)
        for (QueueRecord& queue : processor.queues) begin(processor, queue);
    return processor.id;
}

ReactorPlan BusMain::Control::plan() const {
    std::vector<std::shared_ptr<const ProcessorDefinition>> definitions;
    for (const ProcessorRecord& processor : processors_) definitions.push_back(processor.definition);
    return plan_hosting(options_, definitions, topology()).reactors;
}

absl::Status BusMain::Control::start() {
    const absl::Status launched = start_in_place();
    if (launched.ok() && !options_.stepped_from_ns)
        has_begun_.wait(false, std::memory_order_acquire);  // [begun]
    return launched;
}

// Until Main runs, nobody else acts in its place.
absl::Status BusMain::Control::start_in_place() try {
    const std::scoped_lock lock(without_main_);
    if (phase_ == Phase::created) return launch_everything();
    return make_error(absl::StatusCode::kFailedPrecondition,
                      "an instance starts once, and not after its stop");
} catch (const std::bad_alloc&) {
    return out_of_memory();
}

absl::Status BusMain::Control::launch_everything() try {
    std::vector<std::shared_ptr<const ProcessorDefinition>> definitions;
    for (const ProcessorRecord& processor : processors_) definitions.push_back(processor.definition);
    const Topology machine = topology();
    const HostingPlan plan = plan_hosting(options_, definitions, machine);
    warnings_ = plan.reactors.warnings;
    for (const std::string& warning : warnings_) log().warn("{}", warning);
    for (const TopologyWarning& warning : warnings_of(machine))
        warnings_.push_back(fmt::format("{}: {}; {}", warning.what, warning.cost, warning.remedy));
    if (plan.reactors.reactors.size() > peers_max / 2)
        return invalid_argument("{} reactors are needed, {} are possible", plan.reactors.reactors.size(),
                                peers_max / 2);
    for (std::size_t at = 0; at < plan.reactors.reactors.size(); ++at)
        if (plan.reactors.reactors[at].queues.size() > endpoints_max) return too_many_queues(at);
    if (absl::Status hosted = host_all(plan); !hosted.ok()) {
        take_back();
        return hosted;
    }
    phase_ = Phase::running;
    if (options_.stepped_from_ns) {
        begin_all();
        return absl::OkStatus();
    }
    absl::Status launched = launch_all();
    if (launched.ok()) launched = launch_main();
    if (!launched.ok()) take_back();
    return launched;
} catch (const std::bad_alloc&) {
    take_back();
    return out_of_memory();
}

absl::Status BusMain::Control::host_all(const HostingPlan& plan) {
    for (const auto& entry : plan.reactors.reactors) {
        PeerIdLease lease = lease_peer_id();
        if (!lease.is_valid()) return no_reactor_left();
        // One that hosts nothing yet may get a processor later.
        host(lease.id(), entry, std::max(static_cast<std::uint32_t>(entry.queues.size()), 1U));
        lease.keep();
    }
    std::size_t at = 0;
    for (ProcessorRecord& processor : processors_) adopt_queues(processor, plan.of_queue[at++]);
    return absl::OkStatus();
}

absl::Status BusMain::Control::launch_all() {
    for (HostedReactor& hosted : reactors_)
        if (absl::Status launched = launch(hosted); !launched.ok()) return launched;
    return absl::OkStatus();
}

absl::Status BusMain::Control::launch_main() try {
    thread_ = std::thread([this] { run(); });
    is_main_running_.store(true, std::memory_order_release);  // [main]
    return absl::OkStatus();
} catch (const std::system_error& error) {
    return make_error(absl::StatusCode::kResourceExhausted, "no thread for Main: {}", error.what());
}

void BusMain::Control::begin_all() noexcept {
    for (ProcessorRecord& processor : processors_)
        for (QueueRecord& queue : processor.queues) begin(processor, queue);
}

HostedReactor& BusMain::Control::host(ReactorId id, const ReactorPlan::Entry& entry,
                                      std::uint32_t queue_count) {
    HostedReactor& hosted = reactors_.emplace_back(id, options_.bus.hang_after_ns);
    try {
        furnish(hosted, entry, queue_count);
    } catch (...) {
        reactors_.pop_back();
        throw;
    }
    by_id_[value_of(id)].store(&hosted, std::memory_order_release);  // [host]
    return hosted;
}

void BusMain::Control::furnish(HostedReactor& hosted, const ReactorPlan::Entry& entry,
                               std::uint32_t queue_count) {
    hosted.cpu = entry.cpu;
    hosted.placement = entry.placement;
    hosted.peer.id = hosted.id;
    hosted.peer.waker = std::make_shared<Waker>();
    hosted.peer.may_park = options_.idle.mode != IdleMode::spin && options_.idle.mode != IdleMode::yield;
    hosted.peer.pools = std::make_shared<MessagePools>(hosted.id, options_.bus, queue_count);
    hosted.node = std::make_unique<BusNode>(node_context_, hosted.peer);
    hosted.reactor = std::make_unique<Reactor>(hosted.id, *hosted.node, options_.idle, busy_threads_,
                                               hosted.peer.waker, peers_max);
}

// Its thread could not be started.
void BusMain::Control::forget_last_reactor() noexcept {
    by_id_[value_of(reactors_.back().id)].store(nullptr, std::memory_order_release);  // [host]
    reactors_.pop_back();
}

// On the reactor's thread.
void BusMain::Control::take_place(const HostedReactor& hosted) noexcept try {
    pthread_setname_np(pthread_self(), fmt::format("prosa-{}", value_of(hosted.id)).c_str());
    if (!hosted.cpu) return;
    const absl::Status pinned = pin_current_thread(static_cast<int>(*hosted.cpu));
    if (!pinned.ok()) log().warn("reactor {} floats: {}", value_of(hosted.id), message_of(pinned));
} catch (const std::bad_alloc&) {
    log().warn("reactor {} floats: out of memory", value_of(hosted.id));
}

absl::Status BusMain::Control::launch(HostedReactor& hosted) noexcept try {
    hosted.thread = std::thread([&hosted] {
        take_place(hosted);
        hosted.probe.attach();
        hosted.reactor->run();
    });
    return absl::OkStatus();
} catch (const std::system_error& error) {
    return make_error(absl::StatusCode::kResourceExhausted, "no thread for reactor {}: {}",
                      value_of(hosted.id), error.what());
} catch (const std::bad_alloc&) {
    return out_of_memory();
}

void BusMain::Control::adopt_queues(ProcessorRecord& processor, const std::vector<std::uint32_t>& of_queue) {
    const ProcessorDefinition& definition = *processor.definition;
    if (definition.queue == QueueMode::shared) {
        std::vector<ReactorId> shards;
        for (const std::uint32_t at : of_queue) shards.push_back(reactors_[at].id);
        processor.shared_queue = std::make_shared<SharedQueue>(options_.bus.credit, std::move(shards));
    }
    for (std::uint32_t number = 0; number < of_queue.size(); ++number) {
        QueueRecord& queue =
            processor.queues.emplace_back(QueueKey{processor.id, QueueId{number}}, definition.restart);
        queue.host = &reactors_[of_queue[number]];
        auto shard = std::make_unique<Shard>(*queue.host->node, queue.key, processor.definition,
                                             processor.shared_queue);
        queue.shard = shard.get();
        if (phase_ == Phase::created) {
            queue.host->node->adopt(std::move(shard));
            continue;
        }
        BusNode* const node = queue.host->node.get();
        post(*queue.host, [node, moved = std::move(shard)]() mutable { node->adopt(std::move(moved)); });
    }
}

// Reactors that are there keep their CPUs, so one that comes later gets only the CPU it asks for.
ReactorPlan::Entry BusMain::Control::place_later(ReactorId id, const ProcessorDefinition& definition) {
    ReactorPlan::Entry entry;
    entry.placement = "added while running: floats";
    if (!definition.cpu || !options_.pins_reactors) return entry;
    const Topology machine = topology();
    const Cpu* const cpu = machine.find(static_cast<int>(*definition.cpu));
    if (cpu != nullptr && cpu->is_allowed) {
        entry.cpu = definition.cpu;
        entry.placement = "as configured";
        return entry;
    }
    warnings_.push_back(
        fmt::format("reactor {} asks for CPU {}, which {}; it floats", value_of(id), *definition.cpu,
                    cpu == nullptr ? "does not exist" : "the process's affinity mask forbids"));
    log().warn("{}", warnings_.back());
    return entry;
}

absl::Status BusMain::Control::host_now(ProcessorRecord& processor) {
    const ProcessorDefinition& definition = *processor.definition;
    std::vector<std::uint32_t> of_queue;
    if (definition.reactor) {
        if (*definition.reactor >= reactors_.size())
            return invalid_argument("reactor {} does not exist; there are {}", *definition.reactor,
                                    reactors_.size());
        of_queue.push_back(*definition.reactor);
    } else if (const auto shared = definition.threads == 0 ? find_shared_reactor() : std::nullopt) {
        of_queue.push_back(*shared);
    }
    for (const std::uint32_t at : of_queue)
        if (queue_count_of(reactors_[at]) >= endpoints_max) return too_many_queues(at);
    while (of_queue.size() < std::max(definition.threads, 1U)) {
        if (const auto idle = definition.cpu ? std::nullopt : find_empty_reactor(of_queue)) {
            of_queue.push_back(*idle);
            continue;
        }
        PeerIdLease lease = lease_peer_id();
        if (!lease.is_valid()) return no_reactor_left();
        HostedReactor& hosted = host(lease.id(), place_later(lease.id(), definition), 1);
        if (absl::Status launched = options_.stepped_from_ns ? absl::OkStatus() : launch(hosted);
            !launched.ok()) {
            forget_last_reactor();
            return launched;
        }
        lease.keep();
        of_queue.push_back(static_cast<std::uint32_t>(reactors_.size() - 1));
    }
    adopt_queues(processor, of_queue);
    return absl::OkStatus();
}

// A reactor that sleeps would see the new table only when a message wakes it.
void BusMain::Control::publish() {
    if (publisher_.publish_changes()) wake_reactors();
}

void BusMain::Control::wake_reactors() {
    for (HostedReactor& hosted : reactors_) {
        ControlTask look_again([] {});
        (void)hosted.reactor->post(look_again);  // an inbox that is full keeps its reactor awake
    }
}

// That of the processors with `threads: 0`, while there is one.
std::optional<std::uint32_t> BusMain::Control::find_shared_reactor() const {
    for (const ProcessorRecord& processor : processors_) {
        if (processor.definition->threads != 0 || processor.definition->reactor || processor.queues.empty())
            continue;
        for (std::uint32_t at = 0; at < reactors_.size(); ++at)
            if (processor.queues.front().host == &reactors_[at]) return at;
    }
    return std::nullopt;
}

// A reactor whose processors were removed hosts the next one, so that adding and removing does not use them up.
std::optional<std::uint32_t> BusMain::Control::find_empty_reactor(
    const std::vector<std::uint32_t>& taken) const {
    for (std::uint32_t at = 0; at < reactors_.size(); ++at) {
        const bool is_taken = std::find(taken.begin(), taken.end(), at) != taken.end();
        if (!is_taken && queue_count_of(reactors_[at]) == 0) return at;
    }
    return std::nullopt;
}

std::size_t BusMain::Control::queue_count_of(const HostedReactor& hosted) const {
    std::size_t count = 0;
    for (const ProcessorRecord& processor : processors_)
        count += static_cast<std::size_t>(
            std::count_if(processor.queues.begin(), processor.queues.end(),
                          [&](const QueueRecord& queue) { return queue.host == &hosted; }));
    return count;
}

std::string BusMain::Control::processors_on(const HostedReactor& hosted) const {
    std::string names;
    for (const ProcessorRecord& processor : processors_) {
        const bool is_there = std::any_of(processor.queues.begin(), processor.queues.end(),
                                          [&](const QueueRecord& queue) { return queue.host == &hosted; });
        if (is_there) names += (names.empty() ? "" : " or ") + processor.definition->name;
    }
    return names;
}

void BusMain::Control::post(HostedReactor& hosted, ControlTask task) {
    if (hosted.backlog.empty() && hosted.reactor->post(task)) return;
    hosted.backlog.push_back(std::move(task));
}

// Without memory it waits for its restart, as after a failure.
void BusMain::Control::begin(ProcessorRecord& processor, QueueRecord& queue) noexcept try {
    queue.state = ProcessorState::starting;
    queue.incarnation = static_cast<Incarnation>(next_incarnation_++);
    queue.restart_at_ns = no_deadline_ns;
    queue.backoff.note_start(now_ns_);
    log().debug("{}: incarnation {} starts", queue_name(*processor.definition, value_of(queue.key.queue)),
                value_of(queue.incarnation));
    post(*queue.host, [node = queue.host->node.get(), shard = queue.shard, incarnation = queue.incarnation] {
        node->begin_shard(*shard, incarnation);
    });
} catch (const std::bad_alloc&) {
    queue.state = ProcessorState::backing_off;
    queue.restart_at_ns = now_ns_ + memory_retry_ns;
}

// Without memory it is told at the next turn.
void BusMain::Control::end(QueueRecord& queue) noexcept {
    queue.must_end = true;
    attempt([&] {
        post(*queue.host,
             [node = queue.host->node.get(), shard = queue.shard] { node->end_shard(*shard, nullptr); });
        queue.must_end = false;
    });
}

void BusMain::Control::end_due() noexcept {
    for (ProcessorRecord& processor : processors_)
        for (QueueRecord& queue : processor.queues)
            if (queue.must_end) end(queue);
}

}  // namespace prosa
