// adaptors/injector/dummy_adaptor.hpp: sends field 1 = "DUMMY", as ProSA's built-in injector adaptor.
#pragma once

#include <memory>

#include "adaptors/injector/injector_adaptor.hpp"
#include "core/base/export.hpp"

namespace prosa {

class PROSA_API DummyAdaptor {
  public:
    using Options = NoOptions;
    static absl::StatusOr<Options> configure(ProcessorSetup&) { return Options{}; }
    static absl::StatusOr<std::unique_ptr<DummyAdaptor>> create(const Options&, AdaptorContext&) {
        return std::make_unique<DummyAdaptor>();
    }

    BuildResult build_transaction(BodyBuffer& body);
    absl::Status process_response(const Outcome&) { return absl::OkStatus(); }
    void terminate() noexcept {}
};

}  // namespace prosa
