#include "adaptors/injector/load_generator.hpp"

#include <algorithm>

namespace prosa {
namespace {

LoadCounter counter_of(ServiceError error) noexcept {
    const auto first = static_cast<std::uint8_t>(LoadCounter::outcome_none);
    return static_cast<LoadCounter>(first + static_cast<std::uint8_t>(error));
}

static_assert(static_cast<std::size_t>(LoadCounter::finished) -
                      static_cast<std::size_t>(LoadCounter::outcome_none) ==
                  service_error_count,
              "one counter per outcome, in the order of the codes");

}  // namespace

LoadGenerator::LoadGenerator(const LoadOptions& options, std::shared_ptr<LoadStats> stats, LoadShare share)
    : options_(options), stats_(std::move(stats)), share_(share), schedule_(options) {
    PROSA_ASSERT(share.index < share.count, "a share is one of its schedule's");
}

LoadGenerator::LoadGenerator(const LoadOptions& options, const RegulatorOptions& regulator,
                             std::shared_ptr<LoadStats> stats)
    : options_(options), stats_(std::move(stats)), schedule_(options), regulator_(regulator) {}

void LoadGenerator::start(Nanos now_ns) {
    if (has_started_) return;
    has_started_ = true;
    start_ns_ = now_ns;
    if (!regulator_) plan_next();
}

void LoadGenerator::plan_next() {
    std::uint64_t index = 0;
    Nanos offset_ns = 0;
    do {
        offset_ns = schedule_.next();
        index = arrival_count_++;
    } while (index % share_.count != share_.index);
    next_arrival_ns_ = start_ns_ + offset_ns;
    const bool is_over = options_.duration_ns != 0 && offset_ns > options_.warmup_ns + options_.duration_ns;
    const bool is_enough = options_.count != 0 && index >= options_.count;
    has_ended_ = has_ended_ || is_over || is_enough;
}

void LoadGenerator::take_up(Nanos intended_ns) {
    count(LoadCounter::intended);
    if (options_.windows != nullptr) options_.windows->note_intended(intended_ns - start_ns_);
    if (due_.size() == backlog_max) [[unlikely]]
        count(LoadCounter::unsent);
    else
        due_.push(intended_ns);
}

void LoadGenerator::collect_due(Nanos now_ns) {
    // The time of a turn may be older than the reading that was the start.
    if (!has_started_ || now_ns < start_ns_) return;
    if (regulator_) return collect_regulated(now_ns);
    for (std::size_t taken = 0; taken < collect_max && !has_ended_ && next_arrival_ns_ <= now_ns; ++taken) {
        take_up(next_arrival_ns_);
        plan_next();
    }
    if (now_ns >= deadline_after(end_ns(), overtime_ns)) leave_due();
}

void LoadGenerator::collect_regulated(Nanos now_ns) {
    const bool is_over = now_ns >= end_ns();
    const bool is_enough = options_.count != 0 && arrival_count_ >= options_.count;
    has_ended_ = has_ended_ || is_over || is_enough;
    if (has_ended_ || has_due() || !regulator_->may_send(now_ns)) return;
    ++arrival_count_;
    take_up(now_ns);
}

Nanos LoadGenerator::next_ns(Nanos now_ns) const noexcept {
    if (!has_started_) return no_deadline_ns;
    if (has_due()) return now_ns;
    if (has_ended_) return no_deadline_ns;
    if (!regulator_) return next_arrival_ns_;
    return std::min(regulator_->next_send_at(now_ns), end_ns());
}

void LoadGenerator::note_sent(Nanos sent_ns) {
    const Nanos intended_ns = due_.front();
    due_.pop();
    count(LoadCounter::sent);
    if (options_.windows != nullptr) options_.windows->note_sent(sent_ns - start_ns_);
    if (sent_ns - intended_ns > options_.late_after_ns) count(LoadCounter::late);
    if (regulator_) regulator_->notify_send(sent_ns);
    in_flight_.put({intended_ns, sent_ns});
}

bool LoadGenerator::note_refused(ServiceError refusal, Nanos now_ns) {
    if (refusal == ServiceError::overloaded && now_ns - due_.front() < options_.give_up_after_ns) return true;
    due_.pop();
    count(refusal == ServiceError::overloaded ? LoadCounter::refused_overloaded
                                              : LoadCounter::refused_unreachable);
    if (regulator_) regulator_->add_tick_overhead(now_ns, regulator_->options().timeout_threshold_ns);
    return false;
}

void LoadGenerator::note_unsent() {
    due_.pop();
    count(LoadCounter::unsent);
}

void LoadGenerator::note_outcome(std::uint64_t token, ServiceError error, Nanos now_ns) {
    const std::optional<InFlight> sent = in_flight_.take(token);
    if (!sent.has_value()) return;
    count(counter_of(error));
    const Nanos service_time_ns = now_ns - sent->sent_ns;
    if (regulator_) note_regulated_outcome(error, now_ns, service_time_ns);
    if (sent->intended_ns - start_ns_ < options_.warmup_ns) return;
    stats_->outcome_time(error).record(service_time_ns);
    if (error != ServiceError::none) return;
    if (options_.windows != nullptr) options_.windows->note_response(sent->intended_ns - start_ns_);
    stats_->response_time.record(now_ns - sent->intended_ns);
}

// As ProSA's injector: after a timeout it waits that long, after an unreachable service the threshold.
void LoadGenerator::note_regulated_outcome(ServiceError error, Nanos now_ns, Nanos service_time_ns) {
    if (error == ServiceError::timeout) regulator_->add_tick_overhead(now_ns, service_time_ns);
    if (error == ServiceError::unreachable)
        regulator_->add_tick_overhead(now_ns, regulator_->options().timeout_threshold_ns);
    regulator_->notify_receive(now_ns, service_time_ns);
}

void LoadGenerator::stop() {
    has_ended_ = true;
    leave_due();
}

void LoadGenerator::leave_due() {
    while (has_due()) note_unsent();
}

void LoadGenerator::abandon() {
    stats_->counters[LoadCounter::outcome_dropped].add(in_flight_.count());
    in_flight_.clear();
    if (regulator_) regulator_.emplace(regulator_->options());
}

void LoadGenerator::change_rate(double rate_per_s, Nanos now_ns) {
    if (regulator_) return change_regulated_rate(rate_per_s, now_ns);
    const bool is_waiting = has_started_ && !has_ended_ && next_arrival_ns_ > now_ns;
    schedule_.change_rate(rate_per_s, is_waiting ? now_ns - start_ns_ : next_arrival_ns_ - start_ns_);
    if (!is_waiting) return;
    --arrival_count_;  // the arrival that was planned comes at another time
    plan_next();
}

// The regulator's limits are fixed: a new one takes over what is in flight.
void LoadGenerator::change_regulated_rate(double rate_per_s, Nanos now_ns) {
    RegulatorOptions options = regulator_->options();
    options.max_speed_tps = rate_per_s;
    regulator_.emplace(options);
    for (std::size_t i = 0; i < in_flight_.count(); ++i) regulator_->notify_send(now_ns);
}

}  // namespace prosa
