#include "core/bus/config/instance_settings.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "core/settings/settings_loader.hpp"
#include "core/settings/settings_printer.hpp"
#include "core/settings/settings_source.hpp"

namespace prosa {
namespace {

ProcessorKind echo_kind(std::string name, bool is_source) {
    ProcessorKind kind;
    kind.name = std::move(name);
    kind.description = "for tests";
    kind.adaptors = {{"parrot", "says it again"}, {"mute", "says nothing"}};
    kind.is_source = is_source;
    kind.configure = [](ProcessorSetup& setup) -> absl::StatusOr<ProcessorFactory> {
        std::vector<std::string> names;
        setup.settings.read("service_names", names);
        bool fails = false;
        setup.settings.read("fails", fails);
        if (fails) return invalid_argument("the key 'fails' asks for it");
        return ProcessorFactory([](const ShardInfo&) { return std::make_unique<Processor>(); });
    };
    return kind;
}

struct Result {
    SettingsNode tree;
    InstanceSettings settings;
    std::string errors;
};

Result read_text(std::string_view text, std::vector<std::string_view> environment = {},
                 bool leaves_out_sources = false) {
    ProcessorRegistry registry;
    REQUIRE(registry.add(echo_kind("stub", false)).ok());
    REQUIRE(registry.add(echo_kind("injector", true)).ok());
    LoadBoard board;
    Result result;
    auto tree = parse_settings_yaml(text, "t.yml");
    REQUIRE_MESSAGE(tree.ok(), message_of(tree.status()));
    result.tree = *std::move(tree);
    const absl::Status applied = apply_environment(result.tree, std::move(environment));
    REQUIRE_MESSAGE(applied.ok(), message_of(applied));
    auto settings = read_instance_settings(
        result.tree, {.registry = registry, .load_board = board, .leaves_out_sources = leaves_out_sources});
    if (settings.ok())
        result.settings = *std::move(settings);
    else
        result.errors = message_of(settings.status());
    return result;
}

}  // namespace

TEST_CASE("every key of the bus and of a processor reaches the instance") {
    const Result result = read_text(R"(name: demo
observability: { level: DEBUG }
bus:
  reactors: 3
  pin_reactors: false
  idle: backoff
  park_after: 5ms
  ring_slots: 512
  slot_bytes: 320
  pool_blocks: 77
  block_bytes: 8192
  credit: 100
  kept_limit: 50
  pending_limit: 1000
  batch: 32
  call_timeout: 2s
  hang_after: 50ms
  shutdown_timeout: 3s
  services: { A: { policy: primary_backup }, B: { policy: sticky } }
first:
  processor: stub
  adaptor: mute
  reactor: 2
  proc_restart_duration_period: 70
  proc_max_restart_period: 30
  restart_jitter: 0.5
  restart_healthy: 5s
  restart_intensity: { count: 3, within: 9s }
second: { processor: injector, threads: 4, queue: shared }
third: { processor: stub, cpu: 1, proc_restart_duration_period: { secs: 1, nanos: 5 } }
)");
    REQUIRE(result.errors == "");
    const InstanceOptions& instance = result.settings.instance;
    CHECK(instance.name == "demo");
    CHECK(result.settings.log_level == "debug");
    CHECK(instance.reactors == 3);
    CHECK_FALSE(instance.pins_reactors);
    CHECK(instance.idle.mode == IdleMode::backoff);
    CHECK(instance.idle.park_after_ns == 5 * ns_per_ms);
    CHECK(instance.bus.ring_slots == 512);
    CHECK(instance.bus.slot_bytes == 320);
    CHECK(instance.bus.pool_blocks == 77);
    CHECK(instance.bus.block_bytes == 8192);
    CHECK(instance.bus.credit == 100);
    CHECK(instance.bus.kept_limit == 50);
    CHECK(instance.bus.pending_limit == 1000);
    CHECK(instance.bus.batch == 32);
    CHECK(instance.bus.call_timeout_ns == 2 * ns_per_s);
    CHECK(instance.bus.hang_after_ns == 50 * ns_per_ms);
    CHECK(instance.bus.shutdown_timeout_ns == 3 * ns_per_s);
    CHECK(instance.service_policies ==
          std::vector<std::pair<std::string, Policy>>{{"A", Policy::primary_backup}, {"B", Policy::sticky}});

    REQUIRE(result.settings.processors.size() == 3);
    const ProcessorDefinition& first = result.settings.processors[0].definition;
    CHECK(first.name == "first");
    CHECK(first.kind == "stub");
    CHECK(first.adaptor == "mute");
    CHECK(first.reactor == 2);
    CHECK(first.restart.period_ns == 70 * ns_per_ms);
    CHECK(first.restart.maximum_ns == 30 * ns_per_s);
    CHECK(first.restart.jitter == 0.5);
    CHECK(first.restart.healthy_ns == 5 * ns_per_s);
    CHECK(first.restart.intensity_count == 3);
    CHECK(first.restart.intensity_within_ns == 9 * ns_per_s);
    CHECK(first.make != nullptr);
    const ProcessorDefinition& second = result.settings.processors[1].definition;
    CHECK(result.settings.processors[1].is_source);
    CHECK(second.adaptor == "parrot");
    CHECK(second.threads == 4);
    CHECK(second.queue == QueueMode::shared);
    const ProcessorDefinition& third = result.settings.processors[2].definition;
    CHECK(third.cpu == 1);
    CHECK(third.restart.period_ns == ns_per_s + 5);
    CHECK(result.settings.warnings.empty());
}

TEST_CASE("absent keys have the defaults, and the effective configuration shows them") {
    const Result result = read_text("stub-1: { processor: stub }\n");
    REQUIRE(result.errors == "");
    const InstanceOptions defaults;
    CHECK(result.settings.instance.bus.credit == defaults.bus.credit);
    CHECK(result.settings.instance.bus.pool_blocks == 4096);
    CHECK_FALSE(result.settings.instance.reactors.has_value());
    CHECK(result.settings.log_level == "info");
    const std::string yaml = to_yaml(result.tree);
    for (const std::string_view line :
         {"reactors: auto", "credit: 32768", "call_timeout: 5s", "level: info", "adaptor: parrot",
          "proc_restart_duration_period: 50ms", "threads: 1"})
        CHECK_MESSAGE(yaml.find(line) != std::string::npos, line);
    CHECK(read_text(yaml).errors == "");
}

TEST_CASE("the pool follows credit and kept limit until a size that most bodies never need") {
    CHECK(read_text("bus: { credit: 10, kept_limit: 5 }\ns: { processor: stub }\n")
              .settings.instance.bus.pool_blocks == 15);
    CHECK(
        read_text("bus: { pool_blocks: auto }\ns: { processor: stub }\n").settings.instance.bus.pool_blocks ==
        4096);
}

TEST_CASE("what is wrong is named with its place and what was expected") {
    const std::string stub = "s: { processor: stub }\n";
    const std::pair<std::string, std::string_view> cases[] = {
        {"buss: { credit: 1 }\n" + stub, "t.yml:1: unknown key 'buss', did you mean 'bus'?"},
        {"nmae: x\n" + stub, "t.yml:1: unknown key 'nmae', did you mean 'name'?"},
        {stub + "bus:\n  credits: 5\n", "t.yml:3: unknown key 'credits' in 'bus', did you mean 'credit'?"},
        {"s:\n  processor: stub\n  trheads: 2\n",
         "t.yml:3: unknown key 'trheads' in 's', did you mean 'threads'?"},
        {stub + "bus: { ring_slots: 1000 }\n",
         "t.yml:2: 'bus.ring_slots' expects a power of two from 2 to 1048576 (near: 1024), got '1000'"},
        {stub + "bus: { ring_slots: 1 }\n",
         "t.yml:2: 'bus.ring_slots' expects a power of two from 2 to 1048576 (near: 2), got '1'"},
        {stub + "bus: { slot_bytes: 200 }\n",
         "t.yml:2: 'bus.slot_bytes' expects a multiple of 64 from 128 to 65536 (near: 256), got '200'"},
        {stub + "bus: { block_bytes: 1000 }\n",
         "t.yml:2: 'bus.block_bytes' expects a multiple of 64 from 256 to 16777216 (near: 1024), got '1000'"},
        {stub + "bus: { credit: -1 }\n",
         "t.yml:2: 'bus.credit' expects an integer from 1 to 1048576, got '-1'"},
        {stub + "bus: { pool_blocks: -1 }\n",
         "t.yml:2: 'bus.pool_blocks' expects auto or an integer from 1 to 1048576, got '-1'"},
        {stub + "bus: { slot_bytes: 1024, block_bytes: 512 }\n",
         "t.yml:2: 'bus.block_bytes' expects at least slot_bytes (1024), got 512"},
        {stub + "bus: { credit: many }\n",
         "t.yml:2: 'bus.credit' expects an integer from 1 to 1048576, got 'many'"},
        {stub + "bus: { call_timeout: 5 }\n",
         "t.yml:2: 'bus.call_timeout' expects a duration such as 250us, 50ms, 2s or {secs: 2, nanos: 0} "
         "(with its "
         "unit), from 1us to 3600s, got '5'"},
        {stub + "bus: { idle: spinn }\n",
         "t.yml:2: 'bus.idle' expects one of adaptive, spin, yield, backoff, park (did you mean 'spin'?), "
         "got 'spinn'"},
        {stub + "bus: { reactors: 0 }\n",
         "t.yml:2: 'bus.reactors' expects auto or an integer from 1 to 128, got '0'"},
        {stub + "bus: { services: { A: { policy: round } } }\n",
         "t.yml:2: 'bus.services.A.policy' expects one of round_robin, least_outstanding, primary_backup, "
         "sticky, got "
         "'round'"},
        {stub + "bus: 5\n", "t.yml:2: 'bus' expects a section (keys with values), got '5'"},
        {stub + "observability: { level: loud }\n",
         "t.yml:2: 'observability.level' expects one of off, error, warn, info, debug or trace (or 0 to 5), "
         "got 'loud'"},
        {"x: { processor: stubb }\n",
         "t.yml:1: 'x.processor' is 'stubb', which is no kind of processor, did you mean "
         "'stub'?"},
        {"router-1: { adaptor: rules }\n", "t.yml:1: 'router-1.processor' is missing"},
        {"x: { processor: stub, adaptor: parot }\n",
         "t.yml:1: 'x.adaptor' is 'parot', which is no adaptor of 'stub', did you mean 'parrot'?"},
        {"x: { processor: stub, reactor: 0, cpu: 1 }\n",
         "t.yml:1: 'x.cpu' contradicts 'reactor': a CPU is given to a reactor of the processor's own"},
        {"x: { processor: stub, reactor: 0, threads: 2 }\n",
         "t.yml:1: 'x.threads' is 2, which contradicts 'reactor': one reactor is one thread"},
        {"x: { processor: stub, cpu: 0, threads: 0 }\n",
         "t.yml:1: 'x.threads' is 0, which contradicts 'cpu': one CPU is for one thread"},
        {"bus: { reactors: 2 }\nx: { processor: stub, reactor: 2 }\n",
         "t.yml:2: 'x.reactor' expects a number below 'bus.reactors' (2), got 2"},
        {"x: { processor: stub, reactor: 128 }\n",
         "t.yml:1: 'x.reactor' expects an integer from 0 to 127, got '128'"},
        {"x: { processor: stub, threads: -1 }\n",
         "t.yml:1: 'x.threads' expects an integer from 0 to 128, got '-1'"},
        {"x: { processor: stub, reactor: -1 }\n",
         "t.yml:1: 'x.reactor' expects an integer from 0 to 127, got '-1'"},
        {"x: { processor: stub, fails: true }\n", "t.yml:1: 'x': the key 'fails' asks for it"},
        {"a/b: { processor: stub }\n",
         "t.yml:1: a processor's name has letters, digits, '-', '_' and '.', at most 64, got 'a/b'"},
        {"name: ''\n" + stub,
         "t.yml:1: 'name' expects letters, digits, '-', '_' and '.', at most 64, got ''"},
        {"name: x\n", "t.yml:1: there is no processor, expected a section with the key 'processor'"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.first);
        CHECK(read_text(one.first).errors == one.second);
    }
}

TEST_CASE("one run shows every fault, in the order of the places") {
    CHECK(read_text("bus:\n  credit: x\n  crdit: 1\ns:\n  processor: stub\n  threads: []\n").errors ==
          "t.yml:2: 'bus.credit' expects an integer from 1 to 1048576, got 'x'\n"
          "t.yml:3: unknown key 'crdit' in 'bus', did you mean 'credit'?\n"
          "t.yml:6: 's.threads' expects an integer from 0 to 128, got a list");
}

TEST_CASE("what works but is hardly meant is a warning with its place") {
    const auto warnings = read_text(
                              "a: { processor: stub, cpu: 1 }\n"
                              "b: { processor: stub, cpu: 1 }\n"
                              "c: { processor: stub, queue: shared }\n")
                              .settings.warnings;
    CHECK(warnings == std::vector<std::string>{
                          "t.yml:3: 'c' has a shared queue but no second thread to share it with",
                          "t.yml:2: 'a' and 'b' are both pinned to CPU 1: only one of them runs at a time",
                      });
}

TEST_CASE("the environment overrides any key, and makes sections") {
    const Result result = read_text("stub-1: { processor: stub }\n",
                                    {"PROSA_BUS__CREDIT=9", "PROSA_STUB_1__SERVICE_NAMES=[A, B]",
                                     "PROSA_NAME=other", "PROSA_NEW__PROCESSOR=stub", "UNRELATED=1"});
    REQUIRE(result.errors == "");
    CHECK(result.settings.instance.bus.credit == 9);
    CHECK(result.settings.instance.name == "other");
    CHECK(result.settings.processors.size() == 2);
    CHECK(read_text("stub-1: { processor: stub }\n", {"PROSA_BUS__CERDIT=9"}).errors ==
          "environment PROSA_BUS__CERDIT: unknown key 'CERDIT' in 'bus', did you mean 'credit'?");
}

TEST_CASE("sources that are left out are not looked into") {
    const Result result =
        read_text("s: { processor: stub }\ni: { processor: injector, fails: true, rubbish: 1 }\n", {}, true);
    CHECK(result.errors == "");
    CHECK(result.settings.processors.size() == 1);
}

TEST_CASE("a section of its own can read keys of the observability") {
    ProcessorRegistry registry;
    REQUIRE(registry.add(echo_kind("stub", false)).ok());
    LoadBoard board;
    auto tree = parse_settings_yaml(
        "observability: { transaction_log: { path: x } }\ns: { processor: stub }\n", "t.yml");
    REQUIRE(tree.ok());
    std::string path;
    const auto settings = read_instance_settings(
        *tree,
        {.registry = registry, .load_board = board, .read_observability = [&path](SettingsReader& reader) {
             reader.section("transaction_log").read("path", path);
         }});
    CHECK_MESSAGE(settings.ok(), message_of(settings.status()));
    CHECK(path == "x");
}

TEST_CASE("an instance without a name is called after its host") {
    ::setenv("HOSTNAME", "blue", 1);
    CHECK(default_instance_name() == "prosa-blue");
    ::setenv("HOSTNAME", "not a/name", 1);
    CHECK(default_instance_name() == "prosa");
    ::unsetenv("HOSTNAME");
    CHECK(default_instance_name() == "prosa");
}

}  // namespace prosa
