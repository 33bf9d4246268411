// adaptors/injector/injector_processor.hpp: a source that sends what its adaptor builds, when its generator
// says so.
//
// It waits until its service has a provider, then its clock starts. It sends in bursts, so that replies are
// taken in between. When all is sent and answered it says so on the load board, and stops the instance if it
// shall.
//
// Commands  `rate 30k`: transactions per second from now on.  `status`: what was sent so far.
// Threads   its shard's reactor.
// Progress  a send: one claim, the adaptor's build, two clock readings; an outcome: one clock reading.
// Proof     test/adaptors/injector/injector_test.cpp
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "adaptors/injector/injector_adaptor.hpp"
#include "adaptors/injector/injector_run.hpp"
#include "adaptors/kit/adaptor_slot.hpp"
#include "core/base/units.hpp"

namespace prosa {

template <InjectorAdaptor A>
class InjectorProcessor final : public Processor {
  public:
    InjectorProcessor(std::shared_ptr<InjectorRun> run, typename A::Options adaptor_options,
                      const ShardInfo& shard)
        : run_(std::move(run)),
          options_(run_->options()),
          generator_(run_->generator_of(shard)),
          adaptor_(std::move(adaptor_options)) {}

    absl::Status on_start() override {
        if (absl::Status created = adaptor_.create(bus()); !created.ok()) return created;
        service_ = bus().resolve(options_.service_name);
        if (!begin_if_possible())
            bus().set_timer(bus().clock_now_ns() + options_.wait_for_service_ns, wait_timer);
        return absl::OkStatus();
    }

    void on_service_table() override { begin_if_possible(); }

    void on_timer(std::uint64_t) override {
        if (is_sending_ || generator_.is_finished()) return;
        bus().fail(
            ProcessorError::fatal(fmt::format("service '{}' has no provider after {}", options_.service_name,
                                              human_duration(options_.wait_for_service_ns))));
    }

    Nanos on_turn(Nanos now_ns) override {
        apply_requested_rate(now_ns);
        generator_.collect_due(now_ns);
        const bool is_refused = send_burst();
        finish_if_done();
        if (is_refused) return now_ns + retry_after_ns;
        return wake_up_ns(now_ns);
    }

    void on_response(const Outcome& outcome) override {
        note_outcome(outcome);
        absl::Status processed = adaptor_->process_response(outcome);
        if (!processed.ok()) bus().fail(ProcessorError::of(processed));
    }

    void on_error(const Outcome& outcome) override { note_outcome(outcome); }

    absl::StatusOr<std::string> on_command(std::string_view command) override {
        constexpr std::string_view set_rate = "rate ";
        if (command == "status") return status_text();
        if (!command.starts_with(set_rate))
            return invalid_argument("unknown command '{}', expected 'rate 30k' or 'status'", command);
        const absl::StatusOr<double> rate = parse_rate(command.substr(set_rate.size()));
        if (!rate.ok()) return rate.status();
        run_->request_rate(*rate);
        return fmt::format("rate {}/s", human_count(*rate));
    }

    void on_shutdown() override {
        generator_.stop();
        finish_if_done();
    }

    void terminate() noexcept override {
        adaptor_.terminate();
        generator_.abandon();
    }

  private:
    static constexpr std::uint64_t wait_timer = 1;
    static constexpr Nanos retry_after_ns = 20 * ns_per_us;  // after a refusal for want of room

    enum class Sent : std::uint8_t { done, wait };

    bool begin_if_possible() {
        if (is_sending_ || generator_.is_finished() || !bus().has_provider(service_)) return is_sending_;
        is_sending_ = true;
        generator_.start(bus().clock_now_ns());
        bus().want_turns(true);
        return true;
    }

    void apply_requested_rate(Nanos now_ns) {
        const double rate = run_->requested_rate();
        if (rate == rate_) return;
        rate_ = rate;
        generator_.change_rate(rate, now_ns);
    }

    // A little before the next send. At high rates very little, so that the idle strategy decides whether to
    // spin: on a machine whose CPUs others want, a thread that sleeps now and then is served sooner.
    Nanos wake_up_ns(Nanos now_ns) {
        const Nanos next_ns = generator_.next_ns(now_ns);
        if (next_ns == no_deadline_ns) return no_deadline_ns;
        if (next_ns != awaited_ns_) {
            spin_ns_ = std::clamp<Nanos>((next_ns - awaited_ns_) / 8, 0, options_.spin_before_ns);
            awaited_ns_ = next_ns;
        }
        return std::max(next_ns - spin_ns_, now_ns);
    }

    // True when the bus has no room.
    bool send_burst() {
        for (std::uint32_t sent = 0; sent < options_.burst && generator_.has_due(); ++sent)
            if (send_one() == Sent::wait) return true;
        return false;
    }

    Sent send_one() {
        Claim claim = bus().claim(service_, {.timeout_ns = options_.load.timeout_ns,
                                             .token = generator_.next_token(),
                                             .affinity = 0,
                                             .correlation = 0,
                                             .body_bytes_hint = body_bytes_hint(),
                                             .waiter = nullptr});
        if (!claim)
            return generator_.note_refused(claim.refusal(), bus().clock_now_ns()) ? Sent::wait : Sent::done;
        if (adaptor_->build_transaction(claim.body()) == BuildResult::skipped) {
            generator_.note_unsent();
            return Sent::done;
        }
        if constexpr (ReferencingInjectorAdaptor<A>)
            if (claim.wants_reference()) claim.set_reference(adaptor_->reference());
        generator_.note_sent(bus().clock_now_ns());
        claim.commit();
        return Sent::done;
    }

    std::uint32_t body_bytes_hint() const {
        if constexpr (SizedInjectorAdaptor<A>) return adaptor_->next_body_bytes();
        return 0;
    }

    void note_outcome(const Outcome& outcome) {
        generator_.note_outcome(outcome.token, outcome.error, bus().clock_now_ns());
        finish_if_done();
    }

    void finish_if_done() {
        Counter& finished = generator_.stats().counters[LoadCounter::finished];
        if (!generator_.is_finished() || finished.value() != 0) return;
        finished.add();
        bus().want_turns(false);
        // While it stops, another request would mean: at once.
        if (options_.stop_when_done && !bus().is_stopping() && all_finished(run_->board()))
            bus().stop_instance(fmt::format("{} is done", bus().info().processor_name));
    }

    std::string status_text() {
        const auto& counters = generator_.stats().counters;
        return fmt::format("intended {}, sent {}, in flight {}, late {}",
                           counters[LoadCounter::intended].value(), counters[LoadCounter::sent].value(),
                           generator_.in_flight_count(), counters[LoadCounter::late].value());
    }

    const std::shared_ptr<InjectorRun> run_;
    const InjectorOptions& options_;
    LoadGenerator& generator_;
    AdaptorSlot<A> adaptor_;
    ServiceHandle service_ = no_service;
    double rate_ = 0;  // the requested one that holds
    Nanos awaited_ns_ = 0;
    Nanos spin_ns_ = 0;
    bool is_sending_ = false;
};

// What makes the shards of an injector. `run` gives access to it while it runs.
template <InjectorAdaptor A>
ProcessorFactory make_injector(std::shared_ptr<InjectorRun> run, typename A::Options adaptor_options) {
    if constexpr (LineSkippingInjectorAdaptor<A>)
        run->count_broken_lines(A::broken_line_count(adaptor_options));
    return [run = std::move(run), own = std::move(adaptor_options)](const ShardInfo& shard) {
        return std::make_unique<InjectorProcessor<A>>(run, own, shard);
    };
}

}  // namespace prosa
