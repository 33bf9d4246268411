// adaptors/stub/rules_stub_adaptor.hpp: approves, declines, delays and fails by rules on the request's fields.
//
// The answer is the request with `response_code` set, and `auth_id` when that is "00". Bodies are FlatTvf; one that
// is not is answered `protocol`.
//
// Settings  adaptor_config_path: the rules (below).  delay: see delay_model.hpp (0ms).  failure_rate: the share of
//           requests that are not answered as they should (0).  failure: how: an error code's name, or `silent` for
//           no answer until the requester's deadline (protocol).  seed: of delays and failures (1).
// Rules     rules:
//             - when: { amount: { equals: 0 } }              rules_reader.hpp; the first rule that holds decides
//               answer: { response_code: "13" }              what is answered:
//             - when: { expiry: { range: ["0001", "2605"] } }
//               answer: { response_code: "54", delay: 5ms }  its own delay
//             - when: { pan: { luhn: false } }
//               answer: { error: protocol }                  a service error, or `silent`
//           copy_fields: [stan, rrn]                         what goes from the request into the answer (all)
//           default: { response_code: "00" }                 when no rule holds (approve)
// Cost      validate and rules, one copy of the body. No allocation.
// Proof     test/adaptors/stub/rules_stub_test.cpp
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adaptors/kit/field_rules.hpp"
#include "adaptors/kit/random_source.hpp"
#include "adaptors/stub/delay_model.hpp"
#include "adaptors/stub/stub_adaptor.hpp"
#include "core/base/export.hpp"

namespace prosa {

// What a rule answers.
struct StubVerdict {
    std::string response_code = "00";
    ServiceError error = ServiceError::none;
    bool is_silent = false;
    DelayModel delay;
};

class PROSA_API RulesStubAdaptor {
  public:
    struct Options {
        std::shared_ptr<const FieldRules> rules;  // null: none, the default verdict for everything
        std::vector<StubVerdict> verdicts;        // one per rule, then the default's
        std::vector<Tag> copied_tags;             // empty: all
        double failure_rate = 0;
        StubVerdict failure;
        std::uint64_t seed = 1;
    };

    static absl::StatusOr<Options> configure(ProcessorSetup& setup);
    static absl::StatusOr<std::unique_ptr<RulesStubAdaptor>> create(const Options& options,
                                                                    AdaptorContext& context);
    RulesStubAdaptor(const Options& options, std::uint64_t seed) : options_(options), random_(seed) {}

    MaybeAsync process_request(const StubRequest& request, BodyBuffer& answer);
    ServiceError process_delayed(const StubRequest& request, BodyBuffer& answer, std::uint64_t note);
    void terminate() noexcept {}

  private:
    const StubVerdict& failure_or(const StubVerdict& verdict) noexcept;
    ServiceError write_answer(const FlatTvfView& request, const StubVerdict& verdict, BodyBuffer& answer);

    const Options options_;
    RandomSource random_;
    std::uint32_t next_auth_id_ = 0;
};

}  // namespace prosa
