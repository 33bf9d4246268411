// What a stop means to its process: signals, and threads that hang.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "test/core/bus/child_process.hpp"
#include "test/core/bus/shutdown_support.hpp"

namespace prosa::test {

TEST_CASE("a hung handler is named in the log, and the exit code is not zero") {
    const ChildResult child = run_child([] {
        InstanceOptions brief = options();
        brief.bus.shutdown_timeout_ns = 50 * ns_per_ms;
        BusMain main(brief);
        std::atomic<bool> hangs{false};
        if (!main.add_processor(provider("quiet", "QUIET", keep_for_ever)).ok()) return 90;
        if (!main.add_processor(provider("hanging", "HANG",
                                         [&](auto&, Request&) {
                                             hangs = true;
                                             for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
                                         }))
                 .ok())
            return 91;
        if (!main.start().ok()) return 92;
        auto client = main.connect_client();
        const ServiceHandle hang = client->resolve("HANG");
        if (!wait_for_provider(*client, hang)) return 93;
        Tally tally(*client);
        if (!send_all(*client, hang, 10)) return 94;
        if (!eventually([&] { return hangs.load(); })) return 95;
        const int exit_code = main.stop_and_join("test");
        while (client->poll()) {
        }
        if (tally.by_error[ServiceError::shutting_down] != 10) return 96;
        ::_exit(exit_code);
    });
    CHECK(child.exit_code == 1);
    CHECK(child.output.find("reactor 1 did not end") != std::string::npos);
    CHECK(child.output.find("reactor 0 did not end") == std::string::npos);
}

TEST_CASE("what a hung thread uses outlives the instance, also when its end was waited for before") {
    const ChildResult child = run_child([] {
        static std::atomic<bool> hangs{false};
        InstanceOptions brief = options();
        brief.bus.shutdown_timeout_ns = 50 * ns_per_ms;
        auto used = std::make_shared<int>(1);
        const std::weak_ptr<int> is_used = used;
        {
            BusMain main(brief);
            const auto hang = [used = std::move(used)](auto&, Request&) {
                hangs = true;
                while (*used == 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            };
            if (!main.add_processor(provider("hanging", "HANG", hang)).ok()) return 90;
            if (!main.start().ok()) return 91;
            auto client = main.connect_client();
            const ServiceHandle service = client->resolve("HANG");
            if (!wait_for_provider(*client, service)) return 92;
            if (!send_all(*client, service, 1)) return 93;
            if (!eventually([&] { return hangs.load(); })) return 94;
            if (main.stop_and_join("test") != 1 || main.join() != 1) return 95;
        }
        ::_exit(is_used.expired() ? 96 : 0);
    });
    CHECK(child.exit_code == 0);
}

TEST_CASE("SIGINT and SIGTERM stop the instance in order") {
    for (const int signal : {SIGINT, SIGTERM}) {
        CAPTURE(signal);
        const ChildResult child = run_child([signal] {
            InstanceOptions listening = patient_options();
            listening.handles_signals = true;
            BusMain main(listening);
            std::atomic<bool> may_answer{false};
            if (!main.add_processor(gated_provider("GATED", may_answer)).ok()) return 90;
            if (!main.start().ok()) return 91;
            auto client = main.connect_client();
            const ServiceHandle gated = client->resolve("GATED");
            if (!wait_for_provider(*client, gated)) return 92;
            Tally tally(*client);
            if (!send_all(*client, gated, 10)) return 93;
            if (!eventually([&] { return received_by(main, 0) == 10; })) return 94;
            ::kill(::getpid(), signal);
            if (!eventually([&] { return main.is_stopping(); })) return 95;
            while (client->poll()) {
            }
            if (tally.total != 0) return 96;  // all are in flight
            may_answer = true;
            if (!eventually([&] {
                    client->poll();
                    return tally.total == 10;
                }))
                return 97;
            if (tally.by_error[ServiceError::none] != 10) return 98;
            return main.join();
        });
        CHECK(child.signal == 0);
        CHECK(child.exit_code == 0);
    }
}

TEST_CASE("a second signal makes the timeout now") {
    const ChildResult child = run_child([] {
        InstanceOptions listening = patient_options();
        listening.handles_signals = true;
        BusMain main(listening);
        if (!main.add_processor(provider("keeper", "KEEP", keep_for_ever)).ok()) return 90;
        if (!main.start().ok()) return 91;
        auto client = main.connect_client();
        const ServiceHandle keep = client->resolve("KEEP");
        if (!wait_for_provider(*client, keep)) return 92;
        Tally tally(*client);
        if (!send_all(*client, keep, 10)) return 93;
        if (!eventually([&] { return received_by(main, 0) == 10; })) return 94;
        ::kill(::getpid(), SIGTERM);
        if (!eventually([&] { return main.is_stopping(); })) return 95;
        if (main.join_for(50 * ns_per_ms)) return 96;  // it waits for the kept requests
        ::kill(::getpid(), SIGTERM);
        const int exit_code = main.join();
        while (client->poll()) {
        }
        if (tally.total != 10) return 97;
        return exit_code;
    });
    CHECK(child.signal == 0);
    CHECK(child.exit_code == 0);
}

TEST_CASE("a signal while an instance is destroyed ends its stop, not the process") {
    const ChildResult child = run_child([] {
        InstanceOptions listening = patient_options();
        listening.handles_signals = true;
        auto main = std::make_unique<BusMain>(listening);
        if (!main->add_processor(provider("keeper", "KEEP", keep_for_ever)).ok()) return 90;
        if (!main->start().ok()) return 91;
        auto client = main->connect_client();
        const ServiceHandle keep = client->resolve("KEEP");
        if (!wait_for_provider(*client, keep)) return 92;
        Tally tally(*client);
        if (!send_all(*client, keep, 10)) return 93;
        if (!eventually([&] { return received_by(*main, 0) == 10; })) return 94;
        std::thread destruction([&] { main.reset(); });
        // A stop that has begun takes no request any more.
        const auto is_stopping = [&] {
            return client->send(keep, bytes_of("late")).refusal == ServiceError::shutting_down;
        };
        if (!eventually(is_stopping)) return 95;
        ::kill(::getpid(), SIGTERM);
        destruction.join();
        while (client->poll()) {
        }
        return tally.total >= 10 ? 0 : 96;
    });
    CHECK(child.signal == 0);
    CHECK(child.exit_code == 0);
}

}  // namespace prosa::test
