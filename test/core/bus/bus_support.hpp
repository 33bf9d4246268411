// test/core/bus/bus_support.hpp: processors made of lambdas, and an instance for a test.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/log.hpp"
#include "core/bus/bus.hpp"
#include "core/bus/bus_client.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/processor.hpp"

namespace prosa::test {

// Every handler is a member that a test fills in.
struct LambdaProcessor : Processor {
    std::function<absl::Status(LambdaProcessor&)> start;
    std::function<void(LambdaProcessor&, Request&)> request;
    std::function<void(LambdaProcessor&, const Outcome&)> outcome;
    std::function<void(LambdaProcessor&, std::uint64_t)> timer;
    std::function<void(LambdaProcessor&)> table;
    std::function<absl::StatusOr<std::string>(LambdaProcessor&, std::string_view)> command;
    std::function<void(LambdaProcessor&)> config;
    std::function<void(LambdaProcessor&)> shutdown;
    std::function<void()> ended;
    std::vector<KeptRequest> kept;

    absl::Status on_start() override { return start ? start(*this) : absl::OkStatus(); }
    void on_request(Request& r) override {
        if (request) request(*this, r);
    }
    void on_response(const Outcome& o) override {
        if (outcome) outcome(*this, o);
    }
    void on_error(const Outcome& o) override {
        if (outcome) outcome(*this, o);
    }
    void on_timer(std::uint64_t token) override {
        if (timer) timer(*this, token);
    }
    void on_service_table() override {
        if (table) table(*this);
    }
    absl::StatusOr<std::string> on_command(std::string_view text) override {
        return command ? command(*this, text) : Processor::on_command(text);
    }
    void on_config() override {
        if (config) config(*this);
    }
    void on_shutdown() override {
        if (shutdown) shutdown(*this);
    }
    void terminate() noexcept override {
        kept.clear();
        if (ended) ended();
    }
};

using Setup = std::function<void(LambdaProcessor&)>;

inline ProcessorDefinition definition(std::string name, Setup setup) {
    ProcessorDefinition made;
    made.name = std::move(name);
    made.make = [setup = std::move(setup)](const ShardInfo&) {
        auto processor = std::make_unique<LambdaProcessor>();
        setup(*processor);
        return processor;
    };
    return made;
}

// Provides `service`; each request goes to `handler`.
inline ProcessorDefinition provider(std::string name, std::string service,
                                    std::function<void(LambdaProcessor&, Request&)> handler) {
    return definition(std::move(name),
                      [service = std::move(service), handler = std::move(handler)](LambdaProcessor& p) {
                          p.start = [service](LambdaProcessor& self) {
                              self.bus().add_services({service});
                              return absl::OkStatus();
                          };
                          p.request = handler;
                      });
}

inline std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span<const char>(text.data(), text.size()));
}
inline std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline bool eventually(const std::function<bool()>& condition, Nanos timeout_ns = 20 * ns_per_s) {
    const Nanos deadline_ns = monotonic_now_ns() + timeout_ns;
    while (!condition()) {
        if (monotonic_now_ns() > deadline_ns) return false;
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return true;
}

inline InstanceOptions options() {
    InstanceOptions made;
    made.name = "test";
    made.bus.ring_slots = 64;
    made.bus.shutdown_timeout_ns = 2 * ns_per_s;
    // A loaded machine keeps a thread from its CPU for longer than the default; tests of the watchdog set their own.
    made.bus.hang_after_ns = 10 * ns_per_s;
    return made;
}

inline bool wait_for_provider(BusClient& client, ServiceHandle service) {
    return eventually([&] { return client.has_provider(service); });
}

}  // namespace prosa::test
