// adaptors/injector/load_generator.hpp: paces a load and records how it went; sends nothing itself.
//
// Open loop: each transaction has an intended time, whatever the system under test does. One that could not be sent in
// time is sent as soon as possible and measured from its intended time; none is moved (no coordinated omission). With a
// regulator (ProSA's closed loop) the intended time is when the regulator let it go.
//
//     generator.start(now);
//     generator.collect_due(now);
//     while (generator.has_due()) {
//         ... claim with generator.next_token(), fill ...    // or note_refused, note_unsent
//         generator.note_sent(clock.now_ns());
//         ... commit ...
//     }
//     generator.note_outcome(token, error, clock.now_ns());
//     sleep until generator.next_ns();
//
// Counts    intended = sent + refused + unsent + what still waits; sent = outcomes + in flight.
// Bounds    backlog_max wait. What comes due beyond them is unsent, and so is what still waits overtime_ns after the end
//           of a duration: a rate that is out of reach ends, too.
// Threads   one at a time: the source's reactor. It outlives the incarnations of its processor, so that a restart
//           loses no count. stats may be read by any thread.
// Units     absolute times of one monotonic clock, the caller's.
// Progress  O(1) per transaction; no allocation but when more wait, or are in flight, than ever before.
// Proof     test/adaptors/injector/load_generator_test.cpp, on virtual time
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "adaptors/injector/arrival_schedule.hpp"
#include "adaptors/injector/load_options.hpp"
#include "adaptors/injector/time_queue.hpp"
#include "adaptors/kit/index_slab.hpp"
#include "core/base/export.hpp"
#include "core/bus/load_board.hpp"
#include "core/bus/regulator/regulator.hpp"
#include "core/reactor/timer_wheel.hpp"

namespace prosa {

// Of several generators that share one schedule, each takes every count-th arrival.
struct LoadShare {
    std::uint32_t index = 0;
    std::uint32_t count = 1;
};

class PROSA_API LoadGenerator {
  public:
    LoadGenerator(const LoadOptions& options, std::shared_ptr<LoadStats> stats, LoadShare share = {});
    LoadGenerator(const LoadOptions& options, const RegulatorOptions& regulator,
                  std::shared_ptr<LoadStats> stats);

    static constexpr std::size_t backlog_max = 1 << 20;
    static constexpr Nanos overtime_ns = ns_per_s;

    bool has_started() const noexcept { return has_started_; }
    void start(Nanos now_ns);

    // Takes up what has become due, at most `collect_max` of it.
    void collect_due(Nanos now_ns);
    bool has_due() const noexcept { return !due_.is_empty(); }
    // The intended time of the next one to send; has_due().
    Nanos due_ns() const noexcept { return due_.front(); }

    // When there is something to do without an outcome: at once while has_due(); no_deadline_ns when there is nothing.
    Nanos next_ns(Nanos now_ns) const noexcept;

    // The token of the next one to be sent: it names its outcome.
    std::uint32_t next_token() const noexcept { return in_flight_.next_index(); }
    // The next due one is sent now.
    void note_sent(Nanos sent_ns);
    // The bus refused it. An overloaded one stays due until give_up_after has passed (true: wait and try again).
    [[nodiscard]] bool note_refused(ServiceError refusal, Nanos now_ns);
    // It could not be built.
    void note_unsent();

    void note_outcome(std::uint64_t token, ServiceError error, Nanos now_ns);

    // Nothing new becomes due; what is due but not sent counts as unsent.
    void stop();
    // The outcomes of what is in flight will never come: they count as dropped.
    void abandon();

    // From now on: that of all generators of the schedule together, or the regulator's limit.
    void change_rate(double rate_per_s, Nanos now_ns);

    // All was sent, and every outcome came.
    bool is_finished() const noexcept { return has_ended_ && due_.is_empty() && in_flight_.count() == 0; }
    std::size_t in_flight_count() const noexcept { return in_flight_.count(); }
    LoadStats& stats() noexcept { return *stats_; }

  private:
    static constexpr std::size_t collect_max = 4096;

    struct InFlight {
        Nanos intended_ns = 0;
        Nanos sent_ns = 0;
    };

    Nanos end_ns() const noexcept {
        return options_.duration_ns == 0 ? no_deadline_ns
                                         : start_ns_ + options_.warmup_ns + options_.duration_ns;
    }
    void plan_next();
    void collect_regulated(Nanos now_ns);
    void take_up(Nanos intended_ns);
    void leave_due();
    void count(LoadCounter counter) { stats_->counters[counter].add(); }
    void change_regulated_rate(double rate_per_s, Nanos now_ns);
    void note_regulated_outcome(ServiceError error, Nanos now_ns, Nanos service_time_ns);

    LoadOptions options_;
    const std::shared_ptr<LoadStats> stats_;
    const LoadShare share_;
    ArrivalSchedule schedule_;
    std::optional<Regulator> regulator_;
    TimeQueue due_;
    IndexSlab<InFlight> in_flight_{4096};
    std::uint64_t arrival_count_ = 0;  // of the schedule, all shares
    Nanos start_ns_ = 0;
    Nanos next_arrival_ns_ = 0;
    bool has_started_ = false;
    bool has_ended_ = false;  // no more arrivals
};

}  // namespace prosa
