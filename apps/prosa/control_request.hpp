// apps/prosa/control_request.hpp: a request of an operator, taken apart; what `prosa ctl` and an instance
// agree on.
//
//     request:  [--json] VERB [ARGUMENTS]      (a line, see core/control/control_protocol.hpp)
//
// Threads   any; it refers to the line.
#pragma once

#include <span>
#include <string_view>

#include "core/base/status.hpp"

namespace prosa {

// One thing to ask for.
struct ControlVerb {
    std::string_view name;
    std::string_view arguments;  // for people: `PROCESSOR`; empty: it takes none
    std::string_view help;
};
std::span<const ControlVerb> control_verbs() noexcept;

// Null: there is no such verb.
const ControlVerb* find_control_verb(std::string_view name) noexcept;

// The first word, which is cut off `text` with the spaces around it.
std::string_view take_word(std::string_view& text) noexcept;

struct ControlRequest {
    std::string_view verb;
    std::string_view argument;  // everything behind the verb
    bool is_json = false;

    explicit ControlRequest(std::string_view line) noexcept;

    // What is wrong with it: no such verb, or not its arguments.
    absl::Status check() const;
};

}  // namespace prosa
