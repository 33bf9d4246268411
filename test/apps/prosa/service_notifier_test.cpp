// What a service manager hears of `prosa run`, in processes of their own.
#include <doctest/doctest.h>
#include <signal.h>

#include <cstdlib>
#include <memory>

#include "apps/prosa/exit_code.hpp"
#include "apps/prosa/service_notifier.hpp"
#include "core/bus/bus.hpp"
#include "test/apps/prosa/child_program.hpp"
#include "test/apps/prosa/pipe_gate.hpp"
#include "test/support/notify_receiver.hpp"

namespace prosa {
namespace {

using test::NotifyReceiver;
using test::PipeGate;

// Its command hangs until the gate is open.
class Sleeper final : public Processor {
  public:
    explicit Sleeper(const PipeGate& gate) : gate_(gate) {}

    absl::StatusOr<std::string> on_command(std::string_view) override {
        gate_.pass();
        return "awake";
    }

  private:
    const PipeGate& gate_;
};

ProcessorRegistry sleeper_registry(const PipeGate& gate) {
    ProcessorKind kind;
    kind.name = "sleeper";
    kind.configure = [&gate](ProcessorSetup&) -> absl::StatusOr<ProcessorFactory> {
        return ProcessorFactory([&gate](const ShardInfo&) { return std::make_unique<Sleeper>(gate); });
    };
    ProcessorRegistry registry;
    REQUIRE(registry.add(std::move(kind)).ok());
    return registry;
}

class WatchedInstance {
  public:
    explicit WatchedInstance(const std::string& watchdog_us, const ChildProgram::Environment& more = {})
        : receiver((folder.path() / "notify").string()),
          socket((folder.path() / "ctl.sock").string()),
          registry(sleeper_registry(gate)),
          program({"run", "-c",
                   folder.write("a.yml", "name: watched\nbus: { ctl_socket: '" + socket +
                                             "' }\n"
                                             "sleeper-1: { processor: sleeper }\n"
                                             "stub-1: { processor: stub, service_names: [PAY] }\n")},
                  environment(watchdog_us, more), &registry) {}

    void hang() {
        hanging = std::make_unique<ChildProgram>(
            std::vector<std::string>{"ctl", "--socket", socket, "command", "sleeper-1", "sleep"});
    }
    void wake_up() { gate.open(); }

    TemporaryFolder folder;
    NotifyReceiver receiver;
    const std::string socket;
    PipeGate gate;
    ProcessorRegistry registry;
    ChildProgram program;
    std::unique_ptr<ChildProgram> hanging;

  private:
    ChildProgram::Environment environment(const std::string& watchdog_us,
                                          const ChildProgram::Environment& more) {
        ChildProgram::Environment all{{"NOTIFY_SOCKET", (folder.path() / "notify").string()}};
        if (!watchdog_us.empty()) all.emplace_back("WATCHDOG_USEC", watchdog_us);
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
};

constexpr const char* short_watchdog_us = "200000";
constexpr int several_feeds_ms = 1000;

}  // namespace

TEST_CASE("the service manager hears of the start, that all is well, and of the stop") {
    WatchedInstance instance(short_watchdog_us);
    const auto ready = instance.receiver.next_with("READY=1");
    REQUIRE(ready.has_value());
    CHECK(*ready == "READY=1\nSTATUS=watched: running, 2 of 2 processors run");
    for (int i = 0; i < 3; ++i) REQUIRE(instance.receiver.next_with("WATCHDOG=1").has_value());
    instance.program.signal(SIGTERM);
    CHECK(instance.receiver.next_with("STOPPING=1").has_value());
    CHECK(instance.program.wait() == exit_ok);
}

TEST_CASE("the watchdog is not fed while a handler hangs, and again when it returns") {
    WatchedInstance instance(short_watchdog_us);
    REQUIRE(instance.receiver.next_with("WATCHDOG=1").has_value());
    instance.hang();
    REQUIRE(instance.receiver.next_with("hangs").has_value());
    (void)instance.receiver.next(100);  // what was due before, of a thread that is late
    CHECK_FALSE(instance.receiver.next(several_feeds_ms).has_value());
    instance.wake_up();
    CHECK(instance.receiver.next_with("WATCHDOG=1").has_value());
    CHECK(instance.hanging->wait() == exit_ok);
    instance.program.signal(SIGTERM);
    CHECK(instance.program.wait() == exit_ok);
}

TEST_CASE("without a watchdog, or with that of another process, it is never fed") {
    for (const std::string pid : {"", "1"}) {
        CAPTURE(pid);
        WatchedInstance instance(
            pid.empty() ? "" : short_watchdog_us,
            pid.empty() ? ChildProgram::Environment{} : ChildProgram::Environment{{"WATCHDOG_PID", pid}});
        REQUIRE(instance.receiver.next_with("READY=1").has_value());
        CHECK_FALSE(instance.receiver.next(several_feeds_ms).has_value());
    }
}

TEST_CASE("an instance whose service manager cannot be told runs all the same") {
    const TemporaryFolder folder;
    const std::string file =
        folder.write("a.yml", "name: untold\nstub-1: { processor: stub, service_names: [PAY] }\n");
    ChildProgram program({"run", "-c", file, "--duration", "100ms"}, {{"NOTIFY_SOCKET", "vsock:2:1"}});
    CHECK(program.wait() == exit_ok);
    CHECK(program.errors().find("warning: the service manager is told nothing: NOTIFY_SOCKET 'vsock:2:1'") !=
          std::string::npos);
}

TEST_CASE("an instance that a service manager started writes no line a second") {
    const TemporaryFolder folder;
    const std::string file =
        folder.write("a.yml", "name: quiet\nstub-1: { processor: stub, service_names: [PAY] }\n");
    for (const std::string socket : {"", "vsock:2:1"}) {
        CAPTURE(socket);
        ChildProgram program({"run", "-c", file, "--duration", "1500ms"}, {{"NOTIFY_SOCKET", socket}});
        CHECK(program.wait() == exit_ok);
        CHECK((program.errors().find(" 1 s  ") == std::string::npos) == !socket.empty());
    }
}

TEST_CASE("a watchdog interval that is no number is refused") {
    ::setenv("NOTIFY_SOCKET", "@nobody", 1);
    for (const char* interval : {"0", "-5", "5s", "99999999999999999999"}) {
        CAPTURE(interval);
        ::setenv("WATCHDOG_USEC", interval, 1);
        CHECK_FALSE(read_notify_settings().ok());
    }
    ::setenv("WATCHDOG_USEC", "3000000", 1);
    const auto settings = read_notify_settings();
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    REQUIRE(settings.ok());
    CHECK(settings->watchdog_ns == 3 * ns_per_s);
}

}  // namespace prosa
