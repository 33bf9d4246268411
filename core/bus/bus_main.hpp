// core/bus/bus_main.hpp: Main, the one control plane of an instance.
//
// Owns the registry and the service table, hosts processors on reactors, supervises, stops in order. Never on the
// path of a transaction.
//
//     InstanceOptions options;
//     BusMain main(options);
//     main.add_processor({.name = "echo", .make = [](const ShardInfo&) { return std::make_unique<Echo>(); }});
//     absl::Status started = main.start();
//     auto client = main.connect_client();
//     ...
//     int exit_code = main.stop_and_join("done");
//
// Threads   any, unless said otherwise; a call posts to Main's thread, and one that returns a result waits for it
//           (never call those from a reactor, which would wait for what may wait for it).
// Errors    names that are unknown, with the nearest; what cannot be done in the present state; resource exhausted:
//           there was no memory or no thread for it, and nothing has changed; but see start, a command or a notice
//           may have reached some of a processor's queues, and a reactor may be there for the next processor. The
//           constructor, plan, wait_until_running, wake_reactors, report and connect_client throw std::bad_alloc
//           instead. A stop always begins.
// Several instances may live in one process.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/bus/bus_options.hpp"
#include "core/bus/caller.hpp"
#include "core/bus/processor_definition.hpp"
#include "core/bus/responder.hpp"
#include "core/bus/service_table.hpp"
#include "core/bus/transaction_sink.hpp"
#include "core/reactor/idle_strategy.hpp"
#include "core/reactor/reactor.hpp"

namespace prosa {

class BusClient;

struct InstanceOptions {
    std::string name = "prosa";
    BusOptions bus;
    IdleOptions idle;
    std::optional<std::uint32_t> reactors;  // at least this many, for `reactor: n`; none: auto
    std::vector<std::pair<std::string, Policy>> service_policies;  // others: round_robin
    bool pins_reactors = true;
    std::optional<Nanos>
        stepped_from_ns;  // no threads: step() turns everything, on the caller's time from here
    std::optional<std::uint64_t> jitter_seed;     // of the restarts' waits; none: another one in each run
    std::shared_ptr<TransactionJournal> journal;  // a log of transactions; of this instance only
    bool handles_signals = false;  // SIGINT and SIGTERM stop the instance, a second one at once
};

// `prosa_processors`: restarts so far while running, -1, -2.
enum class ProcessorState : std::uint8_t { created, starting, running, backing_off, stopped, crashed };
PROSA_API std::string_view name_of(ProcessorState state) noexcept;

// What is known of one queue (shard). The pointers are valid as long as the instance object.
struct QueueReport {
    QueueId queue{};
    ReactorId reactor{};
    ProcessorState state{};
    Incarnation incarnation{};
    bool is_registered = false;  // an incarnation can be reached
    std::uint64_t restarts = 0;
    std::string last_error;
    CounterBlock<CallerCounter>::Values caller{};
    CounterBlock<CalleeCounter>::Values callee{};
    std::int64_t kept = 0;
    std::int64_t kept_high_water = 0;
    const IntervalHistogram* latency = nullptr;  // of the requests this queue sent
};

struct ProcessorReport {
    ProcessorId id{};
    std::string name;
    std::string kind;
    std::string adaptor;
    ProcessorState state{};
    std::uint64_t restarts = 0;  // recoverable ones, of all queues
    std::vector<QueueReport> queues;
};

struct ServiceReport {
    std::string name;
    Policy policy{};
    bool is_withdrawn = false;          // by an operator
    std::vector<ProviderId> providers;  // those requests go to
};

struct ReactorReport {
    ReactorId id{};
    ReactorState state{};
    bool is_hanging = false;
    std::optional<std::uint32_t> cpu;  // pinned to
    std::string placement;             // for people: where and why
    CounterBlock<ReactorCounter>::Values counters{};
    std::uint32_t in_flight = 0;
    std::uint32_t kept_blocks = 0;
    std::uint32_t body_blocks = 0;
    std::uint32_t outbox = 0;
    std::uint32_t credit_in_use = 0;  // requests sent whose answer has not come, timed-out ones included
    std::uint32_t queue_depth = 0;    // requests that waited at the last reading
    std::uint32_t queue_depth_high_water = 0;
    std::uint64_t unreachable = 0;  // requests for an incarnation that was gone
    std::uint64_t duplicate = 0;    // replies that nothing waited for
};

struct InstanceReport {
    std::string name;
    std::string phase;  // created, running, stopping, stopped
    std::uint64_t table_version = 0;
    std::uint64_t table_snapshots_pinned = 0;
    std::vector<ProcessorReport> processors;
    std::vector<ProcessorReport> removed;  // what they counted is still part of every sum
    std::vector<ServiceReport> services;   // in the order of their handles
    std::vector<ReactorReport> reactors;
    std::vector<std::string> warnings;  // what the machine lacks
};

// Where each queue would run; nothing is started.
struct ReactorPlan {
    struct Entry {
        ReactorId id{};
        std::optional<std::uint32_t> cpu;
        std::string placement;
        std::vector<std::string> queues;  // `router-1` or `router-1/2`
    };
    std::vector<Entry> reactors;
    std::vector<std::string> warnings;
    std::size_t memory_bytes = 0;  // pools, pending tables and rings at most
};

class PROSA_API BusMain {
  public:
    explicit BusMain(InstanceOptions options);
    ~BusMain();  // stops and joins when that was not done
    BusMain(const BusMain&) = delete;
    BusMain& operator=(const BusMain&) = delete;

    // Before start: hosted by start. Later: hosted at once. Error: the name is taken, no reactor is left.
    absl::StatusOr<ProcessorId> add_processor(ProcessorDefinition definition);

    ReactorPlan plan() const;  // before start

    // Starts the threads and the processors. Returns when all of them were told to start, not when they have. An
    // instance that had no memory or no thread for it has stopped.
    absl::Status start();

    // Stepped instances only: one turn of Main and of each reactor. False when the instance has ended.
    bool step(Nanos now_ns);
    // The parts of step, for who decides who turns next. A reactor's place is that in InstanceReport::reactors.
    bool step_main(Nanos now_ns);
    void step_reactor(std::size_t place, Nanos now_ns);
    std::size_t reactor_count() const;  // grows with processors that are added

    // Waits until every processor is running (true), or one crashed or the time is over (false).
    bool wait_until_running(Nanos timeout_ns);

    // Begins the coordinated stop; the second call makes its timeout now. Async-signal-safe: request_stop.
    void stop(std::string reason);
    void request_stop() noexcept;
    // Unless it has begun, for whoever does not mean to shorten it.
    void begin_stop(std::string reason);
    bool is_stopping() const noexcept;
    // True after request_stop, also when the stop had begun before: somebody interrupted.
    bool is_stop_requested() const noexcept;

    // Waits for the end of the stop: 0; or 1 when a thread did not end: it is named in the log, and the process
    // must leave by _exit, for that thread still uses this object.
    int join();
    bool join_for(Nanos timeout_ns);  // true when ended
    int stop_and_join(std::string reason);

    // --- operator's calls; see docs/configuration.md ----------------------------------------------------------
    absl::Status remove_processor(std::string_view name);
    absl::Status restart_processor(std::string_view name);
    absl::Status withdraw_service(std::string_view name);
    absl::Status restore_service(std::string_view name);
    // What each shard answers, a line each; an error with the same text when one of them refuses.
    absl::StatusOr<std::string> command(std::string_view processor, std::string_view command,
                                        Nanos timeout_ns);
    absl::Status notify_config(std::string_view processor);
    void wake_reactors();  // those that sleep turn once, so that a report shows whether each still turns
    InstanceReport report() const;

    // --- embedding ------------------------------------------------------------------------------------------------
    // Null when the instance has no place for another client (256 reactors and clients in its life).
    std::unique_ptr<BusClient> connect_client();

    const InstanceOptions& options() const noexcept;

    class Control;

  private:
    // What comes back as a status says so when memory is short.
    template <typename Query>
    auto ask_status(Query query) -> decltype(query());

    std::shared_ptr<Control> control_;  // shared with clients
};

}  // namespace prosa
