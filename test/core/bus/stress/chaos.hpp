// test/core/bus/stress/chaos.hpp: processors that do at random whatever a provider may do, and two that flood.
#pragma once

#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/reactor/task.hpp"
#include "test/core/bus/stress/stress_support.hpp"

namespace prosa::test {

// What all processors of the test share.
struct Stage {
    Faults faults;
    std::atomic<bool> is_calm{false};  // from here on everybody only answers
    std::atomic<std::uint64_t> seed{0};
    std::uint64_t next_seed() { return seed.fetch_add(0x9E37'79B9); }
};

inline constexpr std::uint32_t large_bytes_max = 1900;

inline std::uint32_t random_size(std::mt19937_64& random) {
    const auto bits = random();
    if (bits % 10 != 0) return body_bytes_min + static_cast<std::uint32_t>((bits >> 8) % 150);
    return body_bytes_min + static_cast<std::uint32_t>((bits >> 8) % (large_bytes_max - body_bytes_min));
}

class Chaos final : public Processor {
  public:
    Chaos(Stage& stage, std::string service)
        : stage_(stage), service_(std::move(service)), random_(stage.next_seed()) {}

    absl::Status on_start() override {
        flood_ = bus().resolve("FLOOD1");
        bus().add_services({service_});
        return absl::OkStatus();
    }

    void on_request(Request& request) override {
        if (!is_intact(request.body())) stage_.faults.add(service_ + ": a damaged request");
        const std::uint64_t number = number_of(request.body());
        if (stage_.is_calm.load(std::memory_order_relaxed)) {
            release_held();
            answer(request, number);
            return;
        }
        misbehave(request, number, static_cast<std::uint32_t>(random_() % 10'000));
        if (held_.size() > 40) release_one();
    }

    void on_timer(std::uint64_t) override {
        has_timer_ = false;
        release_held();
    }

    void terminate() noexcept override { held_.clear(); }

  private:
    void misbehave(Request& request, std::uint64_t number, std::uint32_t dice) {
        if (dice < 5) throw std::runtime_error("at random");
        if (dice < 8) return bus().fail(ProcessorError::recoverable("at random, without an exception"));
        if (dice < 10) return spin(request, number);
        if (dice < 12) return fail_while_writing(request);
        if (dice < 300) return;  // no answer
        if (dice < 600) return answer_twice(request, number);
        if (dice < 1000) return (void)request.fail(ServiceError::protocol);
        if (dice < 1200) return (void)request.answer(500);  // aborted
        if (dice < 1400) return (void)request.keep();       // dropped at once
        if (dice < 3000) return hold(request);
        if (dice < 3400) return relay(request);
        answer(request, number);
    }

    template <typename Any>
    void answer(Any& request, std::uint64_t number) {
        Answer answer = request.answer();
        if (!answer) return stage_.faults.add(service_ + ": the first answer was refused");
        (void)fill(answer.body(), random_size(random_), number);
        answer.commit();
    }
    void answer_twice(Request& request, std::uint64_t number) {
        answer(request, number);
        if (request.reply({})) stage_.faults.add(service_ + ": a second answer was taken");
    }
    void fail_while_writing(Request& request) {
        Answer open = request.answer();
        (void)fill(open.body(), large_bytes_max, 0);
        throw std::runtime_error("while an answer is open");
    }
    void spin(Request& request, std::uint64_t number) {
        const Nanos end_ns = monotonic_now_ns() + static_cast<Nanos>(random_() % 5) * ns_per_ms;
        while (monotonic_now_ns() < end_ns) cpu_relax();
        answer(request, number);
    }
    void hold(Request& request) {
        KeptRequest kept = request.keep();
        if (!kept) return (void)request.fail(ServiceError::overloaded);
        held_.push_back(std::move(kept));
        if (has_timer_) return;
        has_timer_ = true;
        bus().set_timer(bus().now_ns() + static_cast<Nanos>(random_() % 300) * ns_per_us, 0);
    }
    void release_one() {
        std::swap(held_[random_() % held_.size()], held_.back());
        KeptRequest kept = std::move(held_.back());
        held_.pop_back();
        if (!is_intact(kept.body())) stage_.faults.add(service_ + ": a damaged kept request");
        answer(kept, number_of(kept.body()));
    }
    void release_held() {
        while (!held_.empty()) release_one();
    }

    void relay(Request& request) {
        KeptRequest kept = request.keep();
        if (!kept) return;
        const bool throws = random_() % 256 == 0;
        if (!bus().spawn(ask_and_answer(std::move(kept), throws))) return;
    }
    Task<void> ask_and_answer(KeptRequest kept, bool throws) {
        const Outcome outcome = co_await bus().call(flood_, kept.body(), 20 * ns_per_ms);
        if (throws) throw std::runtime_error("in a coroutine");
        if (!outcome.ok())
            kept.fail(outcome.error);
        else
            kept.reply(outcome.body);
    }

    Stage& stage_;
    const std::string service_;
    std::mt19937_64 random_;
    std::vector<KeptRequest> held_;
    ServiceHandle flood_{};
    bool has_timer_ = false;
};

// Answers what comes, and sends to the other as much as it accepts.
class Flooder final : public Processor {
  public:
    Flooder(Stage& stage, Ledger& ledger, std::string own, std::string other)
        : stage_(stage),
          ledger_(ledger),
          own_(std::move(own)),
          other_name_(std::move(other)),
          random_(stage.next_seed()) {}

    absl::Status on_start() override {
        bus().add_services({own_});
        other_ = bus().resolve(other_name_);
        bus().want_turns(true);
        return absl::OkStatus();
    }

    void on_request(Request& request) override {
        if (!is_intact(request.body())) stage_.faults.add(own_ + ": a damaged request");
        request.reply(request.body());
    }

    Nanos on_turn(Nanos now_ns) override {
        if (stage_.is_calm.load(std::memory_order_relaxed)) {
            bus().want_turns(false);
            return no_deadline_ns;
        }
        for (int i = 0; i < 16; ++i) {
            SendOptions options;
            options.token = ledger_.open();
            options.timeout_ns = static_cast<Nanos>(random_() % 100 + 1) * ns_per_ms;
            Claim claim = bus().claim(other_, options);
            if (!claim || !fill(claim.body(), random_size(random_), options.token)) {
                ledger_.take_back();
                break;
            }
            claim.commit();
        }
        return now_ns;
    }
    void on_response(const Outcome& outcome) override { ledger_.close(outcome); }
    void on_error(const Outcome& outcome) override { ledger_.close(outcome); }

  private:
    Stage& stage_;
    Ledger& ledger_;
    const std::string own_;
    const std::string other_name_;
    std::mt19937_64 random_;
    ServiceHandle other_{};
};

}  // namespace prosa::test
