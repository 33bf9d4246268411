// core/base/service_error.hpp: how a request ended.
#pragma once

#include <cstdint>
#include <string_view>

namespace prosa {

// Codes 0 to 3 are ProSA's; 4 and above are ours. They appear as the label `err_code` of metrics.
enum class ServiceError : std::uint8_t {
    none = 0,           // a response
    unreachable = 1,    // no provider, or its incarnation is gone
    timeout = 2,        // the deadline passed
    protocol = 3,       // the provider could not understand or serve the message
    overloaded = 4,     // no credit, no room, or no memory
    dropped = 5,        // the provider ended the request without an answer
    shutting_down = 6,  // the instance stopped before an answer came
};
inline constexpr std::size_t service_error_count = 7;

constexpr std::string_view name_of(ServiceError error) noexcept {
    switch (error) {
        case ServiceError::none:
            return "none";
        case ServiceError::unreachable:
            return "unreachable";
        case ServiceError::timeout:
            return "timeout";
        case ServiceError::protocol:
            return "protocol";
        case ServiceError::overloaded:
            return "overloaded";
        case ServiceError::dropped:
            return "dropped";
        case ServiceError::shutting_down:
            return "shutting_down";
    }
    return "unknown";
}

}  // namespace prosa
