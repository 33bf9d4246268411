#include "apps/prosa/bench/bench_requester.hpp"

#include <cmath>

namespace prosa::bench {

absl::Status BenchRequester::on_start() {
    service_ = bus().resolve(bench_service);
    if (desk_->span.on_reactor_start != nullptr) desk_->span.on_reactor_start();
    return absl::OkStatus();
}

absl::StatusOr<std::string> BenchRequester::on_command(std::string_view command) {
    if (command != "go") return Processor::on_command(command);
    begin(bus().clock_now_ns());
    return "gone";
}

void BenchRequester::begin(Nanos now_ns) {
    order_ = desk_->order;
    desk_->run.latency.reset();
    desk_->timeout_count = desk_->kept_count = desk_->failed_count = 0;
    measured_from_ns_ = now_ns + order_.warmup_ns;
    end_ns_ = measured_from_ns_ + order_.duration_ns;
    is_sending_ = true;
    is_measuring_ = false;
    if (order_.rate_per_s > 0) {
        interval_ns_ = std::llround(1e9 / order_.rate_per_s);
        intended_ns_ = now_ns + interval_ns_;
        bus().want_turns(true);
        return;
    }
    for (std::uint32_t i = 0; i < order_.outstanding; ++i) send_one(bus().clock_now_ns());
    if (under_way_ == 0) end(now_ns);
}

// In a closed loop a refusal leaves one fewer under way.
void BenchRequester::send_one(Nanos token_ns) {
    SendOptions options{.token = static_cast<std::uint64_t>(token_ns)};
    ++number_;
    if (order_.has_mixed_fates && fate_of(number_) == Fate::timed_out) options.timeout_ns = mixed_timeout_ns;
    Claim claim = bus().claim(service_, options);
    if (!claim) return note_failure();
    writer_.write(order_.message, claim.body(), number_);
    claim.commit();
    ++under_way_;
}

// In an open loop it counts as the longest latency there is: who waits for it does not care why.
void BenchRequester::note_failure() {
    ++desk_->failed_count;
    if (order_.rate_per_s > 0 && is_measuring_)
        desk_->run.latency.record(bench_latency_range.highest_trackable);
}

void BenchRequester::on_response(const Outcome& outcome) {
    const std::uint64_t number = reader_.read(order_.message, outcome.body);
    const Nanos now_ns = time_of_outcome();
    if (is_measuring_) {
        desk_->run.latency.record(now_ns - static_cast<Nanos>(outcome.token));
        if (order_.has_mixed_fates && fate_of(number) == Fate::kept) ++desk_->kept_count;
    }
    after_outcome(now_ns);
}

void BenchRequester::on_error(const Outcome& outcome) {
    const bool is_asked_for = order_.has_mixed_fates && outcome.error == ServiceError::timeout;
    if (!is_asked_for) note_failure();
    if (is_asked_for && is_measuring_) ++desk_->timeout_count;
    after_outcome(bus().clock_now_ns());
}

// With others under way the turn's time serves: the bare ring's clock is read every 1 024 steps, too.
Nanos BenchRequester::time_of_outcome() noexcept {
    const bool is_pipelined = order_.rate_per_s == 0 && order_.outstanding > 1;
    return is_pipelined ? bus().now_ns() : bus().clock_now_ns();
}

void BenchRequester::note_phase(Nanos now_ns) {
    if (is_measuring_ || now_ns < measured_from_ns_) return;
    is_measuring_ = true;
    measured_from_ns_ = now_ns;
    if (desk_->span.begin != nullptr) desk_->span.begin();
}

void BenchRequester::after_outcome(Nanos now_ns) {
    --under_way_;
    if (!is_measuring_) [[unlikely]]
        note_phase(now_ns);
    if (now_ns >= end_ns_ || desk_->run.latency.total_count() + desk_->timeout_count >= order_.count_max)
        is_sending_ = false;
    if (is_sending_ && order_.rate_per_s == 0)
        send_one(order_.outstanding > 1 ? now_ns : bus().clock_now_ns());
    if (under_way_ == 0 && (!is_sending_ || order_.rate_per_s == 0)) end(now_ns);
}

Nanos BenchRequester::on_turn(Nanos now_ns) {
    note_phase(now_ns);
    while (is_sending_ && intended_ns_ <= now_ns) {
        send_one(intended_ns_);
        intended_ns_ += interval_ns_;
        if (intended_ns_ >= end_ns_) is_sending_ = false;
    }
    if (is_sending_) return intended_ns_;
    if (under_way_ == 0) end(now_ns);
    return no_deadline_ns;
}

void BenchRequester::end(Nanos now_ns) {
    if (is_measuring_ && desk_->span.end != nullptr) desk_->span.end();
    if (order_.rate_per_s > 0) bus().want_turns(false);
    is_sending_ = is_measuring_ = false;
    desk_->run.elapsed_ns = now_ns - measured_from_ns_;
    desk_->ended_runs.fetch_add(1, std::memory_order_release);  // [ended]
}

}  // namespace prosa::bench
