#include "adaptors/injector/arrival_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/assert.hpp"

namespace prosa {
namespace {

constexpr double forever = std::numeric_limits<double>::infinity();

double per_ns(double per_s) noexcept { return per_s / static_cast<double>(ns_per_s); }

// The time in which a rate that changes by `slope` brings `arrivals`.
double time_for(double arrivals, double rate_per_ns, double slope) noexcept {
    if (slope == 0) return arrivals / rate_per_ns;
    const double square = rate_per_ns * rate_per_ns + 2 * slope * arrivals;
    return 2 * arrivals / (rate_per_ns + std::sqrt(std::max(square, 0.0)));
}

}  // namespace

ArrivalSchedule::ArrivalSchedule(const LoadOptions& options) : options_(options), random_(options.seed) {
    PROSA_ASSERT(options.timeline != nullptr || options.rate_per_s > 0, "a rate is above 0");
    PROSA_ASSERT(options.timeline == nullptr || !options.timeline->empty(), "a timeline has a time");
    PROSA_ASSERT(options.shape == RateShape::constant || options.start_rate_per_s > 0,
                 "a first rate is above 0");
}

ArrivalSchedule::Piece ArrivalSchedule::step_at(double at_ns) const noexcept {
    const auto every_ns = static_cast<double>(options_.step_every_ns);
    const double step = std::floor(at_ns / every_ns);
    const double rate = options_.start_rate_per_s + step * options_.step_rate_per_s;
    if (rate >= options_.rate_per_s) return {forever, per_ns(options_.rate_per_s), 0};
    return {(step + 1) * every_ns, per_ns(rate), 0};
}

ArrivalSchedule::Piece ArrivalSchedule::piece_at(double at_ns) const noexcept {
    if (fixed_rate_per_ns_ > 0) return {forever, fixed_rate_per_ns_, 0};
    const double last_rate = per_ns(options_.rate_per_s);
    if (options_.shape == RateShape::constant) return {forever, last_rate, 0};
    const auto warmup_ns = static_cast<double>(options_.warmup_ns);
    const double first_rate = per_ns(options_.start_rate_per_s);
    if (at_ns < warmup_ns) return {warmup_ns, first_rate, 0};
    if (options_.shape == RateShape::step) {
        Piece piece = step_at(at_ns - warmup_ns);
        piece.end_ns += warmup_ns;
        return piece;
    }
    const auto duration_ns = static_cast<double>(options_.duration_ns);
    const double passed_ns = at_ns - warmup_ns;
    if (passed_ns >= duration_ns) return {forever, last_rate, 0};
    const double slope = (last_rate - first_rate) / duration_ns;
    return {warmup_ns + duration_ns, first_rate + slope * passed_ns, slope};
}

Nanos ArrivalSchedule::next() noexcept {
    if (options_.timeline != nullptr && fixed_rate_per_ns_ == 0) return next_of_timeline();
    double arrivals = options_.arrivals == Arrivals::uniform ? 1.0 : random_.exponential();
    for (;;) {
        const Piece piece = piece_at(at_ns_);
        const double span_ns = piece.end_ns - at_ns_;
        const double in_piece = span_ns * (piece.rate_per_ns + piece.slope * span_ns / 2);
        // The first test also spares infinity times zero.
        if (piece.end_ns == forever || arrivals <= in_piece) {
            at_ns_ += time_for(arrivals, piece.rate_per_ns, piece.slope);
            return std::llround(at_ns_);
        }
        arrivals -= in_piece;
        at_ns_ = piece.end_ns;
    }
}

Nanos ArrivalSchedule::next_of_timeline() noexcept {
    const std::vector<Nanos>& times = *options_.timeline;
    if (timeline_index_ == times.size()) {
        timeline_index_ = 0;
        // The next round starts a mean distance after the last time.
        const Nanos span_ns = times.back() - times.front();
        const auto gaps = static_cast<Nanos>(std::max<std::size_t>(times.size() - 1, 1));
        timeline_base_ns_ += span_ns + std::max<Nanos>(span_ns / gaps, ns_per_us);
    }
    const Nanos offset_ns = timeline_base_ns_ + times[timeline_index_++];
    at_ns_ = static_cast<double>(offset_ns);
    return offset_ns;
}

void ArrivalSchedule::change_rate(double rate_per_s, Nanos offset_ns) noexcept {
    fixed_rate_per_ns_ = per_ns(rate_per_s);
    at_ns_ = static_cast<double>(offset_ns);
}

}  // namespace prosa
