// adaptors/stub/parrot_adaptor.hpp: answers with the request itself, at once or after a while.
//
// Cost      parrot: one copy, from slot to slot.
// Settings  delayed_parrot: delay (100ms).
#pragma once

#include <memory>

#include "adaptors/stub/stub_adaptor.hpp"
#include "core/base/export.hpp"

namespace prosa {

class PROSA_API ParrotAdaptor {
  public:
    using Options = NoOptions;
    static absl::StatusOr<Options> configure(ProcessorSetup&) { return Options{}; }
    static absl::StatusOr<std::unique_ptr<ParrotAdaptor>> create(const Options&, AdaptorContext&) {
        return std::make_unique<ParrotAdaptor>();
    }

    MaybeAsync process_request(const StubRequest& request, BodyBuffer& answer);
    void terminate() noexcept {}
};

class PROSA_API DelayedParrotAdaptor {
  public:
    struct Options {
        Nanos delay_ns = 100 * ns_per_ms;
    };
    static absl::StatusOr<Options> configure(ProcessorSetup& setup);
    static absl::StatusOr<std::unique_ptr<DelayedParrotAdaptor>> create(const Options& options,
                                                                        AdaptorContext&) {
        return std::make_unique<DelayedParrotAdaptor>(options);
    }
    explicit DelayedParrotAdaptor(const Options& options) : options_(options) {}

    MaybeAsync process_request(const StubRequest& request, BodyBuffer& answer);
    ServiceError process_delayed(const StubRequest& request, BodyBuffer& answer, std::uint64_t note);
    void terminate() noexcept {}

  private:
    const Options options_;
};

}  // namespace prosa
