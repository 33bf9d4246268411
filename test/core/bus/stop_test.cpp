// What a processor begins while the instance stops, on a stepped instance.
#include <doctest/doctest.h>

#include "test/core/bus/stepped_support.hpp"

namespace prosa::test {
namespace {

struct StoppingInstance {
    StoppingInstance() : instance(stepped_options()) {
        ProcessorDefinition asking = asker.definition("asker", {"ECHO"});
        asking.make = [this, make = asking.make](const ShardInfo& info) {
            auto made = make(info);
            asker.processor->ended = [this] { asker.processor = nullptr; };
            return made;
        };
        instance.add(provider("echo", "ECHO",
                              [](LambdaProcessor&, Request& request) { request.reply(request.body()); }));
        instance.add(std::move(asking));
        REQUIRE(instance.start());
        now_ns = instance.now_ns();
        instance.main().stop("test");
    }

    bool step() { return instance.main().step(now_ns += ns_per_us); }

    Asker asker;
    SteppedInstance instance;
    Nanos now_ns = 0;
};

TEST_CASE("a request that is accepted at any step of the stop has one outcome") {
    log().set_level(spdlog::level::off);
    int step_count = 0;
    for (StoppingInstance undisturbed; undisturbed.step();) ++step_count;
    int accepted_count = 0;
    for (int steps_before = step_count - 12; steps_before < step_count; ++steps_before) {
        CAPTURE(steps_before);
        StoppingInstance stopping;
        for (int step = 0; step < steps_before; ++step) (void)stopping.step();
        Asker& asker = stopping.asker;
        const bool is_accepted = asker.processor != nullptr && asker.send();
        accepted_count += is_accepted;
        while (stopping.step()) {
        }
        CHECK(asker.seen.size() == (is_accepted ? 1 : 0));
    }
    CHECK(accepted_count > 3);
}

}  // namespace
}  // namespace prosa::test
