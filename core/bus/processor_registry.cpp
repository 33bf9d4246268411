#include "core/bus/processor_registry.hpp"

#include "core/settings/nearest_name.hpp"

namespace prosa {

absl::Status ProcessorRegistry::add(ProcessorKind kind) {
    for (const ProcessorKind& known : kinds_)
        if (known.name == kind.name)
            return make_error(absl::StatusCode::kAlreadyExists, "processor kind '{}' is registered twice",
                              kind.name);
    kinds_.push_back(std::move(kind));
    return absl::OkStatus();
}

absl::StatusOr<const ProcessorKind*> ProcessorRegistry::find(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const ProcessorKind& kind : kinds_) {
        if (kind.name == name) return &kind;
        names.push_back(kind.name);
    }
    return not_found("unknown processor kind '{}'{}", name, suggestion(name, names));
}

}  // namespace prosa
