// Typed settings: what reads an instance and its processors from a tree, with the kinds that every program
// has. Nothing is started. A hostile tree is refused, each fault with a line of text; or it gives settings
// within their bounds, and an effective configuration that reads back as itself.
//
// Input   three texts, each up to a line `%%`: the configuration (YAML or else TOML; when it is empty, one
//         with several processors), variables of the environment without their prefix, and the file rules.yml
//         of the adaptors.
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "adaptors/injector/injector_settings.hpp"
#include "adaptors/injector/replay_adaptor.hpp"
#include "adaptors/router/rules_router_adaptor.hpp"
#include "adaptors/stub/parrot_adaptor.hpp"
#include "adaptors/stub/rules_stub_adaptor.hpp"
#include "core/bus/config/bus_settings.hpp"
#include "core/bus/config/instance_settings.hpp"
#include "core/control/transaction_log.hpp"
#include "core/settings/settings_loader.hpp"
#include "core/settings/settings_printer.hpp"
#include "core/settings/settings_source.hpp"
#include "test/fuzz/memory_file.hpp"
#include "test/fuzz/settings_support.hpp"
#include "tvf/flat_tvf.hpp"

namespace {

using namespace prosa;
using fuzz::expect;

constexpr std::string_view several_processors =
    "name: a\nbus: {services: {A: {policy: sticky}}}\nobservability: {transaction_log: {path: t.log}}\n"
    "i: {processor: injector, service_name: A, rate: 5}\n"
    "r: {processor: injector, adaptor: replay, service_name: A, file: line.jsonl}\n"
    "d: {processor: stub, adaptor: delayed_parrot, service_names: [A]}\n"
    "p: {processor: stub, service_names: [A, B]}\n";

SettingsNode tree_of_several_processors() {
    auto root = parse_settings_yaml(several_processors, "fuzz.yml");
    expect(root.ok(), "a configuration with several processors is well-formed");
    return *std::move(root);
}

absl::StatusOr<SettingsNode> parse(std::string_view configuration) {
    static const SettingsNode several = tree_of_several_processors();
    if (configuration.empty()) return several;
    auto root = parse_settings_yaml(configuration, "fuzz.yml");
    return root.ok() ? std::move(root) : parse_settings_toml(configuration, "fuzz.toml");
}

// The folder that a configuration lies in.
struct Files {
    Files() {
        line.fill("{\"amount\": 1}\n");
        folder.add("line.jsonl", line);
        folder.add("rules.yml", rules);
    }
    fuzz::MemoryFile line;
    fuzz::MemoryFile rules;
    fuzz::MemoryFolder folder;
};

// What other folders hold is no part of the input.
void stay_in_folder(SettingsNode& root) {
    for (SettingsNode& section : root.children)
        for (SettingsNode& child : section.children)
            if ((keys_match_loosely(child.key, "adaptor_config_path") ||
                 keys_match_loosely(child.key, "file")) &&
                child.text.find('/') != std::string::npos)
                child.text = "rules.yml";
}

FlatTvf some_payment() {
    FlatTvf payment;
    payment.put_string(2, "4000001234567899");
    payment.put_unsigned(4, 5);
    payment.put_string(49, "978");
    return payment;
}

// `results`: one for each rule, and one for none.
void expect_rules(const FieldRules* rules, std::size_t results) {
    static const FlatTvf payment = some_payment();
    if (rules == nullptr) return;
    expect(results == rules->size() + 1, "each rule has its result");
    expect(rules->match(FlatTvfView::trusted(payment.bytes())) < results, "a message has a result");
}

absl::StatusOr<ProcessorFactory> factory_of(const absl::Status& status) {
    if (!status.ok()) return status;
    return ProcessorFactory([](const ShardInfo&) { return std::make_unique<Processor>(); });
}

// The built-in kinds' own would bring the whole bus along; so the adaptors' readers stand here by themselves.
ProcessorKind injector_kind() {
    return {.name = "injector",
            .description = "",
            .adaptors = {{"dummy", ""}, {"replay", ""}},
            .is_source = true,
            .configure = [](ProcessorSetup& setup) {
                const LoadOptions load =
                    read_injector_settings(setup.settings, setup.call_timeout_ns).options.load;
                expect(load.duration_ns >= 0 && load.warmup_ns >= 0, "times are not negative");
                return factory_of(setup.adaptor == "replay" ? ReplayAdaptor::configure(setup).status()
                                                            : absl::OkStatus());
            }};
}

ProcessorKind stub_kind() {
    return {.name = "stub",
            .description = "",
            .adaptors = {{"parrot", ""}, {"delayed_parrot", ""}, {"rules", ""}},
            .configure = [](ProcessorSetup& setup) {
                std::vector<std::string> names;
                setup.settings.read("service_names", names).required().not_empty();
                if (setup.adaptor == "delayed_parrot")
                    return factory_of(DelayedParrotAdaptor::configure(setup).status());
                if (setup.adaptor != "rules") return factory_of({});
                const auto options = RulesStubAdaptor::configure(setup);
                if (options.ok()) expect_rules(options->rules.get(), options->verdicts.size());
                return factory_of(options.status());
            }};
}

ProcessorKind router_kind() {
    return {.name = "router",
            .description = "",
            .adaptors = {{"rules", ""}},
            .configure = [](ProcessorSetup& setup) {
                std::vector<std::string> names;
                setup.settings.read("service_names", names).required().not_empty();
                const auto options = RulesRouterAdaptor::configure(setup);
                if (options.ok()) expect_rules(options->rules.get(), options->services.size());
                return factory_of(options.status());
            }};
}

ProcessorRegistry all_kinds() {
    ProcessorRegistry registry;
    for (auto* const kind : {&injector_kind, &router_kind, &stub_kind})
        expect(registry.add(kind()).ok(), "the kinds have names of their own");
    return registry;
}

absl::StatusOr<InstanceSettings> read(SettingsNode& root, const std::filesystem::path& folder) {
    static const ProcessorRegistry registry = all_kinds();
    LoadBoard board;
    const auto read_observability = [](SettingsReader& observability) {
        std::optional<TransactionLogOptions> log;
        observability.read("transaction_log", log);
    };
    return read_instance_settings(root, {.registry = registry,
                                         .load_board = board,
                                         .base_folder = folder,
                                         .read_observability = read_observability});
}

void expect_bounds(const InstanceSettings& settings) {
    const BusOptions& bus = settings.instance.bus;
    expect(std::has_single_bit(bus.ring_slots) && bus.slot_bytes <= bus.block_bytes && bus.credit > 0,
           "sizes are what rings and pools take");
    expect(bus.call_timeout_ns > 0 && bus.hang_after_ns > 0 && bus.shutdown_timeout_ns >= 0,
           "times are positive");
    const std::uint32_t reactors = settings.instance.reactors.value_or(reactors_max);
    expect(reactors >= 1 && reactors <= reactors_max, "there are as many reactors as an instance takes");
    for (const ConfiguredProcessor& processor : settings.processors) {
        const ProcessorDefinition& definition = processor.definition;
        expect(definition.make != nullptr, "a processor that was accepted can be made");
        expect(definition.threads <= reactors_max && definition.reactor.value_or(0) < reactors,
               "a processor has its place");
    }
}

// What is hidden stays hidden: then what is printed is another configuration.
void expect_reads_back(const SettingsNode& root, const std::filesystem::path& folder) {
    const std::string printed = to_yaml(root);
    if (printed.find("***") != std::string::npos) return;
    auto again = parse_settings_yaml(printed, "printed.yml");
    expect(again.ok(), "the effective configuration can be parsed");
    expect(read(*again, folder).ok(), "the effective configuration is accepted");
    expect(to_yaml(*again) == printed, "the effective configuration is its own");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Files files;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const std::string_view configuration = fuzz::take_part(rest);
    const std::string_view environment = fuzz::take_part(rest);
    files.rules.fill(rest);

    auto root = parse(configuration);
    if (!root.ok()) return 0;
    const std::vector<std::string> variables = fuzz::variables_of(environment);
    if (!apply_environment(*root, {variables.begin(), variables.end()}).ok()) return 0;
    stay_in_folder(*root);

    const auto settings = read(*root, files.folder.path());
    if (settings.ok()) {
        expect_bounds(*settings);
        expect_reads_back(*root, files.folder.path());
    } else {
        fuzz::expect_lines_of_text(message_of(settings.status()));
    }
    return 0;
}
