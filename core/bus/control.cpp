#include "core/bus/control.hpp"

#include <pthread.h>

#include <algorithm>

#include "core/base/log.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

constexpr std::size_t events_max = 2048;  // as ProSA's Main
constexpr std::size_t questions_max = 256;
constexpr std::size_t askers_usual = 4;  // a question of one more allocates its place, too
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
      node_context_{options_.name,
                    options_.bus,
                    tables_,
                    directory_,
                    *this,
                    *this,
                    options_.journal.get(),
                    start_ns_,
                    options_.stepped_from_ns.has_value()},
      random_(options_.jitter_seed ? *options_.jitter_seed : std::random_device{}()),
      now_ns_(start_ns_),
      stepped_now_ns_(options_.stepped_from_ns.value_or(no_deadline_ns)) {
    waker_ = std::make_shared<Waker>();
    events_ = std::make_unique<ControlInbox<>>(waker_, events_max, peers_max);
    questions_ = std::make_unique<ControlInbox<>>(waker_, questions_max, askers_usual);
    if (options_.journal != nullptr) options_.journal->begin(shared_directory_);
}

BusMain::Control::~Control() = default;

// --- any thread -------------------------------------------------------------------------------------------------

bool BusMain::Control::post_event(MainEvent& event) noexcept try {
    ControlTask task([this, copy = event]() mutable { handle(copy); });
    return events_->post(task);
} catch (const std::bad_alloc&) {
    return false;
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

void BusMain::Control::request_begin_stop() noexcept {
    must_begin_stop_.store(true, std::memory_order_relaxed);
    waker_->wake();
}

// --- the loop ---------------------------------------------------------------------------------------------------

void BusMain::Control::run() {
    pthread_setname_np(pthread_self(), "prosa-main");
    main_of_thread() = this;
    begin_all();
    has_begun_.store(true, std::memory_order_release);  // [begun]
    has_begun_.notify_all();
    while (!may_leave_.load(std::memory_order_acquire)) {  // [leave]
        const Nanos now_ns = monotonic_now_ns();
        run_once(now_ns);
        const bool has_no_events = events_->announce_sleep();
        const bool has_no_questions = questions_->announce_sleep();
        // Events may wait for memory, questions do not.
        if (has_no_questions && (has_no_events || lacks_memory_)) waker_->wait(next_due_ns() - now_ns);
        events_->awaken();
        questions_->awaken();
    }
}

void BusMain::Control::note_lack_of_memory() noexcept {
    lacks_memory_ = true;
    if (!std::exchange(is_lack_told_, true))
        log().error("Main has no memory for what it has to do: it tries again");
}

BusMain::Control*& BusMain::Control::main_of_thread() noexcept {
    thread_local Control* instance = nullptr;
    return instance;
}

void BusMain::Control::run_without_main() noexcept {
    if (is_main_running_.load(std::memory_order_acquire)) return std::this_thread::yield();  // [main]
    const std::scoped_lock lock(without_main_);
    run_posted();
}

void BusMain::Control::run_posted() noexcept {
    attempt([this] { events_->run_pending(events_max); });
    attempt([this] { questions_->run_pending(questions_max); });
}

bool BusMain::Control::run_once(Nanos now_ns) {
    now_ns_ = now_ns;
    lacks_memory_ = false;
    run_posted();
    const std::uint32_t requests = stop_requests_.load(std::memory_order_relaxed);
    while (stop_requests_seen_ != requests) {
        ++stop_requests_seen_;
        stop("signal");
    }
    if (must_begin_stop_.exchange(false, std::memory_order_relaxed)) begin_stop("out of memory");
    for (HostedReactor& hosted : reactors_)
        while (!hosted.backlog.empty() && hosted.reactor->post(hosted.backlog.front()))
            hosted.backlog.pop_front();
    restart_due(now_ns);
    end_due();
    watch(now_ns);
    attempt([this] { publish(); });
    publisher_.reclaim();
    if (phase_ == Phase::draining || phase_ == Phase::ending)
        attempt([this, now_ns] { advance_stop(now_ns); });
    if (!lacks_memory_ && std::exchange(is_lack_told_, false)) log().warn("Main has memory again");
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
    if (lacks_memory_) due_ns = std::min(due_ns, now_ns_ + memory_retry_ns);
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
    queue.provider =
        Provider{id, publisher_.index_of(id), event.endpoint, queue.host->id, processor->shared_queue};
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
    queue.must_end = false;
    if (event.has_error) queue.last_error = event.error;  // copied: the event may have to be handled again
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
    const auto wait_ns = queue.backoff.next_wait(now_ns_, event.recovery_ns,
                                                 std::uniform_real_distribution<double>(0, 1)(random_));
    if (!wait_ns) {
        queue.state = ProcessorState::crashed;
        log().error("{} crashed: it failed more often than restart_intensity allows; the last error was: {}",
                    name, event.error);
        return;
    }
    ++queue.restarts;
    queue.state = ProcessorState::backing_off;
    queue.restart_at_ns = now_ns_ + *wait_ns;
    log().warn("{} failed and restarts in {} ms: {}", name, *wait_ns / ns_per_ms, event.error);
}

void BusMain::Control::on(ServicesChanged& event) {
    ProcessorRecord* const processor = find(event.processor);
    if (processor == nullptr) return;
    for (QueueRecord& queue : processor->queues) {
        // Who speaks for one queue must be its present incarnation; who speaks for all, any present one.
        const bool is_meant =
            !event.queue || (*event.queue == queue.key.queue && queue.incarnation == event.incarnation);
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
    const bool is_gone =
        std::all_of(processor.queues.begin(), processor.queues.end(), [](const QueueRecord& queue) {
            return queue.state == ProcessorState::stopped || queue.state == ProcessorState::crashed ||
                   queue.state == ProcessorState::created;
        });
    if (!is_gone) return;
    const auto place = std::find_if(processors_.begin(), processors_.end(),
                                    [&](const ProcessorRecord& other) { return &other == &processor; });
    removed_.splice(removed_.end(), processors_, place);
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
            log().error("reactor {} has not turned for {} ms: its services are withdrawn",
                        value_of(hosted.id), options_.bus.hang_after_ns / ns_per_ms);
        else
            log().warn("reactor {} turns again: its services are back", value_of(hosted.id));
    }
}

}  // namespace prosa
