// examples/custom_processor/custom_processor.cpp: a processor kind with an adaptor of its own, in a program
// that has every subcommand of prosa.
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adaptors/kit/adaptor_list.hpp"
#include "adaptors/kit/adaptor_slot.hpp"
#include "adaptors/kit/copy_fields.hpp"
#include "apps/prosa/prosa_main.hpp"

namespace {

using namespace prosa;

constexpr Tag pan_tag = 2;
constexpr Tag amount_tag = 4;
constexpr Tag response_code_tag = 39;

// What the processor asks of its adaptor: beside what every adaptor has, the response code of a payment.
template <typename A>
concept LimitAdaptor = Adaptor<A> && requires(A& adaptor, const FlatTvfView& payment) {
    { adaptor.judge(payment) } -> std::same_as<std::string_view>;
};

struct LimitOptions {
    std::vector<std::string> service_names;
};

// Knows the bus and the message, not the limits. One object per shard and run, touched by one thread only.
template <LimitAdaptor A>
class LimitProcessor final : public Processor {
  public:
    LimitProcessor(LimitOptions options, typename A::Options adaptor_options)
        : options_(std::move(options)), adaptor_(std::move(adaptor_options)) {}

    absl::Status on_start() override {
        if (absl::Status created = adaptor_.create(bus()); !created.ok()) return created;
        bus().add_services(options_.service_names);
        return absl::OkStatus();
    }

    void on_request(Request& request) override {
        const auto payment = FlatTvfView::validate(request.body());
        if (!payment.ok()) return void(request.fail(ServiceError::protocol));
        Answer answer = request.answer();
        FlatTvfWriter writer = copy_all_fields(*payment, answer.body());
        writer.put_string(response_code_tag, adaptor_->judge(*payment));
        if (writer.finish() != TvfError::none) return answer.commit_error(ServiceError::protocol);
        answer.commit();
    }

    void terminate() noexcept override { adaptor_.terminate(); }

  private:
    const LimitOptions options_;
    AdaptorSlot<A> adaptor_;
};

// Approves until a card has spent its limit. The sums last as long as the run.
class CardLimitAdaptor {
  public:
    struct Options {
        std::uint64_t limit = 100'000;  // minor units
    };
    static absl::StatusOr<Options> configure(ProcessorSetup& setup) {
        Options options;
        setup.settings.read("limit", options.limit).range(1, 1'000'000'000);
        return options;
    }
    static absl::StatusOr<std::unique_ptr<CardLimitAdaptor>> create(const Options& options, AdaptorContext&) {
        return std::make_unique<CardLimitAdaptor>(options);
    }
    explicit CardLimitAdaptor(const Options& options) : limit_(options.limit) {}

    std::string_view judge(const FlatTvfView& payment) {
        const auto pan = payment.get_string(pan_tag);
        const auto amount = payment.get_unsigned(amount_tag);
        if (!pan.ok() || !amount.ok()) return "30";  // format error
        std::uint64_t& spent = spent_[std::string(pan.value)];
        if (amount.value > limit_ - spent) return "61";  // exceeds the limit
        spent += amount.value;
        return "00";
    }
    void terminate() noexcept { spent_.clear(); }

  private:
    const std::uint64_t limit_;
    std::unordered_map<std::string, std::uint64_t> spent_;
};

template <LimitAdaptor A>
absl::StatusOr<ProcessorFactory> configure(ProcessorSetup& setup, const LimitOptions& options) {
    auto adaptor_options = A::configure(setup);
    if (!adaptor_options.ok()) return adaptor_options.status();
    return ProcessorFactory([options, own = *std::move(adaptor_options)](const ShardInfo&) {
        return std::make_unique<LimitProcessor<A>>(options, own);
    });
}

ProcessorKind limit_kind() {
    AdaptorList<LimitOptions> adaptors;
    adaptors.add("card", "a limit for each card", &configure<CardLimitAdaptor>);
    return adaptors.kind("limit_check", "approves payments within a limit", false, [](ProcessorSetup& setup) {
        LimitOptions options;
        setup.settings.read("service_names", options.service_names).required().not_empty();
        return options;
    });
}

}  // namespace

int main(int argc, char** argv) {
    prosa::ProcessorRegistry own_kinds;
    if (!own_kinds.add(limit_kind()).ok()) return 1;
    return prosa::prosa_main(argc, argv, &own_kinds);
}
