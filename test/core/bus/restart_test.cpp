// When a processor that failed runs again, on virtual time.
#include <doctest/doctest.h>

#include <vector>

#include "core/bus/restart_backoff.hpp"
#include "test/core/bus/stepped_support.hpp"

namespace prosa::test {
namespace {

RestartPolicy steady_policy() {
    RestartPolicy policy;
    policy.period_ns = 50 * ns_per_ms;
    policy.maximum_ns = 2 * ns_per_s;
    policy.jitter = 0;
    policy.healthy_ns = 60 * ns_per_s;
    policy.intensity_count = 1000;
    return policy;
}

// A processor that fails to start as long as a test wants, and notes when it tried.
struct Faulty {
    ProcessorDefinition definition(const RestartPolicy& policy) {
        auto made = test::definition("faulty", [this](LambdaProcessor& p) {
            p.start = [this](LambdaProcessor& self) {
                processor = &self;
                starts_ns.push_back(self.bus().now_ns());
                if (recovery_ns != 0) throw ProcessorError::recoverable("busy", recovery_ns);
                return fails ? absl::UnavailableError("not now") : absl::OkStatus();
            };
            p.ended = [this] { ++terminated; };
        });
        made.restart = policy;
        return made;
    }
    std::vector<Nanos> waits_ns() const {
        std::vector<Nanos> waits;
        for (std::size_t i = 1; i < starts_ns.size(); ++i) waits.push_back(starts_ns[i] - starts_ns[i - 1]);
        return waits;
    }

    bool fails = true;
    Nanos recovery_ns = 0;
    std::size_t terminated = 0;
    LambdaProcessor* processor = nullptr;
    std::vector<Nanos> starts_ns;
};

constexpr Nanos step_ns = 10 * ns_per_ms;  // divides every wait below

}  // namespace

TEST_CASE("the back-off follows P * (3 * 2^n - 2) up to its maximum") {
    RestartBackoff backoff(steady_policy());
    const std::vector<Nanos> expected_ms = {50, 200, 500, 1100, 2000, 2000, 2000};
    for (const Nanos wait_ms : expected_ms) CHECK(backoff.next_wait(0, 0, 0.0) == wait_ms * ns_per_ms);
    for (int i = 0; i < 200; ++i) CHECK(backoff.next_wait(0, 0, 0.0) == 2 * ns_per_s);
}

TEST_CASE("the jitter shortens a wait by at most its share") {
    RestartPolicy policy = steady_policy();
    policy.jitter = 0.1;
    for (const double random : {0.0, 0.25, 0.5, 0.999999}) {
        RestartBackoff backoff(policy);
        for (const Nanos wait_ms : {50, 200, 500, 1100, 2000}) {
            const auto wait_ns = backoff.next_wait(0, 0, random);
            REQUIRE(wait_ns.has_value());
            CHECK(*wait_ns <= wait_ms * ns_per_ms);
            CHECK(*wait_ns >= wait_ms * ns_per_ms * 9 / 10);
        }
    }
}

TEST_CASE("an error's own recovery time is added in full") {
    RestartPolicy policy = steady_policy();
    policy.jitter = 1.0;
    policy.maximum_ns = 50 * ns_per_ms;
    RestartBackoff backoff(policy);
    CHECK(backoff.next_wait(0, 7 * ns_per_s, 0.0) == 7 * ns_per_s + 50 * ns_per_ms);
    CHECK(*backoff.next_wait(0, 7 * ns_per_s, 0.999999) >= 7 * ns_per_s);
}

TEST_CASE("failures that are further apart than the window never crash a processor") {
    RestartPolicy policy = steady_policy();
    policy.intensity_count = 3;
    policy.intensity_within_ns = 10 * ns_per_s;
    RestartBackoff backoff(policy);
    Nanos now_ns = 0;
    for (int i = 0; i < 50; ++i, now_ns += 4 * ns_per_s) CHECK(backoff.next_wait(now_ns, 0, 0.0).has_value());
}

TEST_CASE("one failure more than the intensity allows within the window is the last") {
    RestartPolicy policy = steady_policy();
    policy.intensity_count = 3;
    policy.intensity_within_ns = 10 * ns_per_s;
    RestartBackoff backoff(policy);
    for (Nanos now_ns : {0, 1, 2}) CHECK(backoff.next_wait(now_ns, 0, 0.0).has_value());
    CHECK_FALSE(backoff.next_wait(3, 0, 0.0).has_value());
    backoff.reset();
    CHECK(backoff.next_wait(4, 0, 0.0) == 50 * ns_per_ms);
}

TEST_CASE("an instance restarts a failing processor by the series, at the cap from then on") {
    Faulty faulty;
    SteppedInstance instance(stepped_options());
    instance.add(faulty.definition(steady_policy()));
    REQUIRE(instance.start());
    instance.advance_in_steps(8 * ns_per_s, step_ns);
    const std::vector<Nanos> waits_ns = faulty.waits_ns();
    const std::vector<Nanos> expected_ms = {50, 200, 500, 1100, 2000, 2000, 2000};
    REQUIRE(waits_ns.size() == expected_ms.size());
    for (std::size_t i = 0; i < waits_ns.size(); ++i) CHECK(waits_ns[i] == expected_ms[i] * ns_per_ms);
    CHECK(faulty.terminated == faulty.starts_ns.size());
    CHECK(instance.processor("faulty").state == ProcessorState::backing_off);
    CHECK(instance.processor("faulty").restarts == faulty.starts_ns.size());
}

TEST_CASE("the failure after which nothing restarts is no restart") {
    RestartPolicy policy = steady_policy();
    policy.intensity_count = 2;
    Faulty faulty;
    SteppedInstance instance(stepped_options());
    instance.add(faulty.definition(policy));
    REQUIRE(instance.start());
    instance.advance_in_steps(8 * ns_per_s, step_ns);
    CHECK(instance.processor("faulty").state == ProcessorState::crashed);
    CHECK(faulty.starts_ns.size() == 3);
    CHECK(instance.processor("faulty").restarts == 2);
}

TEST_CASE("an instance's waits stay within the jitter, and are not all alike") {
    RestartPolicy policy = steady_policy();
    policy.jitter = 0.5;
    policy.period_ns = ns_per_s;
    policy.maximum_ns = ns_per_s;
    Faulty faulty;
    SteppedInstance instance(stepped_options());
    instance.add(faulty.definition(policy));
    REQUIRE(instance.start());
    instance.advance_in_steps(40 * ns_per_s, step_ns);
    const std::vector<Nanos> waits_ns = faulty.waits_ns();
    REQUIRE(waits_ns.size() >= 39);
    for (const Nanos wait_ns : waits_ns) {
        CHECK(wait_ns >= ns_per_s / 2);
        CHECK(wait_ns <= ns_per_s + step_ns);
    }
    CHECK(std::adjacent_find(waits_ns.begin(), waits_ns.end(), std::not_equal_to<>()) != waits_ns.end());
}

TEST_CASE("a healthy run starts the series again") {
    Faulty faulty;
    SteppedInstance instance(stepped_options());
    instance.add(faulty.definition(steady_policy()));
    REQUIRE(instance.start());
    faulty.fails = false;
    instance.advance(50 * ns_per_ms);
    REQUIRE(instance.processor("faulty").state == ProcessorState::running);
    faulty.processor->bus().fail(ProcessorError::recoverable("after a short run"));
    instance.settle();
    instance.advance(190 * ns_per_ms);
    CHECK(instance.processor("faulty").state == ProcessorState::backing_off);
    instance.advance(10 * ns_per_ms);
    REQUIRE(instance.processor("faulty").state == ProcessorState::running);
    instance.advance(60 * ns_per_s);
    faulty.processor->bus().fail(ProcessorError::recoverable("after a healthy run"));
    instance.settle();
    instance.advance(50 * ns_per_ms);
    CHECK(instance.processor("faulty").state == ProcessorState::running);
    CHECK(instance.processor("faulty").restarts == 3);
}

TEST_CASE("too many failures within the window crash a processor, until an operator restarts it") {
    RestartPolicy policy = steady_policy();
    policy.maximum_ns = policy.period_ns;
    policy.intensity_count = 5;
    Faulty faulty;
    SteppedInstance instance(stepped_options());
    instance.add(faulty.definition(policy));
    REQUIRE(instance.start());
    instance.advance_in_steps(100 * ns_per_s, step_ns);
    CHECK(instance.processor("faulty").state == ProcessorState::crashed);
    CHECK(instance.processor("faulty").queues.at(0).last_error.find("not now") != std::string::npos);
    CHECK(faulty.starts_ns.size() == 6);
    faulty.fails = false;
    REQUIRE(instance.main().restart_processor("faulty").ok());
    instance.settle();
    CHECK(instance.processor("faulty").state == ProcessorState::running);
    CHECK(faulty.starts_ns.size() == 7);
}

TEST_CASE("a processor's own recovery time delays its restart") {
    Faulty faulty;
    faulty.recovery_ns = 3 * ns_per_s;
    SteppedInstance instance(stepped_options());
    instance.add(faulty.definition(steady_policy()));
    REQUIRE(instance.start());
    instance.advance_in_steps(4 * ns_per_s, step_ns);
    REQUIRE(faulty.starts_ns.size() == 2);
    CHECK(faulty.waits_ns().at(0) == 3050 * ns_per_ms);
}

}  // namespace prosa::test
