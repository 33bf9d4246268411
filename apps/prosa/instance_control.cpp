#include "apps/prosa/instance_control.hpp"

#include <fmt/format.h>

#include "apps/prosa/json_writer.hpp"
#include "apps/prosa/report_text.hpp"
#include "core/base/log.hpp"
#include "core/control/metrics.hpp"
#include "core/control/process_memory.hpp"

namespace prosa {
namespace {

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

ControlAnswer InstanceControl::handle(std::string_view request) {
    const ControlRequest asked(request);
    if (const absl::Status checked = asked.check(); !checked.ok())
        return ControlAnswer::error(message_of(checked));
    if (asked.verb == "metrics") return metrics(asked);
    if (asked.verb == "command") return command(asked);
    const bool shows = find_control_verb(asked.verb)->arguments.empty();
    return shows ? show(asked) : act(asked);
}

ControlAnswer InstanceControl::show(const ControlRequest& asked) {
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

ControlAnswer InstanceControl::act(const ControlRequest& asked) {
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
        if (!set_log_level(name))
            return ControlAnswer::error(
                fmt::format("unknown level '{}', expected {}", name, log_levels_text));
        return done(asked.is_json, fmt::format("the log's level is {}", *parse_log_level(name)));
    }
    main_.stop(name.empty() ? "an operator asked for it" : fmt::format("an operator asked for it: {}", name));
    return done(asked.is_json, fmt::format("{} stops", main_.options().name));
}

ControlAnswer InstanceControl::metrics(const ControlRequest& asked) const {
    if (asked.is_json) return ControlAnswer::error("metrics have the Prometheus text form only");
    MetricsExtras extras;
    extras.load_board = &board_;
    if (const auto memory = read_process_memory(); memory.ok()) extras.memory = *memory;
    if (log_ != nullptr) extras.transaction_log = log_->counts();
    return {true, metrics_text(main_.report(), extras)};
}

ControlAnswer InstanceControl::command(const ControlRequest& asked) {
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
