#include "core/bus/processor_error.hpp"

#include "core/base/status.hpp"

namespace prosa {

ProcessorError ProcessorError::of(const absl::Status& status) {
    switch (status.code()) {
        case absl::StatusCode::kUnavailable:
        case absl::StatusCode::kDeadlineExceeded:
        case absl::StatusCode::kAborted:
        case absl::StatusCode::kResourceExhausted:
        case absl::StatusCode::kCancelled:
        case absl::StatusCode::kInternal:
        case absl::StatusCode::kUnknown:
        case absl::StatusCode::kDataLoss:
            return recoverable(message_of(status));
        default:
            return fatal(message_of(status));
    }
}

}  // namespace prosa
