// core/bus/control.hpp: the inside of BusMain: registry, supervision, watchdog and shutdown on Main's thread.
//
// Threads   Main's, but for what says otherwise. Main executes no user code.
// Turn      posted events and questions, a coalesced publication, due restarts, watchdog, shutdown.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/bus/bus_main.hpp"
#include "core/bus/bus_node.hpp"
#include "core/bus/hang_detector.hpp"
#include "core/bus/main_event.hpp"
#include "core/bus/peer_id_lease.hpp"
#include "core/bus/reactor_plan.hpp"
#include "core/bus/restart_backoff.hpp"
#include "core/bus/shard.hpp"
#include "core/bus/table_publisher.hpp"
#include "core/bus/thread_probe.hpp"
#include "core/reactor/control_inbox.hpp"
#include "core/reactor/reactor.hpp"

namespace prosa {

// Of a processor's queues, each on its way.
using CommandAnswers = std::vector<std::future<absl::StatusOr<std::string>>>;

// A reactor of the instance with its thread.
struct HostedReactor {
    HostedReactor(ReactorId reactor_id, Nanos hang_after_ns) : id(reactor_id), hang(hang_after_ns, probe) {}

    ReactorId id;
    std::optional<std::uint32_t> cpu;
    std::string placement;
    Peer peer;
    std::unique_ptr<BusNode> node;
    std::unique_ptr<Reactor> reactor;
    std::thread thread;
    KernelThreadProbe probe;
    HangDetector hang;
    std::deque<ControlTask> backlog;  // its inbox was full
    bool knows_stop = false;          // the tasks of the stop that it was given
    bool knows_completion = false;
    bool knows_end = false;
    bool has_left = false;  // its thread was joined
};

struct QueueRecord {
    QueueRecord(QueueKey queue_key, const RestartPolicy& policy) : key(queue_key), backoff(policy) {}

    QueueKey key;
    HostedReactor* host = nullptr;
    Shard* shard = nullptr;
    ProcessorState state = ProcessorState::created;
    Incarnation incarnation{};
    std::optional<Provider> provider;  // while an incarnation is registered
    RestartBackoff backoff;
    Nanos restart_at_ns = no_deadline_ns;
    bool restarts_when_ended = false;  // an operator asked
    bool must_end = false;             // it was not told yet, for want of memory
    std::uint64_t restarts = 0;
    std::string last_error;
};

struct ProcessorRecord {
    ProcessorId id{};
    std::shared_ptr<const ProcessorDefinition> definition;
    std::shared_ptr<SharedQueue> shared_queue;
    std::deque<QueueRecord> queues;
    bool is_removing = false;
};

// A thread of the embedding program that sends requests, seen from Main.
struct ClientState {
    std::atomic<std::uint32_t> in_flight{0};
    std::atomic<bool> is_stopping{false};    // claims are refused
    std::atomic<bool> must_complete{false};  // [complete]: what is in flight ends as shutting_down
    std::shared_ptr<Waker> waker;
};

class BusMain::Control final : public MainPort, public LinkConnector {
  public:
    static constexpr std::size_t peers_max = 256;  // reactors and clients of an instance's life

    explicit Control(InstanceOptions options);
    ~Control() override;

    // --- any thread -----------------------------------------------------------------------------------------------
    bool post_event(MainEvent& event) noexcept override;
    bool is_stopping() const noexcept override { return is_stopping_.load(std::memory_order_relaxed); }
    bool is_stop_requested() const noexcept { return stop_requests_.load(std::memory_order_relaxed) != 0; }
    std::shared_ptr<Link> connect(const Peer& requester, ReactorId provider) override;
    void request_stop() noexcept;
    // Runs `query` on Main's thread and returns its result; directly when Main does not run. What it throws comes here,
    // and std::bad_alloc when the question itself lacks memory.
    template <typename Query>
    auto ask(Query query) -> decltype(query());
    void request_begin_stop() noexcept;
    PeerIdLease lease_peer_id() noexcept { return {next_peer_id_, peers_max}; }

    // --- the embedding thread ----------------------------------------------------------------------------------
    absl::Status start();
    absl::Status start_in_place();
    int join();
    void join_threads();
    void settle();
    bool join_for(Nanos timeout_ns);

    // --- Main's thread, or before start ----------------------------------------------------------------------
    absl::StatusOr<ProcessorId> add_processor(ProcessorDefinition definition);
    absl::Status remove_processor(std::string_view name);
    absl::Status restart_processor(std::string_view name);
    absl::Status set_withdrawn(std::string_view service, bool is_withdrawn);
    absl::Status notify_config(std::string_view processor);
    void wake_reactors();
    // One answer per queue that runs.
    absl::StatusOr<CommandAnswers> post_command(std::string_view processor, const std::string& command);
    InstanceReport report() const;
    ReactorPlan plan() const;
    void stop(std::string reason) noexcept;        // the second call makes its timeout now
    void begin_stop(std::string reason) noexcept;  // unless it has begun
    // The instance is destroyed with a thread that hangs: its memory outlives it.
    void outlive(std::shared_ptr<Control> self) noexcept { self_ = std::move(self); }
    std::shared_ptr<ClientState> add_client(std::shared_ptr<Waker> waker);

    // One turn of Main. False when the instance has ended.
    bool run_once(Nanos now_ns);
    bool step(Nanos now_ns);
    bool step_main(Nanos now_ns);
    void step_reactor(std::size_t place, Nanos now_ns);
    std::size_t reactor_count() const noexcept { return reactors_.size(); }
    // The time of the last step; no_deadline_ns when the instance has threads.
    Nanos stepped_now_ns() const noexcept { return stepped_now_ns_; }

    ServiceTableCell& tables() noexcept { return tables_; }
    ServiceDirectory& directory() noexcept { return directory_; }
    const InstanceOptions& options() const noexcept { return options_; }
    bool are_all_running() const;
    bool has_crashed() const;

  private:
    enum class Phase : std::uint8_t { created, running, draining, ending, stopped };

    static constexpr std::chrono::milliseconds answer_poll{20};
    static constexpr Nanos memory_retry_ns = ns_per_ms;

    void run();
    // When memory is short, the step's work comes again at the next turn.
    template <typename Step>
    void attempt(Step step) noexcept {
        try {
            step();
        } catch (const std::bad_alloc&) {
            note_lack_of_memory();
        }
    }
    void note_lack_of_memory() noexcept;
    static Control*& main_of_thread() noexcept;  // null on a thread that is no Main
    void run_without_main() noexcept;
    void run_posted() noexcept;
    void handle(MainEvent& event);
    void on(QueueRegistered& event);
    void on(QueueRunning& event);
    void on(QueueEnded& event);
    void on(ServicesChanged& event);
    // That the last of several processors are done is no second request.
    void on(StopRequested& event) { begin_stop(std::move(event.reason)); }

    // hosting
    Topology topology() const;
    HostedReactor& host(ReactorId id, const ReactorPlan::Entry& entry, std::uint32_t queue_count);
    void furnish(HostedReactor& hosted, const ReactorPlan::Entry& entry, std::uint32_t queue_count);
    static void take_place(const HostedReactor& hosted) noexcept;
    absl::Status launch(HostedReactor& hosted) noexcept;
    absl::Status launch_all();
    absl::Status launch_everything();
    absl::Status launch_main();
    absl::Status host_all(const HostingPlan& plan);
    void begin_all() noexcept;
    void forget_last_reactor() noexcept;
    void adopt_queues(ProcessorRecord& processor, const std::vector<std::uint32_t>& of_queue);
    absl::Status host_now(ProcessorRecord& processor);
    ReactorPlan::Entry place_later(ReactorId id, const ProcessorDefinition& definition);
    std::optional<std::uint32_t> find_shared_reactor() const;
    std::size_t queue_count_of(const HostedReactor& hosted) const;
    // Their names, for people.
    std::string processors_on(const HostedReactor& hosted) const;
    std::optional<std::uint32_t> find_empty_reactor(const std::vector<std::uint32_t>& taken) const;
    void take_back() noexcept;
    void post(HostedReactor& hosted, ControlTask task);
    void publish();
    void begin(ProcessorRecord& processor, QueueRecord& queue) noexcept;
    void end(QueueRecord& queue) noexcept;
    void end_due() noexcept;

    // registry
    ProcessorRecord* find(std::string_view name);
    ProcessorRecord* find(ProcessorId id);
    QueueRecord* find(QueueKey key);
    absl::Status unknown_processor(std::string_view name) const;
    void change_services(const ServicesChanged& event, QueueRecord& queue);
    void erase_if_gone(ProcessorRecord& processor);

    // supervision
    void restart_due(Nanos now_ns);
    void watch(Nanos now_ns);
    Nanos next_due_ns() const;

    // shutdown
    void advance_stop(Nanos now_ns);
    // Tells each reactor that does not know yet.
    void tell_stop();
    void tell_completion();
    void tell_end();
    void tell_to_end() noexcept;
    bool is_at_rest() const;
    void end_everything();

    const InstanceOptions options_;
    const Nanos start_ns_;
    const std::shared_ptr<ServiceDirectory> shared_directory_ = std::make_shared<ServiceDirectory>();
    ServiceDirectory& directory_ = *shared_directory_;
    ServiceTableCell tables_;
    TablePublisher publisher_;
    BusyThreads busy_threads_;
    NodeContext node_context_;
    std::shared_ptr<Waker> waker_;
    std::unique_ptr<ControlInbox<>> events_;
    // Apart from the events, one of which may wait for memory at their head: questions are answered meanwhile.
    std::unique_ptr<ControlInbox<>> questions_;
    std::array<std::atomic<HostedReactor*>, peers_max> by_id_{};  // [host]: what it points to is built
    std::atomic<std::uint32_t> next_peer_id_{0};
    std::deque<HostedReactor> reactors_;
    std::list<ProcessorRecord> processors_;
    std::list<ProcessorRecord> removed_;  // their queues' counters live as long as the instance
    std::vector<std::shared_ptr<ClientState>> clients_;
    std::vector<std::string> warnings_;
    std::mt19937_64 random_;
    std::uint32_t next_processor_id_ = 1;
    std::uint64_t next_incarnation_ = 1;
    Nanos now_ns_;
    Nanos stepped_now_ns_;
    Nanos next_watch_ns_ = 0;
    bool lacks_memory_ = false;   // in this turn
    bool is_lack_told_ = false;   // in the log, until it has memory again
    bool must_complete_ = false;  // reactors are to be told that pending requests end

    Phase phase_ = Phase::created;
    std::string stop_reason_;
    Nanos stop_deadline_ns_ = no_deadline_ns;
    Nanos end_deadline_ns_ = no_deadline_ns;
    std::uint32_t rest_observations_ = 0;
    bool has_hung_threads_ = false;

    std::atomic<bool> is_stopping_{false};
    std::atomic<std::uint32_t> stop_requests_{0};  // by signals
    std::uint32_t stop_requests_seen_ = 0;
    std::atomic<bool> must_begin_stop_{false};  // by who had no memory for more
    std::mutex join_;                           // one joins the threads; others who join wait for it
    std::thread thread_;
    std::promise<void> ended_promise_;
    std::shared_future<void> ended_{ended_promise_.get_future()};
    std::atomic<bool> is_main_running_{false};  // [main]: false: what Main left is readable
    std::atomic<bool> has_begun_{false};        // [begun]: all processors were told to start
    std::shared_ptr<Control> self_;             // only to outlive its owner
    std::recursive_mutex without_main_;  // in Main's place: before it started, while it starts, after it left
    std::atomic<bool> may_leave_{false};  // [leave]: Main's thread answers questions until it is joined
};

template <typename Query>
auto BusMain::Control::ask(Query query) -> decltype(query()) {
    if (main_of_thread() == this) return query();
    if (!is_main_running_.load(std::memory_order_relaxed)) {  // a hint
        const std::scoped_lock lock(without_main_);
        // The start holds the lock until Main runs.
        if (!is_main_running_.load(std::memory_order_acquire)) return query();  // [main]
    }
    auto result = std::make_shared<std::promise<decltype(query())>>();
    auto future = result->get_future();
    ControlTask task([result, query]() mutable {
        try {
            if constexpr (std::is_void_v<decltype(query())>) {
                query();
                result->set_value();
            } else {
                result->set_value(query());
            }
        } catch (...) {
            result->set_exception(std::current_exception());
        }
    });
    while (!questions_->post(task)) {
        if (questions_->lacked_memory()) throw std::bad_alloc();
        run_without_main();
    }
    // Main's thread may have left before it saw the task: then whoever waits runs it.
    while (future.wait_for(answer_poll) != std::future_status::ready) run_without_main();
    return future.get();
}

}  // namespace prosa
