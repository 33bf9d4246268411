#include "core/base/status.hpp"

namespace prosa {
namespace {

[[maybe_unused]] const absl::Status& text_at_load = out_of_memory();

}  // namespace

const absl::Status& out_of_memory() noexcept {
    static const auto& status = *new absl::Status(absl::ResourceExhaustedError("out of memory"));
    return status;
}

}  // namespace prosa
