#include "core/bus/control.hpp"

#include <pthread.h>

#include <algorithm>

#include "core/base/log.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

constexpr std::size_t inbox_capacity_tasks = 2048;  // as ProSA's Main
constexpr Nanos stop_poll_ns = 2 * ns_per_ms;
constexpr Nanos backlog_poll_ns = ns_per_ms;

std::unique_ptr<const ServiceTable> empty_table() { return std::make_unique<ServiceTable>(); }

}  // namespace

BusMain::Control::Control(InstanceOptions options)
    : options_(std::move(options)),
      start_ns_(options_.stepped_from_ns.value_or(monotonic_now_ns())),
      tables_(peers_max, empty_table()),
      publisher_(tables_, directory_, options_.service_policies),
      busy_threads_(topology().available_count()),
      node_context_{options_.name, options_.bus,           tables_,   directory_, *this,
                    *this,         options_.journal.get(), start_ns_, options_.stepped_from_ns.has_value()},
      random_(options_.jitter_seed ? *options_.jitter_seed : std::random_device{}()),
      now_ns_(start_ns_),
      stepped_now_ns_(options_.stepped_from_ns.value_or(no_deadline_ns)) {
    waker_ = std::make_shared<Waker>();
    inbox_ = std::make_unique<ControlInbox<>>(waker_, inbox_capacity_tasks, peers_max);
    if (options_.journal != nullptr) options_.journal->begin(shared_directory_);
}

BusMain::Control::~Control() = default;

// --- any thread -------------------------------------------------------------------------------------------------

bool BusMain::Control::post_event(MainEvent& event) {
    ControlTask task([this, copy = event]() mutable { handle(copy); });
    return inbox_->post(task);
}

std::shared_ptr<Link> BusMain::Control::connect(const Peer& requester, ReactorId provider) {
    HostedReactor* const hosted = by_id_[value_of(provider)].load(std::memory_order_acquire);  // [host]
    if (hosted == nullptr) return nullptr;
    auto link = std::make_shared<Link>(options_.bus, requester, hosted->peer);
    BusNode* const node = hosted->node.get();
    if (requester.id == provider) {
        node->attach(link);
        return link;
    }
    ControlTask task([node, link] { node->attach(link); });
    return hosted->reactor->post(task) ? link : nullptr;
}

void BusMain::Control::request_stop() noexcept {
    stop_requests_.fetch_add(1, std::memory_order_relaxed);
    waker_->wake();
}

std::optional<ReactorId> BusMain::Control::take_peer_id() noexcept {
    const std::uint32_t id = next_peer_id_.fetch_add(1, std::memory_order_relaxed);
    if (id >= peers_max) return std::nullopt;
    return static_cast<ReactorId>(id);
}

// --- the loop ---------------------------------------------------------------------------------------------------

void BusMain::Control::run() {
    pthread_setname_np(pthread_self(), "prosa-main");
    main_of_thread() = this;
    while (!may_leave_.load(std::memory_order_acquire)) {  // [leave]
        const Nanos now_ns = monotonic_now_ns();
        run_once(now_ns);
        if (inbox_->announce_sleep()) waker_->wait(next_due_ns() - now_ns);
        inbox_->awaken();
    }
}

BusMain::Control*& BusMain::Control::main_of_thread() noexcept {
    thread_local Control* instance = nullptr;
    return instance;
}

void BusMain::Control::run_without_main() {
    if (is_main_running_.load(std::memory_order_acquire)) return std::this_thread::yield();  // [main]
    const std::scoped_lock lock(without_main_);
    inbox_->run_pending(inbox_capacity_tasks);
}

bool BusMain::Control::run_once(Nanos now_ns) {
    now_ns_ = now_ns;
    inbox_->run_pending(inbox_capacity_tasks);
    const std::uint32_t requests = stop_requests_.load(std::memory_order_relaxed);
    while (stop_requests_seen_ != requests) {
        ++stop_requests_seen_;
        begin_stop("signal");
    }
    for (HostedReactor& hosted : reactors_)
        while (!hosted.backlog.empty() && hosted.reactor->post(hosted.backlog.front())) hosted.backlog.pop_front();
    restart_due(now_ns);
    watch(now_ns);
    publish();
    publisher_.reclaim();
    if (phase_ == Phase::draining || phase_ == Phase::ending) advance_stop(now_ns);
    return phase_ != Phase::stopped;
}

bool BusMain::Control::step(Nanos now_ns) {
    const bool goes_on = step_main(now_ns);
    for (std::size_t place = 0; place < reactors_.size(); ++place) step_reactor(place, now_ns);
    return goes_on;
}

bool BusMain::Control::step_main(Nanos now_ns) {
    stepped_now_ns_ = now_ns;
    return run_once(now_ns);
}

void BusMain::Control::step_reactor(std::size_t place, Nanos now_ns) {
    stepped_now_ns_ = now_ns;
    reactors_[place].reactor->step(now_ns);
}

Nanos BusMain::Control::next_due_ns() const {
    if (phase_ == Phase::stopped) return no_deadline_ns;
    Nanos due_ns = next_watch_ns_;
    if (phase_ != Phase::running) due_ns = std::min(due_ns, now_ns_ + stop_poll_ns);
    for (const HostedReactor& hosted : reactors_)
        if (!hosted.backlog.empty()) due_ns = std::min(due_ns, now_ns_ + backlog_poll_ns);
    for (const ProcessorRecord& processor : processors_)
        for (const QueueRecord& queue : processor.queues) due_ns = std::min(due_ns, queue.restart_at_ns);
    return due_ns;
}

// A stepped instance has no threads to place, and asks nothing of the machine.
Topology BusMain::Control::topology() const {
    return options_.stepped_from_ns ? Topology{} : read_topology();
}

// --- hosting ----------------------------------------------------------------------------------------------------

absl::StatusOr<ProcessorId> BusMain::Control::add_processor(ProcessorDefinition definition) {
    if (definition.name.empty() || !definition.make)
        return invalid_argument("a processor needs a name and a factory");
    if (find(definition.name) != nullptr)
        return make_error(absl::StatusCode::kAlreadyExists, "processor '{}' exists", definition.name);
    if (phase_ != Phase::created && phase_ != Phase::running)
        return make_error(absl::StatusCode::kFailedPrecondition, "the instance is stopping");
    ProcessorRecord& processor = processors_.emplace_back();
    processor.id = static_cast<ProcessorId>(next_processor_id_++);
    processor.definition = std::make_shared<const ProcessorDefinition>(std::move(definition));
    if (options_.journal != nullptr) options_.journal->name_processor(processor.id, processor.definition->name);
    if (phase_ == Phase::running) {
        if (const absl::Status hosted = host_now(processor); !hosted.ok()) {
            processors_.pop_back();
            return hosted;
        }
    }
    return processor.id;
}

ReactorPlan BusMain::Control::plan() const {
    std::vector<std::shared_ptr<const ProcessorDefinition>> definitions;
    for (const ProcessorRecord& processor : processors_) definitions.push_back(processor.definition);
    return plan_hosting(options_, definitions, topology()).reactors;
}

absl::Status BusMain::Control::start() {
    std::vector<std::shared_ptr<const ProcessorDefinition>> definitions;
    for (const ProcessorRecord& processor : processors_) definitions.push_back(processor.definition);
    const Topology machine = topology();
    const HostingPlan plan = plan_hosting(options_, definitions, machine);
    warnings_ = plan.reactors.warnings;
    for (const TopologyWarning& warning : warnings_of(machine))
        warnings_.push_back(fmt::format("{}: {}; {}", warning.what, warning.cost, warning.remedy));
    if (plan.reactors.reactors.size() > peers_max / 2)
        return invalid_argument("{} reactors are needed, {} are possible", plan.reactors.reactors.size(),
                                peers_max / 2);
    for (const auto& entry : plan.reactors.reactors) {
        const auto id = take_peer_id();
        // One that hosts nothing yet may get a processor later.
        host(*id, entry, std::max(static_cast<std::uint32_t>(entry.queues.size()), 1U));
    }
    std::size_t at = 0;
    for (ProcessorRecord& processor : processors_) adopt_queues(processor, plan.of_queue[at++]);
    phase_ = Phase::running;
    if (!options_.stepped_from_ns) {
        for (HostedReactor& hosted : reactors_)
            if (absl::Status launched = launch(hosted); !launched.ok()) {
                take_back();
                return launched;
            }
        thread_ = std::thread([this] { run(); });
        is_main_running_.store(true, std::memory_order_release);  // [main]
    }
    ask([this] {
        for (ProcessorRecord& processor : processors_)
            for (QueueRecord& queue : processor.queues) begin(processor, queue);
    });
    return absl::OkStatus();
}

HostedReactor& BusMain::Control::host(ReactorId id, const ReactorPlan::Entry& entry, std::uint32_t queue_count) {
    HostedReactor& hosted = reactors_.emplace_back(id, options_.bus.hang_after_ns);
    hosted.cpu = entry.cpu;
    hosted.placement = entry.placement;
    hosted.peer.id = id;
    hosted.peer.waker = std::make_shared<Waker>();
    hosted.peer.may_park = options_.idle.mode != IdleMode::spin && options_.idle.mode != IdleMode::yield;
    hosted.peer.pools = std::make_shared<MessagePools>(id, options_.bus, queue_count);
    hosted.node = std::make_unique<BusNode>(node_context_, hosted.peer);
    hosted.reactor = std::make_unique<Reactor>(id, *hosted.node, options_.idle, busy_threads_, hosted.peer.waker,
                                               peers_max);
    by_id_[value_of(id)].store(&hosted, std::memory_order_release);  // [host]
    return hosted;
}

absl::Status BusMain::Control::launch(HostedReactor& hosted) try {
    hosted.thread = std::thread([&hosted] {
        pthread_setname_np(pthread_self(), fmt::format("prosa-{}", value_of(hosted.id)).c_str());
        if (hosted.cpu) {
            const absl::Status pinned = pin_current_thread(static_cast<int>(*hosted.cpu));
            if (!pinned.ok()) log().warn("reactor {} floats: {}", value_of(hosted.id), message_of(pinned));
        }
        hosted.probe.attach();
        hosted.reactor->run();
    });
    return absl::OkStatus();
} catch (const std::system_error& error) {
    return make_error(absl::StatusCode::kResourceExhausted, "no thread for reactor {}: {}", value_of(hosted.id),
                      error.what());
}

void BusMain::Control::adopt_queues(ProcessorRecord& processor, const std::vector<std::uint32_t>& of_queue) {
    const ProcessorDefinition& definition = *processor.definition;
    if (definition.queue == QueueMode::shared) {
        std::vector<ReactorId> shards;
        for (const std::uint32_t at : of_queue) shards.push_back(reactors_[at].id);
        processor.shared_queue = std::make_shared<SharedQueue>(options_.bus.credit, std::move(shards));
    }
    for (std::uint32_t number = 0; number < of_queue.size(); ++number) {
        QueueRecord& queue = processor.queues.emplace_back(QueueKey{processor.id, QueueId{number}}, definition.restart);
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
    warnings_.push_back(fmt::format("reactor {} asks for CPU {}, which {}; it floats", value_of(id), *definition.cpu,
                                    cpu == nullptr ? "does not exist" : "the process's affinity mask forbids"));
    log().warn("{}", warnings_.back());
    return entry;
}

absl::Status BusMain::Control::host_now(ProcessorRecord& processor) {
    const ProcessorDefinition& definition = *processor.definition;
    std::vector<std::uint32_t> of_queue;
    if (definition.reactor) {
        if (*definition.reactor >= reactors_.size())
            return invalid_argument("reactor {} does not exist; there are {}", *definition.reactor, reactors_.size());
        of_queue.push_back(*definition.reactor);
    } else if (const auto shared = definition.threads == 0 ? find_shared_reactor() : std::nullopt) {
        of_queue.push_back(*shared);
    }
    while (of_queue.size() < std::max(definition.threads, 1U)) {
        if (const auto idle = definition.cpu ? std::nullopt : find_empty_reactor(of_queue)) {
            of_queue.push_back(*idle);
            continue;
        }
        const auto id = take_peer_id();
        if (!id) return make_error(absl::StatusCode::kResourceExhausted, "the instance has no reactor left");
        HostedReactor& hosted = host(*id, place_later(*id, definition), 1);
        if (absl::Status launched = options_.stepped_from_ns ? absl::OkStatus() : launch(hosted); !launched.ok())
            return launched;
        of_queue.push_back(static_cast<std::uint32_t>(reactors_.size() - 1));
    }
    adopt_queues(processor, of_queue);
    for (QueueRecord& queue : processor.queues) begin(processor, queue);
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
        if (processor.definition->threads != 0 || processor.definition->reactor || processor.queues.empty()) continue;
        for (std::uint32_t at = 0; at < reactors_.size(); ++at)
            if (processor.queues.front().host == &reactors_[at]) return at;
    }
    return std::nullopt;
}

// A reactor whose processors were removed hosts the next one, so that adding and removing does not use them up.
std::optional<std::uint32_t> BusMain::Control::find_empty_reactor(const std::vector<std::uint32_t>& taken) const {
    for (std::uint32_t at = 0; at < reactors_.size(); ++at) {
        const bool is_taken = std::find(taken.begin(), taken.end(), at) != taken.end();
        const bool is_used = std::any_of(processors_.begin(), processors_.end(), [&](const ProcessorRecord& other) {
            return std::any_of(other.queues.begin(), other.queues.end(),
                               [&](const QueueRecord& queue) { return queue.host == &reactors_[at]; });
        });
        if (!is_taken && !is_used) return at;
    }
    return std::nullopt;
}

void BusMain::Control::post(HostedReactor& hosted, ControlTask task) {
    if (hosted.backlog.empty() && hosted.reactor->post(task)) return;
    hosted.backlog.push_back(std::move(task));
}

void BusMain::Control::begin(ProcessorRecord& processor, QueueRecord& queue) {
    queue.state = ProcessorState::starting;
    queue.incarnation = static_cast<Incarnation>(next_incarnation_++);
    queue.restart_at_ns = no_deadline_ns;
    queue.backoff.note_start(now_ns_);
    log().debug("{}: incarnation {} starts", queue_name(*processor.definition, value_of(queue.key.queue)),
                value_of(queue.incarnation));
    post(*queue.host, [node = queue.host->node.get(), shard = queue.shard, incarnation = queue.incarnation] {
        node->begin_shard(*shard, incarnation);
    });
}

void BusMain::Control::end(QueueRecord& queue) {
    post(*queue.host, [node = queue.host->node.get(), shard = queue.shard] { node->end_shard(*shard, nullptr); });
}

// --- registry ---------------------------------------------------------------------------------------------------

ProcessorRecord* BusMain::Control::find(std::string_view name) {
    for (ProcessorRecord& processor : processors_)
        if (processor.definition->name == name) return &processor;
    return nullptr;
}

ProcessorRecord* BusMain::Control::find(ProcessorId id) {
    for (ProcessorRecord& processor : processors_)
        if (processor.id == id) return &processor;
    return nullptr;
}

QueueRecord* BusMain::Control::find(QueueKey key) {
    ProcessorRecord* const processor = find(key.processor);
    return processor == nullptr ? nullptr : &processor->queues[value_of(key.queue)];
}

absl::Status BusMain::Control::unknown_processor(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const ProcessorRecord& processor : processors_) names.push_back(processor.definition->name);
    return not_found("unknown processor '{}'{}", name, suggestion(name, names));
}

void BusMain::Control::handle(MainEvent& event) {
    std::visit([this](auto& message) { on(message); }, event);
}

void BusMain::Control::on(QueueRegistered& event) {
    ProcessorRecord* const processor = find(event.key.processor);
    if (processor == nullptr) return;
    QueueRecord& queue = processor->queues[value_of(event.key.queue)];
    if (queue.incarnation != event.incarnation) return;
    const ProviderId id{event.key.processor, event.key.queue};
    queue.provider = Provider{id, publisher_.index_of(id), event.endpoint, queue.host->id, processor->shared_queue};
}

void BusMain::Control::on(QueueRunning& event) {
    QueueRecord* const queue = find(event.key);
    if (queue == nullptr || queue->incarnation != event.incarnation || !queue->provider) return;
    queue->state = ProcessorState::running;
}

void BusMain::Control::on(QueueEnded& event) {
    ProcessorRecord* const processor = find(event.key.processor);
    if (processor == nullptr) return;
    QueueRecord& queue = processor->queues[value_of(event.key.queue)];
    if (queue.incarnation != event.incarnation) return;
    const std::string name = queue_name(*processor->definition, value_of(event.key.queue));
    publisher_.remove_provider(ProviderId{event.key.processor, event.key.queue});
    queue.provider.reset();
    if (event.has_error) queue.last_error = event.error;
    queue.state = ProcessorState::stopped;
    if (processor->is_removing) return erase_if_gone(*processor);
    if (phase_ != Phase::running) return;
    if (std::exchange(queue.restarts_when_ended, false)) return begin(*processor, queue);
    if (!event.has_error) return;
    if (!event.is_recoverable) {
        queue.state = ProcessorState::crashed;
        log().error("{} crashed: {}", name, event.error);
        return;
    }
    ++queue.restarts;
    const auto wait_ns = queue.backoff.next_wait(
        now_ns_, event.recovery_ns, std::uniform_real_distribution<double>(0, 1)(random_));
    if (!wait_ns) {
        queue.state = ProcessorState::crashed;
        log().error("{} crashed: it failed more often than restart_intensity allows; the last error was: {}", name,
                    event.error);
        return;
    }
    queue.state = ProcessorState::backing_off;
    queue.restart_at_ns = now_ns_ + *wait_ns;
    log().warn("{} failed and restarts in {} ms: {}", name, *wait_ns / ns_per_ms, event.error);
}

void BusMain::Control::on(ServicesChanged& event) {
    ProcessorRecord* const processor = find(event.processor);
    if (processor == nullptr) return;
    for (QueueRecord& queue : processor->queues) {
        // Who speaks for one queue must be its present incarnation; who speaks for all, any present one.
        const bool is_meant = !event.queue || (*event.queue == queue.key.queue && queue.incarnation == event.incarnation);
        if (is_meant && queue.provider) change_services(event, queue);
    }
}

void BusMain::Control::change_services(const ServicesChanged& event, QueueRecord& queue) {
    for (const std::string& name : event.names) {
        if (event.adds)
            publisher_.add_provider(name, *queue.provider);
        else
            publisher_.remove_provider(name, queue.provider->id);
    }
}

void BusMain::Control::erase_if_gone(ProcessorRecord& processor) {
    const bool is_gone = std::all_of(processor.queues.begin(), processor.queues.end(), [](const QueueRecord& queue) {
        return queue.state == ProcessorState::stopped || queue.state == ProcessorState::crashed ||
               queue.state == ProcessorState::created;
    });
    if (!is_gone) return;
    const auto place = std::find_if(processors_.begin(), processors_.end(),
                                    [&](const ProcessorRecord& other) { return &other == &processor; });
    removed_.push_back(std::move(*place));
    processors_.erase(place);
}

// --- supervision ------------------------------------------------------------------------------------------------

void BusMain::Control::restart_due(Nanos now_ns) {
    if (phase_ != Phase::running) return;
    for (ProcessorRecord& processor : processors_)
        for (QueueRecord& queue : processor.queues)
            if (queue.restart_at_ns <= now_ns) begin(processor, queue);
}

void BusMain::Control::watch(Nanos now_ns) {
    if (now_ns < next_watch_ns_) return;
    next_watch_ns_ = now_ns + options_.bus.hang_after_ns / 4;
    for (HostedReactor& hosted : reactors_) {
        const bool is_running = hosted.reactor->state() == ReactorState::running;
        const auto verdict = hosted.hang.observe(hosted.reactor->cycles(), is_running, now_ns);
        if (verdict == HangDetector::Verdict::unchanged) continue;
        const bool is_hanging = verdict == HangDetector::Verdict::hanging;
        publisher_.set_suspended(hosted.id, is_hanging);
        if (is_hanging)
            log().error("reactor {} has not turned for {} ms: its services are withdrawn", value_of(hosted.id),
                        options_.bus.hang_after_ns / ns_per_ms);
        else
            log().warn("reactor {} turns again: its services are back", value_of(hosted.id));
    }
}

}  // namespace prosa
