#include "apps/prosa/bench/bench_publisher.hpp"

#include <fmt/format.h>

namespace prosa::bench {
namespace {

const std::string extra_service = "BENCH_EXTRA";

}  // namespace

absl::Status BenchPublisher::on_start() {
    extra_ = bus().resolve(extra_service);
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < service_count_; ++i) names.push_back(fmt::format("BENCH_{:05}", i));
    bus().add_services(std::move(names));
    return absl::OkStatus();
}

absl::StatusOr<std::string> BenchPublisher::on_command(std::string_view command) {
    if (command == "stop") {
        is_repeating_ = false;
    } else if (command == "start") {
        is_repeating_ = true;
        next_ns_ = bus().now_ns() + interval_ns;
        bus().set_timer(next_ns_, 0);
    } else if (command == "toggle") {
        bus().want_turns(true);  // awake until it is seen
        toggle();
    } else {
        return Processor::on_command(command);
    }
    return "called";
}

void BenchPublisher::toggle() {
    wants_extra_ = !wants_extra_;
    called_ns_ = bus().clock_now_ns();
    if (wants_extra_)
        bus().add_services({extra_service});
    else
        bus().remove_services({extra_service});
}

void BenchPublisher::on_timer(std::uint64_t) {
    if (!is_repeating_) return;
    toggle();
    next_ns_ += interval_ns;
    bus().set_timer(next_ns_, 0);
}

void BenchPublisher::on_service_table() {
    if (called_ns_ == 0 || bus().has_provider(extra_) != wants_extra_) return;
    desk_->publication_count.fetch_add(1, std::memory_order_relaxed);
    desk_->published_ns.store(bus().clock_now_ns() - called_ns_, std::memory_order_release);
    called_ns_ = 0;
    bus().want_turns(false);
}

}  // namespace prosa::bench
