#include "test/simulation/episode.hpp"

#include <memory>

#include "test/simulation/cast.hpp"
#include "test/simulation/inspection.hpp"
#include "test/simulation/operator.hpp"
#include "test/simulation/scheduler.hpp"

namespace prosa::simulation {
namespace {

// A look costs as much as a hundred steps; one seed in so many has one after each.
constexpr std::uint64_t steps_per_look = 512;
constexpr std::uint32_t seeds_per_close_look = 64;
constexpr int rest_rounds_max = 5'000;
constexpr int rounds_per_look = 96;  // more than the idle turns after which a reactor publishes its status
constexpr int end_rounds_max = 2'000;
constexpr auto shutting_down_code = static_cast<std::size_t>(ServiceError::shutting_down);

class Episode {
  public:
    Episode(Random& random, EventLog& log, Reached& reached)
        : world_(random, log, reached),
          cast_(draw_cast(world_)),
          main_(std::make_unique<BusMain>(cast_.options)),
          scheduler_(world_, *main_, visitors_),
          operator_(world_, cast_, *main_, visitors_),
          steps_per_look_(random.one_in(seeds_per_close_look) ? 1 : steps_per_look) {}

    EpisodeResult run() {
        if (start()) live();
        return {world_.ledger.accepted(), scheduler_.steps(), world_.ledger.first_fault()};
    }

  private:
    bool is_wrong() const { return !world_.ledger.first_fault().empty(); }

    bool start() {
        for (const ProcessorDefinition& processor : cast_.processors)
            if (!main_->add_processor(processor).ok()) world_.ledger.fault("a processor was refused");
        if (!main_->start().ok()) world_.ledger.fault("the instance did not start");
        world_.log.add(Event::episode, main_->reactor_count());
        return !is_wrong();
    }

    void live() {
        const bool stops_at_start = world_.random.one_in(12);
        suffer(stops_at_start ? world_.random.below(64) : world_.random.between(1'000, 6'000));
        if (stops_at_start) world_.reached.add(Branch::stopped_at_start);
        const bool rests = world_.random.one_in(2);
        if (rests && !is_wrong()) rest();
        world_.reached.add(rests ? Branch::stopped_at_rest : Branch::stopped_under_load);
        if (!is_wrong()) stop();
        leave();
    }

    void suffer(std::uint32_t steps) {
        for (std::uint32_t step = 1; step <= steps && !is_wrong(); ++step) {
            operator_.maybe_act();
            scheduler_.step();
            maybe_look();
        }
    }

    void maybe_look() {
        if (scheduler_.turns() - looked_at_ >= steps_per_look_) {
            look();
            owes_services_ = true;
        }
        if (owes_services_ && scheduler_.was_main_last()) {
            owes_services_ = false;
            inspect_services(world_, main_->report());
        }
    }

    void look() {
        looked_at_ = scheduler_.turns();
        const InstanceReport report = main_->report();
        inspect(world_, report);
        scheduler_.check_hangs(report);
        Reached& reached = world_.reached;
        if (report.table_snapshots_pinned != 0) reached.add(Branch::table_pinned);
        std::uint32_t hanging = 0;
        for (const ReactorReport& reactor : report.reactors) {
            if (reactor.outbox != 0) reached.add(Branch::outbox_used);
            hanging += reactor.is_hanging ? 1 : 0;
        }
        if (hanging != 0) reached.add(Branch::reactor_hung);
        if (hanging < hanging_) reached.add(Branch::reactor_recovered);
        hanging_ = hanging;
        for (const ProcessorReport& processor : report.processors) note_state(processor);
    }

    void note_state(const ProcessorReport& processor) {
        Reached& reached = world_.reached;
        std::size_t down = 0;
        for (const QueueReport& queue : processor.queues) {
            if (queue.state == ProcessorState::backing_off) reached.add(Branch::backed_off);
            if (queue.state == ProcessorState::crashed)
                reached.add(queue.last_error.find(fatal_text) != std::string::npos
                                ? Branch::crashed_fatal
                                : Branch::crashed_by_intensity);
            down += queue.is_registered ? 0 : 1;
        }
        if (processor.name == "pool" && down == processor.queues.size())
            reached.add(Branch::shared_without_shard);
    }

    // Everybody behaves: then everything has its outcome, and is home; and nobody is refused.
    void rest() {
        world_.is_calm = true;
        scheduler_.free_all();
        operator_.restore_all();
        come_to_rest("what was lent did not come back although everybody was calm");
        world_.is_probing = true;
        if (!is_wrong()) come_to_rest("a request was refused although nothing was lent");
    }

    void come_to_rest(const char* fault) {
        std::string what_differs;
        for (int round = 1; round <= rest_rounds_max && !is_wrong(); ++round) {
            scheduler_.step_all(round % rounds_per_look == 0 ? ns_per_ms : 5 * ns_per_us);
            maybe_look();
            if (round % rounds_per_look != 0 || !is_quiet()) continue;
            const InstanceReport report = main_->report();
            if (!is_empty(report) || !is_settled(report)) continue;
            // A request of a client that left may wait unseen for a while yet.
            what_differs = disagreement(report, operator_.visited());
            if (!what_differs.empty()) continue;
            inspect(world_, report);
            inspect_sums(world_, report, operator_.visited());
            world_.log.add(Event::rest, report.table_version, world_.ledger.accepted());
            return;
        }
        if (!what_differs.empty()) world_.ledger.fault(what_differs);
        world_.ledger.fault(
            is_settled(main_->report()) ? fault : "a processor did not come back, or gets no requests");
    }

    bool is_quiet() const {
        return world_.ledger.in_flight() == 0 && world_.probes_open == 0 && are_visitors_idle();
    }

    bool are_visitors_idle() const {
        for (const auto& visitor : visitors_)
            if (visitor->unanswered_count() != 0) return false;
        return true;
    }

    void stop() {
        Random& random = world_.random;
        world_.is_stopping = true;
        world_.ledger.expect_shutting_down();
        const bool hangs_for_ever = random.one_in(10);
        if (hangs_for_ever) hang_for_ever();
        const std::uint64_t cut_short = world_.ledger.ended_with(shutting_down_code);
        begin_stop();
        const std::uint32_t steps = random.one_in(2) ? random.below(100) : random.between(100, 1'500);
        const std::uint32_t again_at = random.one_in(3) ? random.below(steps + 1) : steps + 1;
        for (std::uint32_t step = 0; step <= steps && !is_wrong() && !scheduler_.has_ended(); ++step) {
            if (step == again_at) stop_again();
            scheduler_.step();
            maybe_look();
        }
        if (!is_wrong() && !scheduler_.has_ended()) finish_stop();
        if (is_wrong()) return;
        world_.log.add(Event::ended, static_cast<std::uint64_t>(world_.now_ns));
        look();
        inspect_end();
        if (world_.ledger.ended_with(shutting_down_code) != cut_short)
            world_.reached.add(Branch::stop_timed_out);
        if (hangs_for_ever) world_.reached.add(Branch::ended_with_hung_reactor);
    }

    // The sums hold when nobody was left behind.
    void inspect_end() {
        for (const auto& visitor : visitors_) visitor->turn();  // takes what the stop ended
        (void)main_->join();
        const InstanceReport report = main_->report();
        if (have_all_ended(report)) inspect_sums(world_, report, operator_.visited());
    }

    void begin_stop() {
        switch (world_.random.below(3)) {
            case 0:
                main_->stop("at random");
                break;
            case 1:
                world_.reached.add(Branch::stopped_by_signal);
                main_->request_stop();
                break;
            default:
                world_.wants_stop = true;
        }
    }

    void stop_again() {
        world_.reached.add(Branch::stopped_twice);
        main_->stop("once more");
    }

    void hang_for_ever() {
        scheduler_.hang(world_.random.below(static_cast<std::uint32_t>(main_->reactor_count())),
                        no_deadline_ns);
    }

    // Time passes and everybody who can turns: the instance comes to its end.
    void finish_stop() {
        scheduler_.free_all();
        if (world_.wants_stop) {
            world_.wants_stop = false;  // no source was left to do it
            main_->stop("at random");
        }
        for (int round = 0; round < end_rounds_max && !is_wrong(); ++round) {
            scheduler_.step_all(round < end_rounds_max - 32 ? 2 * ns_per_us : ns_per_s);
            maybe_look();
            if (scheduler_.has_ended()) return;
        }
        world_.ledger.fault("the instance did not end");
    }

    // Clients and instance go in either order; then nothing is left open.
    void leave() {
        world_.is_leaving = true;  // who hangs for ever is ended by the instance's destruction
        note_branches(world_.reached, main_->report());
        note_branches(world_.reached, operator_.visited());
        if (world_.random.one_in(2)) visitors_.clear();
        if (!visitors_.empty()) world_.reached.add(Branch::client_outlived_instance);
        main_.reset();
        visitors_.clear();
        if (world_.ledger.in_flight() != 0) world_.ledger.fault("a request without an outcome at the end");
    }

    World world_;
    const Cast cast_;
    std::unique_ptr<BusMain> main_;
    Visitors visitors_;
    Scheduler scheduler_;
    Operator operator_;
    const std::uint64_t steps_per_look_;
    std::uint64_t looked_at_ = 0;
    bool owes_services_ = false;  // a look at them, after the next turn of Main
    std::uint32_t hanging_ = 0;
};

}  // namespace

EpisodeResult run_episode(Random& random, EventLog& log, Reached& reached) {
    return Episode(random, log, reached).run();
}

}  // namespace prosa::simulation
