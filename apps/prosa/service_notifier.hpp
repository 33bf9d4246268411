// apps/prosa/service_notifier.hpp: what `prosa run` tells the service manager that started it (systemd's
// Type=notify).
//
// READY     once every processor has had its first start, however that went.
// STATUS    how many processors run, and which reactors hang; when it changed, at most once a second.
// WATCHDOG  twice per WATCHDOG_USEC, but only when Main answered and every reactor turned since it was asked
// to;
//           a reactor that sleeps is woken for it. So it ends at most one WATCHDOG_USEC after the last turn.
// STOPPING  when the stop begins.
// Threads   the program's first, which hosts nothing.
// Errors    without NOTIFY_SOCKET nothing is sent; one that cannot be used is a warning to the caller.
#pragma once

#include <optional>
#include <string>

#include "apps/prosa/turn_probe.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/bus/bus_main.hpp"
#include "core/control/notify_socket.hpp"

namespace prosa {

// What the environment says.
struct NotifySettings {
    std::string socket;     // NOTIFY_SOCKET; empty: no service manager waits for news
    Nanos watchdog_ns = 0;  // WATCHDOG_USEC, when WATCHDOG_PID is this process or nobody; 0: no watchdog
};
PROSA_API absl::StatusOr<NotifySettings> read_notify_settings();

// Also when what it says cannot be used.
PROSA_API bool is_started_by_service_manager() noexcept;

class PROSA_API ServiceNotifier {
  public:
    static absl::StatusOr<ServiceNotifier> create(BusMain& main, const NotifySettings& settings);

    // To be called several times per WATCHDOG_USEC, from the start of the instance to its end.
    void tick(Nanos now_ns);

    void note_stopping();

  private:
    ServiceNotifier(BusMain& main, std::optional<NotifySocket> socket, Nanos watchdog_ns);

    void tell_status(const InstanceReport& report);
    void feed_watchdog(const InstanceReport& report, Nanos now_ns);

    BusMain* main_;
    std::optional<NotifySocket> socket_;
    Nanos feed_every_ns_;  // 0: never
    Nanos next_feed_ns_ = 0;
    Nanos next_status_ns_ = 0;
    std::string status_;
    TurnProbe probe_;
    bool is_probing_ = false;
    bool is_ready_ = false;
    bool is_stopping_ = false;
};

}  // namespace prosa
