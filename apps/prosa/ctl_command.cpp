#include "apps/prosa/ctl_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>

#include "apps/prosa/control_request.hpp"
#include "apps/prosa/exit_code.hpp"
#include "core/base/units.hpp"
#include "core/control/control_client.hpp"
#include "core/control/control_socket.hpp"

namespace prosa {
namespace {

std::string help_text() {
    std::string text =
        "Asks a running instance.\n"
        "Usage: prosa ctl [-n NAME | --socket PATH] [--json] VERB [ARGUMENTS]\n\n"
        "  -h,--help           this text\n"
        "  -n,--name NAME      the instance's name; without it and --socket: the only one that runs\n"
        "  --socket PATH       its control socket (bus.ctl_socket)\n"
        "  --json              the answer as JSON\n"
        "  --timeout DURATION  to wait for the answer; default 10s\n\n"
        "Verbs:\n";
    for (const ControlVerb& verb : control_verbs())
        text += fmt::format("  {:<24} {}\n", fmt::format("{} {}", verb.name, verb.arguments), verb.help);
    text += "\nExit codes: 0 done; 1 the instance refused; 2 wrong usage; 4 no instance can be reached.\n";
    return text;
}

struct CtlArguments {
    std::optional<std::string> name;
    std::optional<std::string> socket;
    Nanos timeout_ns = 10 * ns_per_s;
    bool is_json = false;
    bool wants_help = false;
    std::string request;
};

// Options stand before the verb; `--json` also right behind it. What follows belongs to the verb.
class ArgumentReader {
  public:
    explicit ArgumentReader(const std::vector<std::string>& arguments) : arguments_(arguments) {}

    absl::StatusOr<CtlArguments> read() {
        while (at_ < arguments_.size() && arguments_[at_].starts_with('-'))
            if (const absl::Status taken = take_option(); !taken.ok()) return taken;
        if (read_.wants_help) return read_;
        if (read_.name && read_.socket) return invalid_argument("--name and --socket exclude each other");
        if (at_ == arguments_.size()) return invalid_argument("a verb is missing, such as 'status'");
        read_.request = arguments_[at_++];
        if (at_ < arguments_.size() && arguments_[at_] == "--json") {
            read_.is_json = true;
            ++at_;
        }
        for (; at_ < arguments_.size(); ++at_) read_.request += ' ' + arguments_[at_];
        if (read_.is_json) read_.request = "--json " + read_.request;
        return read_;
    }

  private:
    absl::Status take_option() {
        std::string_view option = arguments_[at_++];
        if (option == "--json") {
            read_.is_json = true;
            return absl::OkStatus();
        }
        if (option == "-h" || option == "--help") {
            read_.wants_help = true;
            return absl::OkStatus();
        }
        std::optional<std::string> value;
        if (const std::size_t equals = option.find('=');
            option.starts_with("--") && equals != std::string_view::npos) {
            value = option.substr(equals + 1);
            option = option.substr(0, equals);
        } else if (at_ < arguments_.size()) {
            value = arguments_[at_];
            ++at_;
        }
        return take_value(option, value);
    }

    absl::Status take_value(std::string_view option, const std::optional<std::string>& value) {
        const bool is_name = option == "-n" || option == "--name";
        if (!is_name && option != "--socket" && option != "--timeout")
            return invalid_argument("unknown option '{}'", option);
        if (!value || value->empty()) return invalid_argument("{} needs a value", option);
        if (option == "--timeout") {
            const auto timeout = parse_duration(*value);
            if (!timeout.ok()) return timeout.status();
            read_.timeout_ns = *timeout;
            return absl::OkStatus();
        }
        (is_name ? read_.name : read_.socket) = value;
        return absl::OkStatus();
    }

    const std::vector<std::string>& arguments_;
    std::size_t at_ = 0;
    CtlArguments read_;
};

int usage_error(const absl::Status& status) {
    fmt::print(stderr, "prosa ctl: {}\n(prosa ctl --help)\n", message_of(status));
    return exit_usage;
}

// The path of the instance that is meant, or the exit code when there is no such one.
struct Target {
    std::string path;
    int exit_code = exit_ok;
};

Target find_target(const CtlArguments& arguments) {
    if (arguments.socket) return {*arguments.socket, exit_ok};
    std::vector<ControlSocket> found = control_sockets();
    if (arguments.name) {
        std::erase_if(found,
                      [&](const ControlSocket& each) { return each.instance_name != *arguments.name; });
        if (found.empty()) return {default_control_path(*arguments.name), exit_ok};
    }
    if (found.size() == 1) return {found.front().path, exit_ok};
    if (found.empty()) {
        fmt::print(stderr,
                   "prosa ctl: no instance runs here; for one with a socket of its own: --socket PATH\n");
        return {"", exit_unreachable};
    }
    fmt::print(stderr, "prosa ctl: several instances run, choose one:\n");
    for (const ControlSocket& each : found)
        fmt::print(stderr, "  --socket {}   ({})\n", each.path, each.instance_name);
    return {"", exit_usage};
}

}  // namespace

int ctl_command(const std::vector<std::string>& arguments) {
    const auto read = ArgumentReader(arguments).read();
    if (!read.ok()) return usage_error(read.status());
    if (read->wants_help) {
        fmt::print("{}", help_text());
        return exit_ok;
    }
    if (const absl::Status checked = ControlRequest(read->request).check(); !checked.ok())
        return usage_error(checked);
    const Target target = find_target(*read);
    if (target.exit_code != exit_ok) return target.exit_code;
    const auto answer = ask_instance(target.path, read->request, read->timeout_ns);
    if (absl::IsInvalidArgument(answer.status())) return usage_error(answer.status());
    if (!answer.ok()) {
        fmt::print(stderr, "prosa ctl: {}\n", message_of(answer.status()));
        return exit_unreachable;
    }
    fmt::print(answer->is_ok ? stdout : stderr, "{}{}", answer->text, answer->is_ok ? "" : "\n");
    return answer->is_ok ? exit_ok : exit_failed;
}

}  // namespace prosa
