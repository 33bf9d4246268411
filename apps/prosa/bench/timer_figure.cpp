#include "apps/prosa/bench/timer_figure.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <vector>

#include "core/reactor/timer_wheel.hpp"

namespace prosa::bench {
namespace {

constexpr std::size_t few_count = 1'000;
constexpr std::size_t many_count = 1'000'000;
constexpr std::uint64_t seed = 20'251'122;

// A wheel on a virtual clock, with timers that are due between 1 ms and 10 s from now.
class LoadedWheel {
  public:
    explicit LoadedWheel(std::size_t pending_count) : wheel_(0), pending_(pending_count), random_(seed) {
        for (TimerNode& node : pending_) wheel_.insert(node, draw_deadline_ns());
    }

    // A timer as a request has it: inserted, and cancelled when the answer is there.
    double insert_cancel_ns(std::size_t repeats) {
        std::array<TimerNode, 64> fresh;
        std::array<Nanos, 1024> deadlines{};
        for (Nanos& deadline_ns : deadlines) deadline_ns = draw_deadline_ns();
        const Nanos begin_ns = clock_.now_ns();
        for (std::size_t i = 0; i < repeats; ++i) {
            TimerNode& node = fresh[i % fresh.size()];
            wheel_.cancel(node);
            wheel_.insert(node, deadlines[i % deadlines.size()]);
        }
        const Nanos elapsed_ns = clock_.now_ns() - begin_ns;
        for (TimerNode& node : fresh) wheel_.cancel(node);
        return static_cast<double>(elapsed_ns) / static_cast<double>(repeats);
    }

    // Cancels pending timers in random order, which are in no cache.
    double random_cancel_ns(std::size_t repeats) {
        std::vector<std::uint32_t> order(pending_.size());
        for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
        std::shuffle(order.begin(), order.end(), random_);
        order.resize(std::min(repeats, order.size()));
        const Nanos begin_ns = clock_.now_ns();
        for (const std::uint32_t at : order) wheel_.cancel(pending_[at]);
        const Nanos elapsed_ns = clock_.now_ns() - begin_ns;
        for (const std::uint32_t at : order) wheel_.insert(pending_[at], draw_deadline_ns());
        return static_cast<double>(elapsed_ns) / static_cast<double>(order.size());
    }

    // Lets all expire, in turns a millisecond apart until one leaves work; the longest turn.
    double longest_expiry_turn_ns() {
        Nanos longest_ns = 0;
        std::size_t fired_count = 0;
        for (Nanos now_ns = 0; wheel_.pending_count() > 0;) {
            const Nanos begin_ns = clock_.now_ns();
            wheel_.advance(now_ns, [&fired_count](TimerNode&) { ++fired_count; });
            longest_ns = std::max(longest_ns, clock_.now_ns() - begin_ns);
            if (wheel_.next_deadline_ns() > now_ns) now_ns += ns_per_ms;
        }
        PROSA_ASSERT(fired_count == pending_.size(), "each timer fires once");
        return static_cast<double>(longest_ns);
    }

  private:
    Nanos draw_deadline_ns() {
        return std::uniform_int_distribution<Nanos>(ns_per_ms, 10 * ns_per_s)(random_);
    }

    TimerWheel wheel_;
    std::vector<TimerNode> pending_;
    std::mt19937_64 random_;
    const Clock clock_;
};

// The two wheels take turns within a round, so that whatever slows the machine down slows down both.
std::vector<double> timer_round(LoadedWheel& few, LoadedWheel& many, bool is_quick) {
    constexpr int turns = 25;
    const std::size_t repeats = is_quick ? 50'000 : 500'000;
    std::vector<double> few_ns;
    std::vector<double> many_ns;
    for (int turn = 0; turn < turns; ++turn) {
        few_ns.push_back(few.insert_cancel_ns(repeats));
        many_ns.push_back(many.insert_cancel_ns(repeats));
    }
    const double few_median_ns = median_of(std::move(few_ns));
    const double many_median_ns = median_of(std::move(many_ns));
    return {many_median_ns / few_median_ns, few_median_ns, many_median_ns, many.random_cancel_ns(100'000)};
}

absl::Status measure_timers(BenchRun& run, std::span<FigureResult> results) {
    LoadedWheel few(few_count);
    LoadedWheel many(many_count);
    const absl::Status status = run.take_rounds(
        false, results, {"insert_cancel_1k_ns", "insert_cancel_1m_ns", "random_cancel_1m_ns"},
        [&] { return absl::StatusOr<std::vector<double>>(timer_round(few, many, run.is_quick())); });
    if (!status.ok()) return status;
    results[0].details.emplace_back("longest_expiry_turn_of_1m_ns", many.longest_expiry_turn_ns());
    return absl::OkStatus();
}

}  // namespace

FigureGroup timer_group() {
    return {{{"timer_insert_cancel_1m_over_1k", "ratio", "fresh timers, 1 000 000 pending against 1 000",
              BarKind::at_most, 2}},
            measure_timers};
}

}  // namespace prosa::bench
