// test/process/ledger_source.hpp: a source at a constant rate that writes down what became of each request.
//
// Body      field 1: the request's number in the ledger; the answer must carry the same.
// Threads   the reactor of its shard.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/bus/bus.hpp"
#include "core/bus/processor_registry.hpp"
#include "test/process/outcome_ledger.hpp"
#include "tvf/flat_tvf.hpp"

namespace prosa::test {

constexpr Tag number_tag = 1;

struct LedgerSourceOptions {
    std::string service_name;
    std::string ledger;
    std::uint64_t requests = 100'000;  // entries of the ledger
    std::uint64_t rate = 10'000;       // per second
};

class LedgerSource final : public Processor {
  public:
    LedgerSource(LedgerSourceOptions options, std::shared_ptr<OutcomeLedger> ledger)
        : options_(std::move(options)), ledger_(std::move(ledger)), next_(ledger_->next_unused()) {}

    absl::Status on_start() override {
        service_ = bus().resolve(options_.service_name);
        on_service_table();  // the provider may have been first
        return absl::OkStatus();
    }

    void on_service_table() override {
        if (has_begun_ || !bus().has_provider(service_)) return;
        has_begun_ = true;
        next_send_ns_ = bus().now_ns();
        bus().want_turns(true);
    }

    // What a stall left behind is sent at once, but no more than fits: the rate is kept, not the sum.
    Nanos on_turn(Nanos now_ns) override {
        const Nanos gap_ns = ns_per_s / static_cast<Nanos>(options_.rate);
        for (int burst = 0; burst < 64 && next_send_ns_ <= now_ns; ++burst) {
            if (next_ == ledger_->capacity()) {
                bus().want_turns(false);
                return no_deadline_ns;
            }
            send(next_++);
            next_send_ns_ = std::max(next_send_ns_ + gap_ns, now_ns - 64 * gap_ns);
        }
        return next_send_ns_;
    }

    void on_response(const Outcome& outcome) override {
        const auto fields = FlatTvfView::validate(outcome.body);
        ledger_->end(outcome.token, outcome.error,
                     fields.ok() && fields->get_unsigned(number_tag).value == outcome.token);
    }
    void on_error(const Outcome& outcome) override { ledger_->end(outcome.token, outcome.error, true); }

    void on_shutdown() override { bus().want_turns(false); }

  private:
    void send(std::size_t number) {
        ledger_->offer(number);
        SendOptions options;
        options.token = number;
        Claim claim = bus().claim(service_, options);
        if (!claim) return ledger_->refuse(number, claim.refusal());
        FlatTvfWriter writer(claim.body());
        writer.put_unsigned(number_tag, number);
        if (writer.finish() != TvfError::none) return ledger_->refuse(number, ServiceError::overloaded);
        claim.commit();
        ledger_->accept(number);
    }

    const LedgerSourceOptions options_;
    const std::shared_ptr<OutcomeLedger> ledger_;
    std::size_t next_;
    ServiceHandle service_ = no_service;
    Nanos next_send_ns_ = 0;
    bool has_begun_ = false;
};

}  // namespace prosa::test
