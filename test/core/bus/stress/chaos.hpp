// test/core/bus/stress/chaos.hpp: processors that do at random whatever a provider may do, and two that flood.
#pragma once

#include <chrono>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/reactor/task.hpp"
#include "test/core/bus/stress/stress_support.hpp"

namespace prosa::test {

// What a provider may do with a request. `hangs` comes by the clock, the others by chance.
enum class Mischief : std::uint8_t {
    throws,
    fails,
    dawdles,
    throws_while_writing,
    is_silent,
    answers_twice,
    answers_error,
    aborts_answer,
    drops,
    holds,
    relays,
    throws_in_coroutine,
    hangs,
    count_
};
inline constexpr const char* mischief_names[] = {
    "throws",    "fails",         "dawdles",       "throws while writing",
    "is silent", "answers twice", "answers error", "aborts answer",
    "drops",     "holds",         "relays",        "throws in coroutine",
    "hangs"};
static_assert(std::size(mischief_names) == static_cast<std::size_t>(Mischief::count_));

inline constexpr Nanos hang_after_ns = 50 * ns_per_ms;

// What all processors of the test share.
struct Stage {
    Faults faults;
    std::atomic<bool> is_calm{false};  // from here on everybody only answers
    std::atomic<std::uint64_t> seed{0};
    std::atomic<Nanos> next_hang_ns{0};
    std::atomic<std::uint64_t> mischiefs[static_cast<std::size_t>(Mischief::count_)]{};

    std::uint64_t next_seed() { return seed.fetch_add(0x9E37'79B9); }
    void note(Mischief mischief) {
        mischiefs[static_cast<std::size_t>(mischief)].fetch_add(1, std::memory_order_relaxed);
    }
    // True for one of those that ask when it is time for another hang.
    bool take_hang() {
        const Nanos now_ns = monotonic_now_ns();
        Nanos due_ns = next_hang_ns.load(std::memory_order_relaxed);
        return now_ns >= due_ns && next_hang_ns.compare_exchange_strong(due_ns, now_ns + 700 * ns_per_ms);
    }
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
        if (stage_.take_hang())
            hang(request, number);
        else
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
        struct Share {
            std::uint32_t end;  // of those with a lower one, of 10 000
            Mischief mischief;
        };
        static constexpr Share shares[] = {
            {5, Mischief::throws},           {10, Mischief::fails},
            {14, Mischief::dawdles},         {18, Mischief::throws_while_writing},
            {300, Mischief::is_silent},      {600, Mischief::answers_twice},
            {1000, Mischief::answers_error}, {1200, Mischief::aborts_answer},
            {1400, Mischief::drops},         {3000, Mischief::holds},
            {3400, Mischief::relays}};
        for (const Share& share : shares) {
            if (dice >= share.end) continue;
            stage_.note(share.mischief);
            return commit(share.mischief, request, number);
        }
        answer(request, number);
    }
    void commit(Mischief mischief, Request& request, std::uint64_t number) {
        switch (mischief) {
            case Mischief::throws:
                throw std::runtime_error("at random");
            case Mischief::fails:
                return bus().fail(ProcessorError::recoverable("at random, without an exception"));
            case Mischief::dawdles:
                return dawdle(request, number);
            case Mischief::throws_while_writing:
                return throw_while_writing(request);
            case Mischief::is_silent:
                return;
            case Mischief::answers_twice:
                return answer_twice(request, number);
            case Mischief::answers_error:
                return (void)request.fail(ServiceError::protocol);
            case Mischief::aborts_answer:
                return (void)request.answer(500);
            case Mischief::drops:
                return (void)request.keep();
            case Mischief::holds:
                return hold(request);
            case Mischief::relays:
                return relay(request);
            default:
                return stage_.faults.add("no such mischief by chance");
        }
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
    void throw_while_writing(Request& request) {
        Answer open = request.answer();
        (void)fill(open.body(), large_bytes_max, 0);
        throw std::runtime_error("while an answer is open");
    }
    void dawdle(Request& request, std::uint64_t number) {
        spin(static_cast<Nanos>(random_() % 5) * ns_per_ms);
        answer(request, number);
    }
    // Long enough to be noticed, on a CPU or in a call of the kernel's.
    void hang(Request& request, std::uint64_t number) {
        stage_.note(Mischief::hangs);
        if (random_() % 2 == 0)
            spin(4 * hang_after_ns);
        else
            std::this_thread::sleep_for(std::chrono::nanoseconds(4 * hang_after_ns));
        answer(request, number);
    }
    static void spin(Nanos duration_ns) {
        const Nanos end_ns = monotonic_now_ns() + duration_ns;
        while (monotonic_now_ns() < end_ns) cpu_relax();
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
        const bool throws = random_() % 64 == 0;
        if (!bus().spawn(ask_and_answer(std::move(kept), throws))) return;
    }
    Task<void> ask_and_answer(KeptRequest kept, bool throws) {
        const Outcome outcome = co_await bus().call(flood_, kept.body(), 20 * ns_per_ms);
        if (throws) {
            stage_.note(Mischief::throws_in_coroutine);
            throw std::runtime_error("in a coroutine");
        }
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
