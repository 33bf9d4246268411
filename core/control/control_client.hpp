// core/control/control_client.hpp: asks an instance through its control socket.
//
// Threads   any; blocks until the answer has come.
// Errors    Unavailable: nobody listens there. DeadlineExceeded: no answer in time. DataLoss: the connection
// ended before
//           the answer did, or what came is none. InvalidArgument: see check_request.
#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/control/control_protocol.hpp"

namespace prosa {

PROSA_API absl::StatusOr<ControlAnswer> ask_instance(const std::string& socket_path, std::string_view request,
                                                     Nanos timeout_ns = 10 * ns_per_s);

}  // namespace prosa
