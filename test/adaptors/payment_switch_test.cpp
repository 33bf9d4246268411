// The switch of examples/payment_switch.yml, shorter: injector, router and both issuers on the real bus.
#include <doctest/doctest.h>

#include "core/settings/settings_errors.hpp"
#include "test/adaptors/adaptor_support.hpp"

using namespace prosa;
using namespace prosa::test;

namespace {

std::uint64_t outcomes(const Instance& instance) {
    std::uint64_t sum = 0;
    for (auto i = static_cast<std::uint8_t>(LoadCounter::outcome_none);
         i <= static_cast<std::uint8_t>(LoadCounter::outcome_shutting_down); ++i)
        sum += instance.count(static_cast<LoadCounter>(i));
    return sum;
}

Configured example(std::vector<std::string_view> variables) {
    Configured configured;
    const std::filesystem::path path =
        std::filesystem::path(PROSA_SOURCE_FOLDER) / "examples/payment_switch.yml";
    absl::StatusOr<SettingsNode> root = load_settings(path);
    REQUIRE(root.ok());
    REQUIRE(apply_environment(*root, std::move(variables)).ok());
    configured.settings = read_instance_settings(*root, {.registry = builtin_registry(),
                                                         .load_board = *configured.board,
                                                         .base_folder = settings_folder(path)});
    return configured;
}

}  // namespace

TEST_CASE("the example switch answers each transaction of its file and ends by itself") {
    Configured configured = example({"PROSA_INJECTOR_1__COUNT=10000", "PROSA_INJECTOR_1__RATE=5k"});
    REQUIRE_MESSAGE(configured.settings.ok(), configured.error());
    Instance instance(std::move(configured));
    CHECK(instance.main().join() == 0);
    CHECK(instance.count(LoadCounter::intended) == 10000);
    CHECK(instance.count(LoadCounter::sent) + instance.count(LoadCounter::refused_overloaded) +
              instance.count(LoadCounter::refused_unreachable) ==
          10000);
    CHECK(instance.count(LoadCounter::finished) == 1);
    CHECK(outcomes(instance) == instance.count(LoadCounter::sent));
    CHECK(instance.count(LoadCounter::outcome_none) > 9000);
    CHECK(instance.count(LoadCounter::outcome_protocol) > 0);  // issuer B's failure rate
}

TEST_CASE("a stop in the middle of the example switch leaves no request without an outcome") {
    Configured configured = example({"PROSA_INJECTOR_1__DURATION=1h", "PROSA_ISSUER_B__DELAY=200ms"});
    REQUIRE_MESSAGE(configured.settings.ok(), configured.error());
    Instance instance(std::move(configured));
    REQUIRE(eventually([&] { return instance.count(LoadCounter::outcome_none) > 100; }));
    CHECK(instance.main().stop_and_join("the test is over") == 0);
    CHECK(outcomes(instance) == instance.count(LoadCounter::sent));
}
