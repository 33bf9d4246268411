#include "apps/prosa/service_notifier.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <utility>

namespace prosa {
namespace {

constexpr Nanos status_every_ns = ns_per_s;

std::string_view environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

absl::StatusOr<Nanos> read_number(const char* name, Nanos most) {
    const std::string_view text = environment(name);
    Nanos number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && number > 0 && number <= most)
        return number;
    return invalid_argument("{} '{}': expected a number from 1 to {}", name, text, most);
}

bool has_started(const InstanceReport& report) {
    return std::none_of(report.processors.begin(), report.processors.end(), [](const ProcessorReport& each) {
        return each.state == ProcessorState::created || each.state == ProcessorState::starting;
    });
}

std::string status_text(const InstanceReport& report) {
    const auto running =
        std::count_if(report.processors.begin(), report.processors.end(),
                      [](const auto& each) { return each.state == ProcessorState::running; });
    std::string text = fmt::format("{}: {}, {} of {} processors run", report.name, report.phase, running,
                                   report.processors.size());
    for (const ReactorReport& reactor : report.reactors)
        if (reactor.is_hanging) text += fmt::format("; reactor {} hangs", value_of(reactor.id));
    return text;
}

}  // namespace

absl::StatusOr<NotifySettings> read_notify_settings() {
    NotifySettings settings;
    settings.socket = environment("NOTIFY_SOCKET");
    if (settings.socket.empty() || environment("WATCHDOG_USEC").empty()) return settings;
    if (!environment("WATCHDOG_PID").empty()) {
        const auto watched = read_number("WATCHDOG_PID", std::numeric_limits<pid_t>::max());
        if (!watched.ok()) return watched.status();
        if (*watched != ::getpid()) return settings;
    }
    const auto interval_us = read_number("WATCHDOG_USEC", std::numeric_limits<Nanos>::max() / ns_per_us);
    if (!interval_us.ok()) return interval_us.status();
    settings.watchdog_ns = *interval_us * ns_per_us;
    return settings;
}

bool is_started_by_service_manager() noexcept { return !environment("NOTIFY_SOCKET").empty(); }

absl::StatusOr<ServiceNotifier> ServiceNotifier::create(BusMain& main, const NotifySettings& settings) {
    if (settings.socket.empty()) return ServiceNotifier(main, std::nullopt, 0);
    auto socket = NotifySocket::open(settings.socket);
    if (!socket.ok()) return socket.status();
    return ServiceNotifier(main, *std::move(socket), settings.watchdog_ns);
}

ServiceNotifier::ServiceNotifier(BusMain& main, std::optional<NotifySocket> socket, Nanos watchdog_ns)
    : main_(&main), socket_(std::move(socket)), feed_every_ns_(watchdog_ns / 2) {}

void ServiceNotifier::tick(Nanos now_ns) {
    if (!socket_) return;
    if (main_->is_stopping()) note_stopping();
    const bool is_status_due = !is_ready_ || now_ns >= next_status_ns_;
    const bool is_feed_due = feed_every_ns_ > 0 && now_ns >= next_feed_ns_;
    if (!is_status_due && !is_feed_due) return;
    const InstanceReport report = main_->report();
    if (is_status_due) {
        next_status_ns_ = now_ns + status_every_ns;
        tell_status(report);
    }
    if (is_feed_due) feed_watchdog(report, now_ns);
}

void ServiceNotifier::note_stopping() {
    if (!socket_ || is_stopping_) return;
    is_stopping_ = socket_->send("STOPPING=1");
}

void ServiceNotifier::tell_status(const InstanceReport& report) {
    const bool is_first = !is_ready_ && has_started(report);
    std::string status = status_text(report);
    if (!is_first && status == status_) return;
    if (!socket_->send(fmt::format("{}STATUS={}", is_first ? "READY=1\n" : "", status))) return;
    is_ready_ = is_ready_ || is_first;
    status_ = std::move(status);
}

void ServiceNotifier::feed_watchdog(const InstanceReport& report, Nanos now_ns) {
    if (!is_probing_) {
        probe_.begin(report.reactors);
        main_->wake_reactors();
        is_probing_ = true;
        return;
    }
    if (!probe_.has_each_turned(report.reactors) || !socket_->send("WATCHDOG=1")) return;
    is_probing_ = false;
    next_feed_ns_ = now_ns + feed_every_ns_;
}

}  // namespace prosa
