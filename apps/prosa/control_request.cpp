#include "apps/prosa/control_request.hpp"

#include <algorithm>
#include <array>
#include <vector>

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

absl::Status unknown_verb(std::string_view name) {
    std::vector<std::string_view> names;
    for (const ControlVerb& verb : verbs) names.push_back(verb.name);
    return invalid_argument("unknown verb '{}'{}", name, suggestion(name, names));
}

std::string_view hint(std::string_view argument) {
    return argument.starts_with('-') || argument.find(" -") != std::string_view::npos
               ? " (options stand before the verb)"
               : "";
}

absl::Status check_argument(const ControlVerb& verb, std::string_view argument) {
    if (verb.arguments.empty() && !argument.empty())
        return invalid_argument("{} takes no argument, got '{}'{}", verb.name, argument, hint(argument));
    if (verb.arguments.empty() || verb.arguments.starts_with('[')) return absl::OkStatus();
    std::string_view rest = argument;
    const std::string_view first = take_word(rest);
    const bool takes_text = verb.name == "command";
    if (first.empty() || (takes_text && rest.empty()) || (!takes_text && !rest.empty()))
        return invalid_argument("{} takes {}, got '{}'{}", verb.name, verb.arguments, argument,
                                hint(argument));
    return absl::OkStatus();
}

}  // namespace

std::span<const ControlVerb> control_verbs() noexcept { return verbs; }

const ControlVerb* find_control_verb(std::string_view name) noexcept {
    const auto found = std::find_if(verbs.begin(), verbs.end(),
                                    [name](const ControlVerb& verb) { return verb.name == name; });
    return found == verbs.end() ? nullptr : &*found;
}

std::string_view take_word(std::string_view& text) noexcept {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return word;
}

ControlRequest::ControlRequest(std::string_view line) noexcept : argument(line) {
    verb = take_word(argument);
    if (verb == "--json") {
        is_json = true;
        verb = take_word(argument);
    }
    argument = argument.substr(0, argument.find_last_not_of(' ') + 1);
}

absl::Status ControlRequest::check() const {
    const ControlVerb* const known = find_control_verb(verb);
    return known == nullptr ? unknown_verb(verb) : check_argument(*known, argument);
}

}  // namespace prosa
