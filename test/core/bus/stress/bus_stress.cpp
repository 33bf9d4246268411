// Clients and processors send for STRESS_SECONDS to providers that do whatever a provider may do, while an
// operator restarts, removes, adds, withdraws and restores them.
//
// Forbids   an accepted request with no outcome, or with two; the answer to another request; a body that changed; a
//           second answer that is taken; a reply nobody waits for; credit, kept blocks or body blocks that do not
//           come back; counters of one side that do not add up; a standstill of two processors that flood each
//           other through tiny rings; a hang that is never noticed or never over; a stop that does not end; a run in
//           which little was sent, or in which a provider or the operator left out a part of what they may do.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <numeric>
#include <set>

#include "test/core/bus/stress/chaos.hpp"
#include "test/support/stress_run.hpp"

namespace prosa::test {
namespace {

constexpr const char* services[] = {"CHAOS", "SHARED", "EXTRA", "FLOOD1"};

InstanceOptions tiny_instance() {
    InstanceOptions made;
    made.name = "stress";
    made.bus.ring_slots = 16;
    made.bus.credit = 256;
    made.bus.kept_limit = 64;
    made.bus.block_bytes = 2048;
    made.bus.pool_blocks = 128;
    made.bus.pending_limit = 1024;
    made.bus.hang_after_ns = hang_after_ns;
    made.bus.shutdown_timeout_ns = 10 * ns_per_s;
    made.pins_reactors = false;
    return made;
}

ProcessorDefinition chaos(Stage& stage, const std::string& name, const std::string& service) {
    ProcessorDefinition made;
    made.name = name;
    made.make = [&stage, service](const ShardInfo&) { return std::make_unique<Chaos>(stage, service); };
    made.restart.period_ns = 50 * ns_per_us;
    made.restart.maximum_ns = 500 * ns_per_us;
    made.restart.intensity_count = 1'000'000'000;
    return made;
}

ProcessorDefinition flooder(Stage& stage, Ledger& ledger, const std::string& own, const std::string& other) {
    ProcessorDefinition made;
    made.name = own;
    made.make = [&stage, &ledger, own, other](const ShardInfo&) {
        return std::make_unique<Flooder>(stage, ledger, own, other);
    };
    return made;
}

ProcessorDefinition extra(Stage& stage) {
    ProcessorDefinition made = chaos(stage, "extra", "EXTRA");
    made.reactor = 0;
    return made;
}

// A thread that sends at random through a client of its own.
class Sender {
  public:
    Sender(BusMain& main, Stage& stage, std::string name)
        : stage_(stage),
          ledger_(std::move(name), stage.faults),
          client_(main.connect_client()),
          random_(stage.next_seed()) {
        client_->on_outcome([this](const Outcome& outcome) { ledger_.close(outcome); });
        for (const char* const service : services) handles_.push_back(client_->resolve(service));
    }

    void run() {
        while (!stage_.is_calm.load(std::memory_order_relaxed)) {
            for (auto burst = random_() % 32; burst > 0; --burst) send_one();
            client_->poll();
            if (random_() % 64 == 0) std::this_thread::yield();
        }
    }

    // Delivers until every request has its outcome and its credit is back.
    bool settle() {
        return eventually(
            [this] {
                while (client_->poll()) {
                }
                return client_->unanswered_count() == 0;
            },
            60 * ns_per_s);
    }

    // A calm answer from each service: so every reactor turns once more and takes its blocks home.
    void ping() {
        for (const ServiceHandle handle : handles_) {
            SendOptions options = options_for(1000);
            if (!try_send(handle, options, body_bytes_min)) ledger_.take_back();
        }
        client_->poll();
    }

    void check() {
        ledger_.check_complete();
        const auto values = client_->caller().counters.values();
        const auto first = values.begin() + static_cast<std::ptrdiff_t>(CallerCounter::outcome_none);
        const std::uint64_t outcomes = std::accumulate(first, first + 7, std::uint64_t{0});
        CHECK(values[static_cast<std::size_t>(CallerCounter::accepted)] == ledger_.accepted());
        CHECK(outcomes == ledger_.closed());
        CHECK(ledger_.accepted() == ledger_.closed());
        for (std::size_t code = 0; code < 7; ++code)
            CHECK(*(first + static_cast<std::ptrdiff_t>(code)) ==
                  ledger_.ended_with(static_cast<ServiceError>(code)));
        CHECK(client_->in_flight_count() == 0);
        CHECK(client_->unanswered_count() == 0);
    }

    void close() { client_.reset(); }
    const Ledger& ledger() const { return ledger_; }

  private:
    SendOptions options_for(std::uint64_t timeout_ms) {
        SendOptions options;
        options.token = ledger_.open();
        options.timeout_ns = static_cast<Nanos>(timeout_ms) * ns_per_ms;
        if (random_() % 4 == 0) options.correlation = options.token + 1;
        return options;
    }

    bool try_send(ServiceHandle handle, const SendOptions& options, std::uint32_t size) {
        Claim claim = client_->claim(handle, options);
        if (!claim || !fill(claim.body(), size, options.token)) return false;
        claim.commit();
        return true;
    }

    void send_one() {
        const auto dice = random_() % 100;
        if (dice < 3) return overlap();
        const std::size_t which = dice < 50 ? 0 : dice < 75 ? 1 : dice < 85 ? 2 : 3;
        const SendOptions options = options_for(random_() % 100 + 1);
        const bool aborts = dice == 99;
        if (aborts) {
            Claim claim = client_->claim(handles_[which], options);
            if (claim) (void)fill(claim.body(), random_size(random_), options.token);
        }
        if (aborts || !try_send(handles_[which], options, random_size(random_))) ledger_.take_back();
    }

    // Several claims at once, ended in another order.
    void overlap() {
        std::vector<std::pair<std::uint64_t, std::unique_ptr<Claim>>> claims;
        for (auto i = random_() % 5; i < 5; ++i) {
            const SendOptions options = options_for(random_() % 100 + 1);
            std::unique_ptr<Claim> claim(new Claim(client_->claim(handles_[random_() % 4], options)));
            if (*claim && fill(claim->body(), random_size(random_), options.token))
                claims.emplace_back(options.token, std::move(claim));
            else
                ledger_.cancel(options.token);
        }
        std::shuffle(claims.begin(), claims.end(), random_);
        for (auto& [number, claim] : claims) {
            if (random_() % 8 != 0) {
                claim->commit();
                continue;
            }
            claim.reset();
            ledger_.cancel(number);
        }
    }

    Stage& stage_;
    Ledger ledger_;
    std::unique_ptr<BusClient> client_;
    std::mt19937_64 random_;
    std::vector<ServiceHandle> handles_;
};

// A client that leaves while its requests are queued and kept.
void visit(BusMain& main, std::mt19937_64& random) {
    auto client = main.connect_client();
    if (client == nullptr) return;
    std::vector<std::byte> body(body_bytes_min + random() % large_bytes_max / 2);
    write_body(body.data(), static_cast<std::uint32_t>(body.size()), 1);
    for (const char* const service : services) {
        const ServiceHandle handle = client->resolve(service);
        for (int i = 0; i < 8; ++i) (void)client->send(handle, body);
    }
    if (random() % 2 == 0) client->poll();
}

// Which reactors hang by Main's word, and how often that changed.
class HangWatch {
  public:
    void look(const InstanceReport& report) {
        for (const ReactorReport& reactor : report.reactors) {
            const bool was_hanging = hanging_.contains(reactor.id);
            if (reactor.is_hanging == was_hanging) continue;
            if (reactor.is_hanging) {
                hanging_.insert(reactor.id);
                ++noticed_;
            } else {
                hanging_.erase(reactor.id);
            }
        }
    }
    std::uint64_t noticed() const { return noticed_; }
    bool is_over() const { return hanging_.empty(); }

  private:
    std::set<ReactorId> hanging_;
    std::uint64_t noticed_ = 0;
};

// For a while, the operator does what he may; how often he did it.
class Operator {
  public:
    Operator(BusMain& main, Stage& stage) : main_(main), stage_(stage), random_(stage.next_seed()) {}

    void work(Nanos end_ns) {
        while (monotonic_now_ns() < end_ns) {
            std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 20));
            act(services[random_() % 2]);
            hangs_.look(main_.report());
        }
        (void)main_.restore_service(services[0]);
        (void)main_.restore_service(services[1]);
    }
    void check() {
        for (const std::uint32_t count : {withdrawn_, restored_, restarted_, removed_, added_, visited_})
            CHECK(count > 0);
        CHECK(hangs_.noticed() > 0);
        CHECK(eventually([&] {
            hangs_.look(main_.report());
            return hangs_.is_over();
        }));
        MESSAGE("hangs noticed: ", hangs_.noticed());
    }

  private:
    void act(const std::string& service) {
        switch (random_() % 8) {
            case 0:
                withdrawn_ += main_.withdraw_service(service).ok();
                break;
            case 1:
                restarted_ += main_.restart_processor("chaos-2").ok();
                break;
            case 2:
                restarted_ += main_.restart_processor("pool").ok();
                break;
            case 3:
                removed_ += main_.remove_processor("extra").ok();
                break;
            case 4:
                added_ += main_.add_processor(extra(stage_)).ok();
                break;
            case 5:
                if (visitors_left_ == 0 || --visitors_left_ % 2 != 0) break;
                visit(main_, random_);
                ++visited_;
                break;
            default:
                restored_ += main_.restore_service(service).ok();
                break;
        }
    }

    BusMain& main_;
    Stage& stage_;
    std::mt19937_64 random_;
    HangWatch hangs_;
    std::uint32_t visitors_left_ = 100;
    std::uint32_t withdrawn_ = 0, restored_ = 0, restarted_ = 0, removed_ = 0, added_ = 0, visited_ = 0;
};

// No block is out, nothing is kept or waits anywhere.
bool is_empty(const InstanceReport& report) {
    for (const ReactorReport& reactor : report.reactors)
        if (reactor.in_flight != 0 || reactor.kept_blocks != 0 || reactor.body_blocks != 0 ||
            reactor.outbox != 0 || reactor.credit_in_use != 0)
            return false;
    return true;
}

void check_counters(const InstanceReport& report) {
    for (const ReactorReport& reactor : report.reactors) {
        INFO("reactor ", value_of(reactor.id));
        CHECK(reactor.duplicate == 0);
        CHECK(reactor.kept_blocks == 0);
        CHECK(reactor.body_blocks == 0);
        CHECK(reactor.outbox == 0);
        CHECK(reactor.credit_in_use == 0);
    }
    for (const ProcessorReport& processor : report.processors)
        for (const QueueReport& queue : processor.queues) {
            INFO(processor.name, "/", value_of(queue.queue));
            const auto answered =
                queue.callee.begin() + static_cast<std::ptrdiff_t>(CalleeCounter::answered_none);
            CHECK(std::accumulate(answered, answered + 7, std::uint64_t{0}) ==
                  queue.callee[static_cast<std::size_t>(CalleeCounter::received)]);
            CHECK(queue.kept == 0);
            const auto ended =
                queue.caller.begin() + static_cast<std::ptrdiff_t>(CallerCounter::outcome_none);
            CHECK(std::accumulate(ended, ended + 7, std::uint64_t{0}) +
                      queue.caller[static_cast<std::size_t>(CallerCounter::abandoned)] ==
                  queue.caller[static_cast<std::size_t>(CallerCounter::accepted)]);
        }
}

void tell(const Ledger& ledger) {
    MESSAGE(ledger.name(), ": ", ledger.accepted(),
            " requests, outcomes by code: ", ledger.ended_with(ServiceError::none), " ok, ",
            ledger.ended_with(ServiceError::unreachable), " unreachable, ",
            ledger.ended_with(ServiceError::timeout), " timeout, ", ledger.ended_with(ServiceError::protocol),
            " protocol, ", ledger.ended_with(ServiceError::overloaded), " overloaded, ",
            ledger.ended_with(ServiceError::dropped), " dropped");
}

void check_mischief(const Stage& stage) {
    for (std::size_t i = 0; i < std::size(mischief_names); ++i) {
        INFO(mischief_names[i]);
        CHECK(stage.mischiefs[i] > 0);
    }
}

// Together at least a twentieth of what two CPUs did that had other work, too; each requester a twentieth of that.
void check_amount(const std::vector<const Ledger*>& ledgers, std::uint64_t seconds) {
    const std::uint64_t all_min = seconds * (is_sanitized ? 500 : 2'500);
    std::uint64_t all = 0;
    for (const Ledger* const ledger : ledgers) {
        INFO(ledger->name());
        CHECK(ledger->accepted() >= all_min / 20);
        all += ledger->accepted();
    }
    CHECK(all >= all_min);
    for (const ServiceError ended : {ServiceError::none, ServiceError::unreachable, ServiceError::timeout,
                                     ServiceError::protocol, ServiceError::dropped}) {
        INFO(name_of(ended));
        CHECK(std::any_of(ledgers.begin(), ledgers.end(),
                          [&](const Ledger* ledger) { return ledger->ended_with(ended) > 0; }));
    }
}

TEST_CASE("every accepted request has one outcome, and everything lent comes back") {
    const std::uint64_t seed = stress_seed();
    const auto duration = stress_seconds().value_or(std::chrono::seconds(20));
    MESSAGE("seed ", seed, " (set TEST_SEED; STRESS_SECONDS says how long)");
    Watchdog watchdog("bus_stress", duration + std::chrono::seconds(90));
    log().set_level(spdlog::level::off);

    Stage stage;
    stage.seed = seed;
    Ledger flood1("FLOOD1", stage.faults);
    Ledger flood2("FLOOD2", stage.faults);
    BusMain main(tiny_instance());
    ProcessorDefinition pool = chaos(stage, "pool", "SHARED");
    pool.threads = 2;
    pool.queue = QueueMode::shared;
    REQUIRE(main.add_processor(chaos(stage, "chaos-1", "CHAOS")).ok());
    REQUIRE(main.add_processor(chaos(stage, "chaos-2", "CHAOS")).ok());
    REQUIRE(main.add_processor(std::move(pool)).ok());
    REQUIRE(main.add_processor(flooder(stage, flood1, "FLOOD1", "FLOOD2")).ok());
    REQUIRE(main.add_processor(flooder(stage, flood2, "FLOOD2", "FLOOD1")).ok());
    REQUIRE(main.start().ok());

    std::deque<Sender> senders;
    senders.emplace_back(main, stage, "client 1");
    senders.emplace_back(main, stage, "client 2");
    std::vector<std::thread> threads;
    for (Sender& sender : senders) threads.emplace_back([&sender] { sender.run(); });
    Operator op(main, stage);
    op.work(monotonic_now_ns() + duration.count() * ns_per_s);
    stage.is_calm = true;
    for (std::thread& thread : threads) thread.join();

    for (Sender& sender : senders) CHECK(sender.settle());
    CHECK(eventually(
        [&] {
            for (Sender& sender : senders) {
                sender.ping();
                sender.settle();
            }
            return is_empty(main.report()) && flood1.accepted() == flood1.closed() &&
                   flood2.accepted() == flood2.closed();
        },
        60 * ns_per_s));
    std::uint64_t count = 0;
    std::vector<const Ledger*> ledgers{&flood1, &flood2};
    for (Sender& sender : senders) {
        sender.check();
        ledgers.push_back(&sender.ledger());
    }
    for (const Ledger* const ledger : ledgers) {
        tell(*ledger);
        count += ledger->accepted();
    }
    check_amount(ledgers, static_cast<std::uint64_t>(duration.count()));
    check_mischief(stage);
    op.check();
    check_counters(main.report());
    senders.clear();
    CHECK(main.stop_and_join("test") == 0);
    for (const Ledger* const ledger : {&flood1, &flood2}) {
        ledger->check_complete();
        CHECK(ledger->accepted() == ledger->closed());
    }
    note_check("bus stress", seed, count);
    INFO(stage.faults.shown());
    CHECK(stage.faults.count() == 0);
}

}  // namespace
}  // namespace prosa::test
