#include "apps/prosa/instance_control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "apps/prosa/json_writer.hpp"
#include "apps/prosa/report_text.hpp"
#include "core/base/log.hpp"
#include "core/control/metrics.hpp"
#include "core/control/process_memory.hpp"
#include "core/settings/nearest_name.hpp"

namespace prosa {
namespace {

constexpr std::array<ControlVerb, 12> verbs = {{
    {"status", "", "The instance at a glance"},
    {"processors", "", "Processors: state, restarts, counts"},
    {"services", "", "Services: policy and providers"},
    {"reactors", "", "Reactors: state, CPU, load"},
    {"restart", "PROCESSOR", "Restart it, also when it is crashed"},
    {"remove", "PROCESSOR", "End it and forget it"},
    {"withdraw", "SERVICE", "Send no more requests to its providers"},
    {"restore", "SERVICE", "Send requests to its providers again"},
    {"log-level", "LEVEL", "off, error, warn, info, debug or trace"},
    {"command", "PROCESSOR TEXT", "Say something to a processor; it answers"},
    {"stop", "[REASON]", "Stop the instance in order; again: at once"},
    {"metrics", "", "All metrics in the Prometheus text form"},
}};

// The first word, which is cut off `text` with the spaces around it.
std::string_view take_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return word;
}

const ControlVerb* find_verb(std::string_view name) {
    const auto found = std::find_if(verbs.begin(), verbs.end(),
                                    [name](const ControlVerb& verb) { return verb.name == name; });
    return found == verbs.end() ? nullptr : &*found;
}

absl::Status unknown_verb(std::string_view name) {
    std::vector<std::string_view> names;
    for (const ControlVerb& verb : verbs) names.push_back(verb.name);
    return invalid_argument("unknown verb '{}'{}", name, suggestion(name, names));
}

absl::Status check_argument(const ControlVerb& verb, std::string_view argument) {
    if (verb.arguments.empty() && !argument.empty())
        return invalid_argument("{} takes no argument, got '{}'", verb.name, argument);
    if (verb.arguments.empty() || verb.arguments.starts_with('[')) return absl::OkStatus();
    std::string_view rest = argument;
    const std::string_view first = take_word(rest);
    const bool takes_text = verb.name == "command";
    if (first.empty() || (takes_text && rest.empty()) || (!takes_text && !rest.empty()))
        return invalid_argument("{} takes {}, got '{}'", verb.name, verb.arguments, argument);
    return absl::OkStatus();
}

ControlAnswer done(bool is_json, const std::string& text) {
    if (!is_json) return {true, text + "\n"};
    JsonWriter json;
    json.begin_object().field("done", text).end_object();
    return {true, json.text()};
}

ControlAnswer of_status(const absl::Status& status, bool is_json, const std::string& text) {
    return status.ok() ? done(is_json, text) : ControlAnswer::error(message_of(status));
}

}  // namespace

struct InstanceControl::Asked {
    std::string_view verb;
    std::string_view argument;  // everything behind the verb
    bool is_json = false;

    explicit Asked(std::string_view request) : argument(request) {
        verb = take_word(argument);
        if (verb == "--json") {
            is_json = true;
            verb = take_word(argument);
        }
        argument = argument.substr(0, argument.find_last_not_of(' ') + 1);
    }

    absl::Status check() const {
        const ControlVerb* const known = find_verb(verb);
        return known == nullptr ? unknown_verb(verb) : check_argument(*known, argument);
    }
};

std::span<const ControlVerb> control_verbs() noexcept { return verbs; }

absl::Status InstanceControl::check(std::string_view request) { return Asked(request).check(); }

ControlAnswer InstanceControl::handle(std::string_view request) {
    const Asked asked(request);
    if (const absl::Status checked = asked.check(); !checked.ok())
        return ControlAnswer::error(message_of(checked));
    if (asked.verb == "metrics") return metrics(asked);
    if (asked.verb == "command") return command(asked);
    const bool shows = find_verb(asked.verb)->arguments.empty();
    return shows ? show(asked) : act(asked);
}

ControlAnswer InstanceControl::show(const Asked& asked) {
    const InstanceReport report = main_.report();
    const auto pick = [&](auto text, auto json) -> ControlAnswer {
        return {true, asked.is_json ? json(report) : text(report)};
    };
    if (asked.verb == "processors") return pick(processors_text, processors_json);
    if (asked.verb == "services") return pick(services_text, services_json);
    if (asked.verb == "reactors") return pick(reactors_text, reactors_json);
    const Nanos age_ns = monotonic_now_ns() - started_ns_;
    return {true, asked.is_json ? status_json(report, age_ns) : status_text(report, age_ns)};
}

ControlAnswer InstanceControl::act(const Asked& asked) {
    const std::string_view name = asked.argument;
    if (asked.verb == "restart")
        return of_status(main_.restart_processor(name), asked.is_json,
                         fmt::format("processor '{}' restarts", name));
    if (asked.verb == "remove")
        return of_status(main_.remove_processor(name), asked.is_json,
                         fmt::format("processor '{}' is removed", name));
    if (asked.verb == "withdraw")
        return of_status(main_.withdraw_service(name), asked.is_json,
                         fmt::format("service '{}' is withdrawn", name));
    if (asked.verb == "restore")
        return of_status(main_.restore_service(name), asked.is_json,
                         fmt::format("service '{}' is restored", name));
    if (asked.verb == "log-level") {
        if (find_verb("log-level")->help.find(name) == std::string_view::npos || !set_log_level(name))
            return ControlAnswer::error(
                fmt::format("unknown level '{}', expected off, error, warn, info, debug or trace", name));
        return done(asked.is_json, fmt::format("the log's level is {}", name));
    }
    main_.stop(name.empty() ? "an operator asked for it" : fmt::format("an operator asked for it: {}", name));
    return done(asked.is_json, fmt::format("{} stops", main_.options().name));
}

ControlAnswer InstanceControl::metrics(const Asked& asked) const {
    if (asked.is_json) return ControlAnswer::error("metrics have the Prometheus text form only");
    MetricsExtras extras;
    extras.load_board = &board_;
    if (const auto memory = read_process_memory(); memory.ok()) extras.memory = *memory;
    if (log_ != nullptr) extras.transaction_log = log_->counts();
    return {true, metrics_text(main_.report(), extras)};
}

ControlAnswer InstanceControl::command(const Asked& asked) {
    std::string_view text = asked.argument;
    const std::string_view processor = take_word(text);
    const auto answer = main_.command(processor, text, command_timeout_ns);
    if (!answer.ok()) return ControlAnswer::error(message_of(answer.status()));
    if (!asked.is_json) return {true, *answer + "\n"};
    JsonWriter json;
    json.begin_object().field("answer", *answer).end_object();
    return {true, json.text()};
}

}  // namespace prosa
