#include "adaptors/injector/injector_run.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace prosa {

bool all_finished(const LoadBoard& board) {
    const auto sources = board.sources();
    return !sources.empty() && std::all_of(sources.begin(), sources.end(), [](const auto& source) {
        return source->counters[LoadCounter::finished].value() > 0;
    });
}

InjectorRun::InjectorRun(std::string name, InjectorOptions options, LoadBoard& board)
    : name_(std::move(name)),
      options_(std::move(options)),
      board_(board),
      first_stats_(board.add(name_, options_.service_name)) {}

void InjectorRun::add_shard(std::uint32_t index, std::uint32_t count) {
    auto stats =
        index == 0 ? first_stats_ : board_.add(fmt::format("{}/{}", name_, index), options_.service_name);
    if (options_.regulator.has_value()) {
        // Each shard has its part of the speed; the limit of concurrent sends holds for each.
        RegulatorOptions regulator = *options_.regulator;
        regulator.max_speed_tps /= count;
        LoadOptions load = options_.load;
        load.count = load.count == 0 ? 0 : load.count / count + (index < load.count % count ? 1 : 0);
        generators_.push_back(std::make_unique<LoadGenerator>(load, regulator, std::move(stats)));
    } else {
        generators_.push_back(
            std::make_unique<LoadGenerator>(options_.load, std::move(stats), LoadShare{index, count}));
    }
}

LoadGenerator& InjectorRun::generator_of(const ShardInfo& shard) {
    const std::scoped_lock lock(mutex_);
    if (generators_.empty()) {
        for (std::uint32_t i = 0; i < shard.shard_count; ++i) add_shard(i, shard.shard_count);
        first_stats_->counters[LoadCounter::broken_lines].add(broken_line_count_);
    }
    return *generators_.at(value_of(shard.queue));
}

void InjectorRun::count_broken_lines(std::uint64_t count) {
    const std::scoped_lock lock(mutex_);
    broken_line_count_ = count;
}

}  // namespace prosa
