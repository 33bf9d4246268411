// A program outside of the tree: one processor answers by a coroutine that calls another one; a client asks
// it. What processors, coroutines, exceptions and clients need has to be exported.
#include <fmt/format.h>

#include "core/bus/bus.hpp"
#include "core/bus/bus_client.hpp"
#include "tvf/flat_tvf.hpp"

namespace {

using namespace prosa;

constexpr Tag number_tag = 1;

class Doubler final : public Processor {
  public:
    absl::Status on_start() override {
        bus().add_services({"DOUBLE"});
        return absl::OkStatus();
    }
    void on_request(Request& request) override {
        const auto fields = FlatTvfView::validate(request.body());
        if (!fields.ok()) throw ProcessorError::fatal("no message");
        Answer answer = request.answer();
        FlatTvfWriter writer(answer.body());
        writer.put_unsigned(number_tag, 2 * fields->get_unsigned(number_tag).value);
        if (writer.finish() == TvfError::none) answer.commit();
    }
};

class Forwarder final : public Processor {
  public:
    absl::Status on_start() override {
        bus().add_services({"FORWARD"});
        doubler_ = bus().resolve("DOUBLE");
        return absl::OkStatus();
    }
    void on_request(Request& request) override {
        if (!bus().spawn(forward(request.keep()))) throw ProcessorError::recoverable("no coroutine");
    }

  private:
    Task<void> forward(KeptRequest request) {
        const Outcome& outcome = co_await bus().call(doubler_, request.body());
        if (outcome.ok()) request.reply(outcome.body);
    }

    ServiceHandle doubler_{};
};

template <typename P>
ProcessorDefinition definition_of(const char* name) {
    ProcessorDefinition definition;
    definition.name = name;
    definition.make = [](const ShardInfo&) { return std::make_unique<P>(); };
    return definition;
}

}  // namespace

int main() {
    BusMain bus(InstanceOptions{});
    if (!bus.add_processor(definition_of<Doubler>("doubler-1")).ok()) return 1;
    if (!bus.add_processor(definition_of<Forwarder>("forwarder-1")).ok()) return 1;
    if (!bus.start().ok() || !bus.wait_until_running(60 * ns_per_s)) return 1;
    const auto client = bus.connect_client();
    const ServiceHandle doubler = client->resolve("DOUBLE");
    const ServiceHandle forwarder = client->resolve("FORWARD");
    while (!client->has_provider(doubler) || !client->has_provider(forwarder)) client->wait(ns_per_ms);
    FlatTvf number;
    number.put_unsigned(number_tag, 21);
    const auto reply = client->call(forwarder, number.bytes());
    if (!reply.ok()) return 1;
    fmt::print("{}\n", FlatTvfView::trusted(reply.body).get_unsigned(number_tag).value);
    return bus.stop_and_join("done");
}
