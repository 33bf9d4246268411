// Reads and checks what rules_stub_adaptor.hpp describes.
#include <optional>
#include <string>

#include "adaptors/kit/field_names.hpp"
#include "adaptors/kit/rules_reader.hpp"
#include "adaptors/stub/rules_stub_adaptor.hpp"

namespace prosa {
namespace {

// `none` stands for an answer with a response code.
enum class Failure : std::uint8_t { none, unreachable, timeout, protocol, overloaded, dropped, silent };

void set_failure(StubVerdict& verdict, Failure failure) noexcept {
    verdict.is_silent = failure == Failure::silent;
    verdict.error = verdict.is_silent ? ServiceError::none : static_cast<ServiceError>(failure);
}

static_assert(static_cast<ServiceError>(Failure::dropped) == ServiceError::dropped,
              "the codes are the bus's");

StubVerdict read_verdict(SettingsReader& section, const DelayModel& delay) {
    StubVerdict verdict;
    section.read("response_code", verdict.response_code).not_empty();
    Failure failure = Failure::none;
    section.read_choice("error", failure,
                        {{"none", Failure::none},
                         {"unreachable", Failure::unreachable},
                         {"timeout", Failure::timeout},
                         {"protocol", Failure::protocol},
                         {"overloaded", Failure::overloaded},
                         {"dropped", Failure::dropped},
                         {"silent", Failure::silent}});
    set_failure(verdict, failure);
    verdict.delay = DelayModel::read(section, "delay", delay);
    return verdict;
}

void read_copied_fields(SettingsReader& reader, std::vector<Tag>& tags) {
    std::vector<std::string> names;
    reader.read("copy_fields", names).not_empty();
    for (const std::string& name : names) {
        const std::optional<FieldSpec> field = find_field(name);
        if (field.has_value())
            tags.push_back(field->tag);
        else
            reader.add_error("copy_fields", "names an unknown field '" + name + "'" + suggest_field(name));
    }
}

void read_rules(SettingsReader& reader, const DelayModel& delay, RulesStubAdaptor::Options& options) {
    auto rules = std::make_shared<FieldRules>();
    reader.for_each_item("rules", [&](std::size_t, SettingsReader& rule) {
        read_conditions(rule, *rules);
        SettingsReader answer = rule.section("answer");
        options.verdicts.push_back(read_verdict(answer, delay));
    });
    SettingsReader fallback = reader.section("default");
    options.verdicts.push_back(read_verdict(fallback, delay));
    read_copied_fields(reader, options.copied_tags);
    options.rules = std::move(rules);
}

}  // namespace

absl::StatusOr<RulesStubAdaptor::Options> RulesStubAdaptor::configure(ProcessorSetup& setup) {
    Options options;
    const DelayModel delay = DelayModel::read(setup.settings, "delay", {});
    setup.settings.read("failure_rate", options.failure_rate).range(0.0, 1.0);
    Failure failure = Failure::protocol;
    setup.settings.read_choice("failure", failure,
                               {{"unreachable", Failure::unreachable},
                                {"timeout", Failure::timeout},
                                {"protocol", Failure::protocol},
                                {"overloaded", Failure::overloaded},
                                {"dropped", Failure::dropped},
                                {"silent", Failure::silent}});
    set_failure(options.failure, failure);
    setup.settings.read("seed", options.seed);
    if (std::optional<SettingsNode> file = load_adaptor_file(setup)) {
        SettingsReader reader(*file, setup.settings.errors());
        read_rules(reader, delay, options);
        reader.finish();
    }
    if (options.verdicts.empty()) options.verdicts.emplace_back();
    return options;
}

}  // namespace prosa
