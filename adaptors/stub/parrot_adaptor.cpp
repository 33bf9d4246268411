#include "adaptors/stub/parrot_adaptor.hpp"

#include <cstring>

namespace prosa {
namespace {

ServiceError echo(const StubRequest& request, BodyBuffer& answer) {
    const auto bytes = static_cast<std::uint32_t>(request.body.size());
    if (!answer.reserve(bytes)) return ServiceError::overloaded;
    std::memcpy(answer.data, request.body.data(), bytes);
    answer.size_bytes = bytes;
    return ServiceError::none;
}

}  // namespace

MaybeAsync ParrotAdaptor::process_request(const StubRequest& request, BodyBuffer& answer) {
    const ServiceError error = echo(request, answer);
    return error == ServiceError::none ? MaybeAsync::ready() : MaybeAsync::error(error);
}

absl::StatusOr<DelayedParrotAdaptor::Options> DelayedParrotAdaptor::configure(ProcessorSetup& setup) {
    Options options;
    setup.settings.read_duration("delay", options.delay_ns).range(0, 3600 * ns_per_s);
    return options;
}

MaybeAsync DelayedParrotAdaptor::process_request(const StubRequest&, BodyBuffer&) {
    return MaybeAsync::after(options_.delay_ns);
}

ServiceError DelayedParrotAdaptor::process_delayed(const StubRequest& request, BodyBuffer& answer,
                                                   std::uint64_t) {
    return echo(request, answer);
}

}  // namespace prosa
