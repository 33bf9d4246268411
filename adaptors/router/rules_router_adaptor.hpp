// adaptors/router/rules_router_adaptor.hpp: chooses the service by ordered rules on the request's fields.
//
// Bodies are FlatTvf, read in place; one that is not is answered `protocol`.
//
// Settings  adaptor_config_path: the rules
// Rules     rules:
//             - when: { pan: { prefix: "555555" } }      rules_reader.hpp; the first rule that holds decides
//               service: ISSUER_B
//           default: ISSUER_A                            when no rule holds; absent: answered with `unroutable`
//           unroutable: unreachable                      unreachable | protocol | overloaded | dropped
//           affinity_field: pan                          text field whose hash is the affinity of `sticky` targets
// Cost      validate and rules. No allocation.
// Proof     test/adaptors/router/rules_router_test.cpp
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adaptors/kit/field_rules.hpp"
#include "adaptors/router/router_adaptor.hpp"
#include "core/base/export.hpp"

namespace prosa {

class PROSA_API RulesRouterAdaptor {
  public:
    struct Options {
        std::shared_ptr<const FieldRules> rules;
        std::vector<std::string> services;  // one per rule, then the default's (empty: none)
        ServiceError unroutable = ServiceError::unreachable;
        std::optional<Tag> affinity_tag;
    };

    static absl::StatusOr<Options> configure(ProcessorSetup& setup);
    static absl::StatusOr<std::unique_ptr<RulesRouterAdaptor>> create(const Options& options,
                                                                      AdaptorContext& context);
    // `routes`: one per rule, then what holds when none does.
    RulesRouterAdaptor(const Options& options, std::vector<Route> routes);

    Route choose(const RouterRequest& request) const;
    std::span<const ServiceHandle> targets() const noexcept { return targets_; }
    void terminate() noexcept {}

  private:
    const Options options_;
    const std::vector<Route> routes_;
    std::vector<ServiceHandle> targets_;
};

}  // namespace prosa
