// test/core/bus/shutdown_support.hpp: processors and clients that have something in flight when an instance stops.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "test/core/bus/bus_support.hpp"

namespace prosa::test {

// Whose stop waits for what is in flight.
inline InstanceOptions patient_options() {
    InstanceOptions made = options();
    made.bus.shutdown_timeout_ns = 600 * ns_per_s;
    made.bus.call_timeout_ns = 600 * ns_per_s;
    return made;
}

inline void keep_for_ever(LambdaProcessor& self, Request& request) { self.kept.push_back(request.keep()); }

// Answers each request after `delay_ns`.
inline ProcessorDefinition slow_provider(std::string service, Nanos delay_ns) {
    return definition("slow", [service = std::move(service), delay_ns](LambdaProcessor& p) {
        p.start = [service](LambdaProcessor& self) {
            self.bus().add_services({service});
            return absl::OkStatus();
        };
        p.request = [delay_ns](LambdaProcessor& self, Request& request) {
            self.kept.push_back(request.keep());
            self.bus().set_timer(self.bus().now_ns() + delay_ns, self.kept.size() - 1);
        };
        p.timer = [](LambdaProcessor& self, std::uint64_t token) {
            self.kept.at(token).reply(bytes_of("done"));
        };
    });
}

// Keeps each request until it may answer.
inline ProcessorDefinition gated_provider(std::string service, const std::atomic<bool>& may_answer) {
    return definition("gated", [service = std::move(service), &may_answer](LambdaProcessor& p) {
        p.start = [service](LambdaProcessor& self) {
            self.bus().add_services({service});
            self.bus().set_timer(self.bus().now_ns(), 0);
            return absl::OkStatus();
        };
        p.request = [](LambdaProcessor& self, Request& request) { self.kept.push_back(request.keep()); };
        p.timer = [&may_answer](LambdaProcessor& self, std::uint64_t token) {
            if (!may_answer) return void(self.bus().set_timer(self.bus().now_ns() + ns_per_ms, token));
            for (KeptRequest& each : self.kept) each.reply(bytes_of("done"));
        };
    });
}

// Outcomes of a client by their code.
struct Tally {
    explicit Tally(BusClient& client) {
        client.on_outcome([this](const Outcome& outcome) {
            ++by_error[outcome.error];
            ++total;
        });
    }
    std::map<ServiceError, int> by_error;
    int total = 0;
};

inline bool send_all(BusClient& client, ServiceHandle service, int count) {
    return eventually([&] {
        client.poll();
        while (count > 0 && client.send(service, bytes_of("x"))) --count;
        return count == 0;
    });
}

inline std::uint64_t received_by(const BusMain& main, std::size_t processor) {
    return main.report().processors.at(processor).queues.at(0).callee[static_cast<std::size_t>(
        CalleeCounter::received)];
}

}  // namespace prosa::test
