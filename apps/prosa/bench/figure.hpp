// apps/prosa/bench/figure.hpp: what `prosa bench` can measure, and what it found.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "apps/prosa/bench/bench_cpus.hpp"
#include "apps/prosa/bench/bench_log.hpp"
#include "apps/prosa/bench/bench_options.hpp"
#include "apps/prosa/bench/rounds.hpp"
#include "core/base/clock.hpp"
#include "core/base/status.hpp"

namespace prosa::bench {

enum class BarKind : std::uint8_t { none, at_most, below, at_least };

struct FigureSpec {
    const char* name;
    const char* unit;
    const char* what;  // one line
    BarKind bar_kind = BarKind::none;
    double bar = 0;
    double goal = 0;  // tighter than the bar, which a release must pass; 0: none
};

struct FigureResult {
    std::optional<double> value;
    std::optional<double> value_other_placement;  // over steady rounds at another level of the raw line
    std::optional<double> raw_line_ns;
    std::size_t round_count = 0;                          // behind `value`
    std::size_t other_round_count = 0;                    // behind `value_other_placement`
    std::string reason;                                   // why there is no value
    std::vector<std::pair<std::string, double>> details;  // further numbers, the unit last in the name
    std::vector<Round> rounds;                            // every one, with what this figure was in it
    std::size_t value_index = 0;                          // in Round::values
    std::string note;
};

// What a group of figures measures with.
class BenchRun {
  public:
    explicit BenchRun(const BenchOptions& options) : options_(options), cpus_(choose_bench_cpus()) {}

    const BenchOptions& options() const noexcept { return options_; }
    bool is_quick() const noexcept { return options_.is_quick; }
    Nanos pick(Nanos full_ns, Nanos quick_ns) const noexcept { return is_quick() ? quick_ns : full_ns; }
    const absl::StatusOr<BenchCpus>& cpus() const noexcept { return cpus_; }

    // Null: nobody wants it.
    void use_log(std::shared_ptr<BenchLog> log) noexcept { log_ = std::move(log); }
    BenchLog* log() const noexcept { return log_.get(); }

    // On stderr.
    void say(const std::string& text) const;

    absl::StatusOr<double> raw_line_ns() const;

    // Takes rounds and fills one result for each of `results`, whose values come first in `measure`'s.
    // Values behind those become details with the names of `detail_names`.
    absl::Status take_rounds(bool needs_placement, std::span<FigureResult> results,
                             const std::vector<std::string>& detail_names, RoundSeries::Measure measure,
                             std::size_t wanted_count = 5) const;

  private:
    BenchOptions options_;
    absl::StatusOr<BenchCpus> cpus_;
    std::shared_ptr<BenchLog> log_;
};

// The value at `value_index` of a series' rounds, or why there is none.
void fill_result(const RoundSeries& series, const Placement& placement, std::size_t value_index,
                 FigureResult& result);

// Of programs that the product does not hold.
inline constexpr std::string_view helpers_remedy = "./tools/bench in the source tree builds it";

// Whether `file`, which the figures need, is not there: then each result says so, and what helps.
bool lacks(const std::filesystem::path& file, std::string_view remedy, std::span<FigureResult> results);

// Figures that come out of the same measurement.
struct FigureGroup {
    std::vector<FigureSpec> figures;
    // Fills one result for each figure; an error becomes the reason of all.
    std::function<absl::Status(BenchRun&, std::span<FigureResult>)> measure;
};

// In the order in which they are measured and printed.
std::vector<FigureGroup> figure_groups();

}  // namespace prosa::bench
