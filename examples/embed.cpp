// examples/embed.cpp: a program that hosts a processor and calls its service.
#include <fmt/format.h>

#include "core/bus/bus.hpp"
#include "core/bus/bus_client.hpp"
#include "tvf/flat_tvf.hpp"

using namespace prosa;

class Greeter final : public Processor {  // runs on a pinned thread of its own: no locks
    absl::Status on_start() override {
        bus().add_services({"GREETING"});
        return absl::OkStatus();
    }
    void on_request(Request& request) override {
        const auto fields = FlatTvfView::validate(request.body());
        if (!fields.ok()) return void(request.fail(ServiceError::protocol));
        Answer answer = request.answer();
        FlatTvfWriter writer(answer.body());
        writer.put_string(1, fmt::format("hello, {}", fields->get_string(1).value));
        if (writer.finish() == TvfError::none) answer.commit();
    }
};

int main() {
    BusMain bus(InstanceOptions{});
    ProcessorDefinition greeter;
    greeter.name = "greeter-1";
    greeter.make = [](const ShardInfo&) { return std::make_unique<Greeter>(); };
    if (!bus.add_processor(greeter).ok() || !bus.start().ok() || !bus.wait_until_running(ns_per_s)) return 1;
    const auto client = bus.connect_client();
    const ServiceHandle greeting = client->resolve("GREETING");
    while (!client->has_provider(greeting)) client->wait(ns_per_ms);  // until the table is published
    FlatTvf name;
    name.put_string(1, "world");
    const auto reply = client->call(greeting, name.bytes());
    if (!reply.ok()) return 1;
    fmt::print("{} in {} ns\n", FlatTvfView::trusted(reply.body).get_string(1).value, reply.latency_ns);
    return bus.stop_and_join("done");
}
