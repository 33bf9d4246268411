// adaptors/router/router_adaptor.hpp: what tells a router where a request goes.
//
// Beside what every adaptor has (adaptors/kit/adaptor.hpp), a router adaptor has
//
//     Route choose(const RouterRequest& request);
//     std::span<const ServiceHandle> targets() const;   // optional: all it may choose; see RouterOptions
//
// A target is resolved once, in create: context.bus.resolve("ISSUER_A").
//
// Threads   the reactor of its shard. An exception ends the incarnation.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

#include "adaptors/kit/adaptor.hpp"
#include "core/base/ids.hpp"
#include "core/base/service_error.hpp"

namespace prosa {

struct RouterRequest {
    ServiceHandle service = no_service;  // that was asked for
    std::span<const std::byte> body;     // never empty; readable until choose returns
};

struct Route {
    ServiceHandle target = no_service;
    ServiceError refusal = ServiceError::none;  // then the request is answered with it
    std::uint64_t affinity = 0;                 // for targets with the policy `sticky`

    static Route to(ServiceHandle target, std::uint64_t affinity = 0) noexcept {
        return {target, ServiceError::none, affinity};
    }
    static Route refuse(ServiceError error) noexcept { return {no_service, error, 0}; }
};

template <typename A>
concept RouterAdaptor = Adaptor<A> && requires(A& adaptor, const RouterRequest& request) {
    { adaptor.choose(request) } -> std::same_as<Route>;
};

template <typename A>
concept TargetListingRouterAdaptor = requires(const A& adaptor) {
    { adaptor.targets() } -> std::convertible_to<std::span<const ServiceHandle>>;
};

}  // namespace prosa
