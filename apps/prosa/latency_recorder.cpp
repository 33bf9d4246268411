#include "apps/prosa/latency_recorder.hpp"

namespace prosa {
namespace {

double in_seconds(Nanos ns) noexcept { return static_cast<double>(ns) / static_cast<double>(ns_per_s); }

}  // namespace

void LatencyRecorder::tick(Nanos now_ns) {
    if (!first_ns_) return wait_for_first(now_ns);
    if (now_ns - last_ns_ >= ns_per_s) end_interval(now_ns);
}

void LatencyRecorder::finish(Nanos now_ns) {
    if (!first_ns_) wait_for_first(now_ns);
    if (first_ns_) end_interval(now_ns);
}

void LatencyRecorder::wait_for_first(Nanos now_ns) {
    first_response_ = response_times_.next();
    first_service_ = service_times_.next();
    if (first_response_.total_count() + first_service_.total_count() != 0)
        first_ns_ = last_ns_;
    else
        last_ns_ = now_ns;
}

void LatencyRecorder::end_interval(Nanos now_ns) {
    HdrHistogram service = service_times_.next();
    HdrHistogram response = response_times_.next();
    if (response_series_.points.empty()) {
        response.add(first_response_);
        service.add(first_service_);
    }
    const Nanos start_ns = std::exchange(last_ns_, now_ns);
    const double start_s = in_seconds(start_ns - *first_ns_);
    const double length_s = in_seconds(now_ns - start_ns);
    response_series_.add_interval(start_s, length_s, response, response.out_of_range_count());
    service_series_.add_interval(start_s, length_s, service, service.out_of_range_count());
    if (log_ == nullptr) return;
    log_->write_interval("", start_ns - log_start_ns_, now_ns - start_ns, response);
    log_->write_interval("service", start_ns - log_start_ns_, now_ns - start_ns, service);
}

}  // namespace prosa
