// CAF: an actor that asks and an actor that answers.
//
// Scheduled actors run on two pinned workers. CAF's own policy, work stealing, mostly leaves both actors on
// the worker that runs; so a second row has a policy that keeps each actor on its own worker, and workers
// that poll. The blocking form has detached actors, each with a thread that sleeps on its mailbox. How many
// round trips crossed CPUs is sampled and shown; only rows that do are compared with ours in the figure.
#include <sched.h>

#include <atomic>
#include <caf/all.hpp>
#include <caf/policy/work_stealing.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <future>

#include "apps/prosa/bench/figure.hpp"
#include "apps/prosa/bench/latency_run.hpp"
#include "bench/peers/peer.hpp"
#include "core/base/assert.hpp"
#include "core/base/cache_line.hpp"
#include "core/reactor/topology.hpp"

namespace prosa::bench {
namespace {

enum class ActorPlace : std::uint8_t { stealing, home, detached };

struct SystemConfig : caf::actor_system_config {
    explicit SystemConfig(const BenchCpus& cpus) : bench_cpus(cpus) { set("scheduler.max-threads", 2); }
    const BenchCpus bench_cpus;
};

void pin_or_die(int cpu) {
    PROSA_ASSERT(pin_current_thread(cpu).ok(), "a CPU that another peer ran on can be had");
}

// CAF's own, on pinned threads.
class PinnedStealing : public caf::policy::work_stealing {
  public:
    template <typename Worker>
    void before_resume(Worker* worker, caf::resumable*) {
        pin_once(worker);
    }

  protected:
    template <typename Worker>
    void pin_once(Worker* worker) {
        if (is_pinned_) return;
        is_pinned_ = true;
        const BenchCpus& cpus = static_cast<const SystemConfig&>(worker->system().config()).bench_cpus;
        pin_or_die(worker->id() == 0 ? cpus.requester : cpus.provider);
    }

  private:
    bool is_pinned_ = false;  // each worker has a policy
};

// An actor's home is the worker of its id; a worker polls its own jobs and takes no others.
class HomePolicy : public PinnedStealing {
  public:
    template <typename Coordinator>
    void central_enqueue(Coordinator* coordinator, caf::resumable* job) {
        home_of(coordinator, job)->external_enqueue(job);
    }
    template <typename Worker>
    void internal_enqueue(Worker* worker, caf::resumable* job) {
        home_of(worker->parent(), job)->external_enqueue(job);
    }
    template <typename Worker>
    caf::resumable* dequeue(Worker* worker) {
        pin_once(worker);
        for (;; cpu_relax())
            if (caf::resumable* const job = worker->data().queue.take_head(); job != nullptr) return job;
    }

  private:
    template <typename Coordinator>
    static auto home_of(Coordinator* coordinator, caf::resumable* job) {
        const auto* const actor = dynamic_cast<const caf::abstract_actor*>(job);
        return coordinator->worker_by_id(actor == nullptr ? 0 : actor->id() % coordinator->num_workers());
    }
};

// How many of the round trips that were looked at had their request handled on another CPU than their reply.
class Crossings {
  public:
    void note_request(std::uint64_t number) noexcept {
        if (is_sampled(number)) request_cpu_.store(sched_getcpu(), std::memory_order_relaxed);
    }
    void note_reply(std::uint64_t number) noexcept {
        if (!is_sampled(number)) return;
        ++samples_;
        crossed_ += request_cpu_.load(std::memory_order_relaxed) != sched_getcpu();
    }
    double percent() const noexcept {
        return samples_ == 0 ? 0 : 100.0 * static_cast<double>(crossed_) / static_cast<double>(samples_);
    }

  private:
    static bool is_sampled(std::uint64_t number) noexcept { return number % 64 == 0; }

    std::atomic<int> request_cpu_{-1};
    std::uint64_t samples_ = 0;
    std::uint64_t crossed_ = 0;
};

// One run of one form. The requester's actor writes it, the measuring thread reads it after `ended`.
struct Run {
    Run(const BenchCpus& bench_cpus, const PeerOrder& peer_order, ActorPlace actor_place, std::uint32_t count)
        : cpus(bench_cpus), order(peer_order), place(actor_place), outstanding(count) {}

    const BenchCpus cpus;
    const PeerOrder& order;
    const ActorPlace place;
    const std::uint32_t outstanding;
    LatencyRun latency;
    Nanos begin_ns = 0;
    Nanos sent_ns = 0;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    Crossings crossings;  // of requests answered in turns
    std::promise<void> ended;
};

struct Start {};

}  // namespace
}  // namespace prosa::bench

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(prosa::bench::PeerMessage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(prosa::bench::Start)

namespace prosa::bench {
namespace {

caf::behavior responder(caf::event_based_actor*, Run* run) {
    return {[run](Start) {
                if (run->place == ActorPlace::detached) pin_or_die(run->cpus.provider);
            },
            [run](const PeerMessage& message) {
                run->crossings.note_request(message.number);
                return message;
            }};
}

class Requester {
  public:
    Requester(caf::event_based_actor* self, Run& run, caf::actor responder)
        : self_(self), run_(run), responder_(std::move(responder)) {}

    void start() {
        if (run_.place == ActorPlace::detached) pin_or_die(run_.cpus.requester);
        run_.begin_ns = clock_.now_ns();
        while (run_.sent < run_.outstanding) send();
    }
    void take(const PeerMessage& reply) {
        PROSA_ASSERT(reply.is_of(run_.received), "a peer returns what was sent, in its order");
        run_.crossings.note_reply(run_.received++);
        if (run_.outstanding == 1)
            note_latency();
        else if (run_.received % 64 == 0)
            look_at_clock(run_.order.pipelined_ns);
        if (!has_ended_) send();
    }

  private:
    void send() {
        if (run_.outstanding == 1) run_.sent_ns = clock_.now_ns();
        self_->send(responder_, PeerMessage::of(run_.sent++));
    }
    void note_latency() {
        const Nanos now_ns = clock_.now_ns();
        run_.latency.latency.record(now_ns - run_.sent_ns);
        end_after(run_.order.latency_ns, now_ns);
    }
    void look_at_clock(Nanos duration_ns) { end_after(duration_ns, clock_.now_ns()); }
    void end_after(Nanos duration_ns, Nanos now_ns) {
        if (has_ended_ || (now_ns - run_.begin_ns < duration_ns && run_.received < run_.order.count_max))
            return;
        has_ended_ = true;
        run_.latency.elapsed_ns = now_ns - run_.begin_ns;
        run_.ended.set_value();
    }

    caf::event_based_actor* const self_;
    Run& run_;
    const caf::actor responder_;
    const Clock clock_;
    bool has_ended_ = false;
};

caf::behavior requester(caf::event_based_actor* self, Run* run, caf::actor responder) {
    const auto own = std::make_shared<Requester>(self, *run, std::move(responder));
    return {[own](Start) { own->start(); }, [own](const PeerMessage& reply) { own->take(reply); }};
}

template <caf::spawn_options options>
void run_actors(caf::actor_system& system, Run& run) {
    const caf::actor answering = system.spawn<options>(responder, &run);
    const caf::actor asking = system.spawn<options>(requester, &run, answering);
    caf::anon_send(answering, Start{});
    caf::anon_send(asking, Start{});
    run.ended.get_future().wait();
    caf::anon_send_exit(asking, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(answering, caf::exit_reason::user_shutdown);
    system.await_all_actors_done();
}

// Ends with everything done that was sent, so that `run` is the caller's again.
void run_system(Run& run) {
    SystemConfig config(run.cpus);
    if (run.place == ActorPlace::home) config.load<caf::scheduler::coordinator<HomePolicy>>();
    if (run.place == ActorPlace::stealing) config.load<caf::scheduler::coordinator<PinnedStealing>>();
    caf::actor_system system(config);
    if (run.place == ActorPlace::detached)
        run_actors<caf::detached>(system, run);
    else
        run_actors<caf::no_spawn_options>(system, run);
}

absl::StatusOr<PeerRun> measure_caf(const BenchRun& run, const PeerOrder& order, ActorPlace place) {
    if (!run.cpus().ok()) return run.cpus().status();
    Run single(*run.cpus(), order, place, 1);
    run_system(single);
    Run pipelined(*run.cpus(), order, place, peer_outstanding);
    run_system(pipelined);
    if (place != ActorPlace::stealing && single.crossings.percent() < 99)
        return make_error(absl::StatusCode::kInternal,
                          "{:.0f} % of the round trips crossed CPUs, expected all",
                          single.crossings.percent());
    return PeerRun{.p50_ns = single.latency.percentile_ns(50),
                   .p999_ns = single.latency.percentile_ns(99.9),
                   .latency_count = single.latency.latency.total_count(),
                   .per_second = static_cast<double>(pipelined.received) * 1e9 /
                                 static_cast<double>(pipelined.latency.elapsed_ns),
                   .batches_per_second = 0,
                   .on_one_cpu_ns = 0,
                   .note = fmt::format("one outstanding: {:.0f} % of the round trips crossed CPUs",
                                       single.crossings.percent())};
}

PeerRow row(const char* name, const char* form, PeerRole role, ActorPlace place) {
    return {name, form, role,
            [place](const BenchRun& run, const PeerOrder& order) { return measure_caf(run, order, place); }};
}

}  // namespace

std::vector<PeerRow> caf_rows() {
    return {row("CAF, work stealing", "busy", PeerRole::other, ActorPlace::stealing),
            row("CAF, one worker each", "busy", PeerRole::bus, ActorPlace::home),
            row("CAF, detached", "blocking", PeerRole::bus, ActorPlace::detached)};
}

}  // namespace prosa::bench
