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

std::string BenchPublisher::on_command(std::string_view command) {
    if (command != "toggle") return Processor::on_command(command);
    wants_extra_ = !wants_extra_;
    called_ns_ = bus().clock_now_ns();
    if (wants_extra_)
        bus().add_services({extra_service});
    else
        bus().remove_services({extra_service});
    return "called";
}

void BenchPublisher::on_service_table() {
    if (called_ns_ == 0 || bus().has_provider(extra_) != wants_extra_) return;
    desk_->published_ns.store(bus().clock_now_ns() - called_ns_, std::memory_order_release);
    called_ns_ = 0;
}

}  // namespace prosa::bench
