#include "apps/prosa/list_command.hpp"

#include <fmt/format.h>

#include "apps/prosa/exit_code.hpp"

namespace prosa {

std::string list_text(const ProcessorRegistry& registry) {
    std::string text;
    for (const ProcessorKind& kind : registry.kinds()) {
        text += fmt::format("{}{}: {}\n", kind.name, kind.is_source ? " (source)" : "", kind.description);
        bool is_default = true;
        for (const AdaptorKind& adaptor : kind.adaptors) {
            text += fmt::format("  {:<16} {}{}\n", adaptor.name, adaptor.description,
                                is_default ? " (default)" : "");
            is_default = false;
        }
    }
    return text;
}

int list_command(const ProcessorRegistry& registry) {
    fmt::print("{}", list_text(registry));
    return exit_ok;
}

}  // namespace prosa
