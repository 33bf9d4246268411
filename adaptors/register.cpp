#include "adaptors/register.hpp"

namespace prosa {

absl::Status register_builtin_processors(ProcessorRegistry& registry, const BuiltinAdaptors& adaptors) {
    absl::Status status = registry.add(adaptors.injector.kind());
    status.Update(registry.add(adaptors.router.kind()));
    status.Update(registry.add(adaptors.stub.kind()));
    return status;
}

}  // namespace prosa
