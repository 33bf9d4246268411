#include "adaptors/stub/rules_stub_adaptor.hpp"

#include <array>
#include <cstring>
#include <string_view>

#include "adaptors/kit/copy_fields.hpp"
#include "tvf/flat_tvf_writer.hpp"

namespace prosa {
namespace {

constexpr Tag auth_id_tag = 38;        // ISO 8583: authorization identification response
constexpr Tag response_code_tag = 39;  // ISO 8583
constexpr std::string_view approved = "00";

std::array<char, 6> six_digits(std::uint32_t number) noexcept {
    std::array<char, 6> digits{};
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, number /= 10)
        *digit = static_cast<char>('0' + number % 10);
    return digits;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RulesStubAdaptor>> RulesStubAdaptor::create(const Options& options,
                                                                           AdaptorContext& context) {
    // Shards must not fail in step.
    const std::uint64_t seed = options.seed + value_of(context.bus.info().queue);
    return std::make_unique<RulesStubAdaptor>(options, seed);
}

const StubVerdict& RulesStubAdaptor::failure_or(const StubVerdict& verdict) noexcept {
    return options_.failure_rate > 0 && random_.uniform() < options_.failure_rate ? options_.failure
                                                                                  : verdict;
}

MaybeAsync RulesStubAdaptor::process_request(const StubRequest& request, BodyBuffer& answer) {
    const absl::StatusOr<FlatTvfView> view = FlatTvfView::validate(request.body);
    if (!view.ok()) return MaybeAsync::error(ServiceError::protocol);
    const std::size_t place = options_.rules != nullptr ? options_.rules->match(*view) : 0;
    const StubVerdict& verdict = failure_or(options_.verdicts[place]);
    if (verdict.is_silent) return MaybeAsync::silent();
    const Nanos delay_ns = options_.verdicts[place].delay.draw_ns(random_);
    const bool fails = &verdict == &options_.failure;
    if (delay_ns > 0) return MaybeAsync::after(delay_ns, fails ? options_.verdicts.size() : place);
    const ServiceError error = write_answer(*view, verdict, answer);
    return error == ServiceError::none ? MaybeAsync::ready() : MaybeAsync::error(error);
}

ServiceError RulesStubAdaptor::process_delayed(const StubRequest& request, BodyBuffer& answer,
                                               std::uint64_t note) {
    const StubVerdict& verdict = note < options_.verdicts.size() ? options_.verdicts[note] : options_.failure;
    return write_answer(FlatTvfView::trusted(request.body), verdict, answer);  // validated when it came
}

ServiceError RulesStubAdaptor::write_answer(const FlatTvfView& request, const StubVerdict& verdict,
                                            BodyBuffer& answer) {
    if (verdict.error != ServiceError::none) return verdict.error;
    FlatTvfWriter writer = options_.copied_tags.empty() ? copy_all_fields(request, answer)
                                                        : copy_fields(request, options_.copied_tags, answer);
    if (verdict.response_code == approved) {
        const std::array<char, 6> auth_id = six_digits(next_auth_id_++ % 1'000'000);
        writer.put_string(auth_id_tag, {auth_id.data(), auth_id.size()});
    }
    writer.put_string(response_code_tag, verdict.response_code);
    switch (writer.finish()) {
        case TvfError::none:
            return ServiceError::none;
        case TvfError::full:
            return ServiceError::overloaded;
        default:
            return ServiceError::protocol;
    }
}

}  // namespace prosa
