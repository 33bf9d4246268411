// The life of a stepped instance, its client and its log of transactions, from its construction to its end, in which
// one allocation fails, or all from one on. What was refused for want of memory is asked once more.
//
// Forbids   the end of the process; std::bad_alloc out of a call that promises a status; an accepted request or a coroutine's call with no outcome or with two, or that is
//           not told to the log once; an instance that does not stop; a refusal without a text; after a single failure
//           a second refusal, or a requester that no longer gets answers from each service; memory that nobody frees,
//           of operator new or of the message pools; an allocation that was to fail and was never reached.
// Replay    ALLOCATION=N runs that one only.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <new>
#include <optional>

#include "test/core/bus/bus_support.hpp"
#include "test/faults/failing_memory.hpp"
#include "test/support/check_line.hpp"

namespace prosa::test {
namespace {

constexpr std::uint32_t large_body_bytes = 600;

// Responses of one requester.
struct Answers {
    std::uint32_t first = 0;
    std::uint32_t second = 0;

    bool is_served() const { return first != 0 && second != 0; }
};

struct Notes {
    std::uint32_t accepted = 0;
    std::uint32_t abandoned = 0;  // their sender's incarnation ended first
    std::uint32_t outcomes = 0;
    std::uint32_t pending = 0;  // of the sender's present incarnation
    std::uint32_t calls = 0;    // of its coroutines
    std::uint32_t calls_abandoned = 0;
    std::uint32_t call_outcomes = 0;
    std::uint32_t served = 0;
    bool has_started = false;
    std::uint32_t refusals = 0;     // of what was asked twice
    std::uint32_t unexplained = 0;  // failures without a text
    std::uint64_t logged = 0;
    std::int64_t client_pending = 0;  // when it was closed
    Answers sender;
    Answers client;

    bool is_served() const { return sender.is_served() && client.is_served(); }
};

// A call of a coroutine: it ends with an outcome, or with the coroutine when its incarnation ended first.
class NotedCall {
  public:
    explicit NotedCall(Notes& notes) : notes_(notes) { ++notes_.calls; }
    NotedCall(const NotedCall&) = delete;
    NotedCall& operator=(const NotedCall&) = delete;
    ~NotedCall() {
        if (!has_ended_) ++notes_.calls_abandoned;
    }

    void note_outcome() {
        has_ended_ = true;
        ++notes_.call_outcomes;
    }

  private:
    Notes& notes_;
    bool has_ended_ = false;
};

// Answers at once, later, or not at all; throws at times; announces and withdraws services while it runs.
class Provider final : public Processor {
  public:
    Provider(Notes& notes, std::string service) : notes_(notes), service_(std::move(service)) {}

    absl::Status on_start() override {
        bus().add_services({service_, "EXTRA"});
        bus().set_timer(bus().now_ns() + ns_per_ms, 1);
        return absl::OkStatus();
    }
    void on_request(Request& request) override {
        switch (++notes_.served % 8) {
            case 3:
                throw std::runtime_error("as the test wants, with a text that is longer than a small string");
            case 5:
                return;
            case 7:
                kept_ = request.keep();
                return;
            default:
                (void)request.reply(request.body());
        }
    }
    void on_timer(std::uint64_t) override {
        bus().remove_services({"EXTRA"});
        kept_.drop();
    }
    void terminate() noexcept override { kept_.drop(); }

  private:
    Notes& notes_;
    const std::string service_;
    KeptRequest kept_;
};

// Sends small and large requests, and one from a coroutine.
class Sender final : public Processor {
  public:
    explicit Sender(Notes& notes) : notes_(notes) {}

    absl::Status on_start() override {
        first_ = bus().resolve("FIRST");
        second_ = bus().resolve("SECOND");
        bus().want_turns(true);
        return absl::OkStatus();
    }
    Nanos on_turn(Nanos now_ns) override {
        if (now_ns == last_ns_) return now_ns + 1;
        last_ns_ = now_ns;
        send(first_, 16);
        send(second_, large_body_bytes);
        (void)bus().spawn(call(second_));
        return now_ns + 1;
    }
    void on_response(const Outcome& outcome) override {
        ++(outcome.service == first_ ? notes_.sender.first : notes_.sender.second);
        note_outcome();
    }
    void on_error(const Outcome&) override { note_outcome(); }
    void on_shutdown() override { bus().want_turns(false); }
    void terminate() noexcept override { notes_.abandoned += std::exchange(notes_.pending, 0); }

  private:
    void send(ServiceHandle service, std::uint32_t bytes) {
        static const std::byte body[large_body_bytes]{};
        if (!bus().send(service, std::span(body).first(bytes))) return;
        ++notes_.accepted;
        ++notes_.pending;
    }
    Task<void> call(ServiceHandle service) {
        NotedCall noted(notes_);
        const std::span<const std::byte> nothing;
        (void)co_await bus().call(service, nothing);
        noted.note_outcome();
    }
    void note_outcome() {
        ++notes_.outcomes;
        --notes_.pending;
    }

    Notes& notes_;
    ServiceHandle first_ = no_service;
    ServiceHandle second_ = no_service;
    Nanos last_ns_ = 0;
};

// Sends to both services at each step. Its outcomes are those of requests that it has in flight, and no other.
class Client {
  public:
    Client(BusMain& main, Notes& notes) : notes_(notes), client_(connected(main)) {
        first_ = client_->resolve("FIRST");
        second_ = client_->resolve("SECOND");
        client_->on_outcome([this](const Outcome& outcome) { note(outcome); });
    }
    ~Client() { close(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void turn() {
        (void)client_->poll();
        send(first_, 16);
        send(second_, large_body_bytes);
    }
    void close() noexcept {
        client_->close();
        notes_.client_pending += std::exchange(pending_, 0);
    }
    std::uint64_t accepted() const { return client_->caller().counters[CallerCounter::accepted].value(); }

  private:
    static std::unique_ptr<BusClient> connected(BusMain& main) {
        std::unique_ptr<BusClient> made = main.connect_client();
        PROSA_ASSERT(made != nullptr, "there is a place for it");
        return made;
    }
    void send(ServiceHandle service, std::uint32_t bytes) {
        static const std::byte body[large_body_bytes]{};
        pending_ += client_->send(service, std::span(body).first(bytes)) ? 1 : 0;
    }
    void note(const Outcome& outcome) {
        --pending_;
        if (outcome.ok()) ++(outcome.service == first_ ? notes_.client.first : notes_.client.second);
    }

    Notes& notes_;
    const std::unique_ptr<BusClient> client_;
    ServiceHandle first_ = no_service;
    ServiceHandle second_ = no_service;
    std::int64_t pending_ = 0;
};

// Counts what is told.
class Journal final : public TransactionJournal {
  public:
    explicit Journal(Notes& notes) : notes_(notes) {}

    void begin(std::shared_ptr<const ServiceDirectory>) override {}
    void name_processor(ProcessorId, std::string_view) override {}
    std::unique_ptr<TransactionSink> open() override { return std::make_unique<Sink>(notes_); }

  private:
    struct Sink final : TransactionSink {
        explicit Sink(Notes& told) : notes(told) {}
        void on_end(const TransactionRecord&) noexcept override { ++notes.logged; }

        Notes& notes;
    };

    Notes& notes_;
};

BusOptions small_bus() {
    BusOptions made;
    made.ring_slots = 8;
    made.slot_bytes = 128;
    made.block_bytes = 1024;
    made.pool_blocks = 64;
    made.credit = 8;
    made.kept_limit = 4;
    made.pending_limit = 32;
    made.call_timeout_ns = 20 * ns_per_ms;
    made.shutdown_timeout_ns = 50 * ns_per_ms;
    return made;
}

InstanceOptions stepped_instance(const BusOptions& bus, Notes& notes) {
    InstanceOptions made;
    made.name = "faults";
    made.stepped_from_ns = ns_per_s;
    made.pins_reactors = false;
    made.bus = bus;
    made.journal = std::make_shared<Journal>(notes);
    return made;
}

template <typename Made, typename... Arguments>
ProcessorDefinition definition_of(std::string name, std::uint32_t threads, Arguments... arguments) {
    ProcessorDefinition made;
    made.name = std::move(name);
    made.threads = threads;
    made.make = [arguments...](const ShardInfo&) { return std::make_unique<Made>(arguments...); };
    made.restart.period_ns = ns_per_ms;
    made.restart.maximum_ns = 2 * ns_per_ms;
    made.restart.jitter = 0;
    made.restart.intensity_count = 1'000'000;
    return made;
}

// One life; each part may fail, and what follows still has to hold.
class Life {
  public:
    Life(Notes& notes, const BusOptions& bus)
        : notes_(notes), main_(stepped_instance(bus, notes)), now_ns_(ns_per_s) {}

    void run() {
        add([this] { return definition_of<Provider>("first", 1, std::ref(notes_), "FIRST"); });
        add([this] {
            ProcessorDefinition shared = definition_of<Provider>("second", 2, std::ref(notes_), "SECOND");
            shared.queue = QueueMode::shared;
            return shared;
        });
        add([this] { return definition_of<Sender>("sender", 1, std::ref(notes_)); });
        notes_.has_started = noted(main_.start()).ok();
        (void)noted(main_.start());  // an instance starts once: this one is refused
        step(10);
        ask([this] { return made([this] { client_ = std::make_unique<Client>(main_, notes_); }); });
        step(20);
        add([this] { return definition_of<Provider>("later", 1, std::ref(notes_), "FIRST"); });
        step(10);
        ask([this] { return noted(main_.restart_processor("second")); });
        ask([this] { return noted(main_.withdraw_service("FIRST")); });
        ask([this] { return noted(main_.restore_service("FIRST")); });
        step(10);
        ask([this] { return noted(main_.remove_processor("later")); });
        ask([this] { return made([this] { (void)main_.report(); }); });
        step(20);
    }

    // From now on each requester shall get answers: as soon as blocks come home, which may take a house-keeping.
    void await_service(int steps) {
        notes_.sender = notes_.client = {};
        for (int i = 0; i < steps && !notes_.is_served(); ++i) step(1);
    }

    // True when it came to its end.
    bool stop() {
        main_.request_stop();
        for (int i = 0; i < 3000; ++i) {
            now_ns_ += ns_per_ms;
            if (!main_.step(now_ns_)) return true;
        }
        return false;
    }

    // Of the whole life, when it is over.
    std::uint64_t accepted() {
        constexpr auto at = static_cast<std::size_t>(CallerCounter::accepted);
        std::uint64_t sum = 0;
        for (const ProcessorReport& processor : main_.report().processors)
            for (const QueueReport& queue : processor.queues) sum += queue.caller[at];
        if (client_ == nullptr) return sum;
        client_->close();
        return sum + client_->accepted();
    }

  private:
    template <typename Make>
    void add(Make make) {
        ask([&] {
            ProcessorDefinition definition;
            const absl::Status answer = made([&] { definition = make(); });
            return answer.ok() ? noted(main_.add_processor(std::move(definition)).status()) : answer;
        });
    }
    // Once more when memory is short: "nothing has changed".
    template <typename Call>
    void ask(Call call) {
        absl::Status answer = call();
        if (absl::IsResourceExhausted(answer)) answer = call();
        notes_.refusals += !answer.ok();
    }
    // The answer of a call that says by it what it lacks.
    absl::Status noted(absl::Status answer) {
        notes_.unexplained += !answer.ok() && answer.message().empty();
        return answer;
    }
    // Of what throws instead: `connect_client`, `report`, and what a caller makes himself.
    template <typename Make>
    static absl::Status made(Make make) {
        try {
            make();
            return absl::OkStatus();
        } catch (const std::bad_alloc&) {
            return absl::Status(absl::StatusCode::kResourceExhausted, "");
        }
    }
    void step(int steps) {
        for (int i = 0; i < steps; ++i) {
            now_ns_ += ns_per_ms / 4;
            (void)main_.step(now_ns_);
            if (client_ != nullptr) client_->turn();
        }
    }

    Notes& notes_;
    BusMain main_;
    std::unique_ptr<Client> client_;
    Nanos now_ns_;
};

// Whether each request has its one outcome; `accepted` is what the instance counted.
bool is_accounted(const Notes& notes, std::uint64_t accepted) {
    const bool has_each_outcome = notes.accepted == notes.outcomes + notes.abandoned && notes.pending == 0 &&
                                  notes.calls == notes.call_outcomes + notes.calls_abandoned &&
                                  notes.client_pending == 0;
    CHECK(has_each_outcome);
    CHECK(notes.logged == accepted);
    CHECK(notes.unexplained == 0);
    return has_each_outcome && notes.logged == accepted && notes.unexplained == 0;
}

// Only an incarnation that lacked memory ends before its outcomes came.
bool has_no_early_end(const Notes& notes) {
    return notes.outcomes != 0 && notes.call_outcomes != 0 && notes.abandoned == 0 &&
           notes.calls_abandoned == 0;
}

// After a single failure: the start was refused, and nothing ran; or what was asked twice was done, and each service
// serves.
bool has_recovered(const Notes& notes) {
    if (!notes.has_started) return notes.accepted == 0;
    CHECK(notes.refusals == 0);
    CHECK(notes.sender.is_served());
    CHECK(notes.client.is_served());
    CHECK(notes.call_outcomes != 0);
    return notes.refusals == 0 && notes.is_served() && notes.call_outcomes != 0;
}

struct LifeResult {
    std::uint64_t allocations = 0;
    bool is_sound = true;
};

bool is_constructed(std::optional<Life>& life, Notes& notes, const BusOptions& bus) {
    try {
        life.emplace(notes, bus);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

bool is_lived_soundly(Life& life, const Notes& notes, bool lasts) {
    life.run();
    life.await_service(lasts ? 100 : 3000);
    const bool has_stopped = life.stop();
    FailingMemory::disarm();
    CHECK(has_stopped);
    return is_accounted(notes, life.accepted()) && has_stopped &&
           (FailingMemory::has_failed() ? lasts || has_recovered(notes) : has_no_early_end(notes));
}

LifeResult live_once(std::uint64_t which, bool lasts, const BusOptions& bus = small_bus()) {
    Notes notes;
    LifeResult result;
    FailingMemory::arm(which, lasts);
    try {
        std::optional<Life> life;
        if (is_constructed(life, notes, bus)) result.is_sound = is_lived_soundly(*life, notes, lasts);
        FailingMemory::disarm();
    } catch (const std::bad_alloc&) {
        FailingMemory::disarm();
        FAIL_CHECK("std::bad_alloc out of a call that says by a status what it lacks");
        result.is_sound = false;
    }
    result.allocations = FailingMemory::allocations();
    return result;
}

constexpr std::uint64_t never = ~std::uint64_t{0};

// Pools of the thread may keep more than before; they do so once.
bool check_life(std::uint64_t which, bool lasts) {
    CAPTURE(which);
    CAPTURE(lasts);
    for (int repeats = 0; repeats < 3; ++repeats) {
        const LiveMemory before = FailingMemory::live();
        if (!live_once(which, lasts).is_sound) return false;
        if (!FailingMemory::has_failed()) {
            FAIL_CHECK("the allocation was not reached");
            return false;
        }
        if (FailingMemory::live() == before) return true;
    }
    FAIL_CHECK("memory is lost at each repetition");
    return false;
}

TEST_CASE("each allocation may fail: no broken promise, no leak, and the instance stops") {
    log().set_level(spdlog::level::off);
    const auto begin = std::chrono::steady_clock::now();
    const char* const chosen = std::getenv("ALLOCATION");
    (void)live_once(never, false);  // what is allocated once per process
    const std::uint64_t total = live_once(never, false).allocations;
    std::uint64_t first = 0, end = total;
    if (chosen != nullptr) {
        first = std::strtoull(chosen, nullptr, 10);
        end = first + 1;
    }
    std::uint64_t failures = 0;
    for (std::uint64_t which = first; which < end; ++which) {
        failures += !check_life(which, false);
        failures += !check_life(which, true);
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    print_check_line({"allocation failure", first, end - first, failures, seconds.count()});
}

TEST_CASE("an instance that runs can be destroyed while there is no memory") {
    log().set_level(spdlog::level::off);
    Notes notes;
    {
        Life life(notes, small_bus());
        life.run();
        FailingMemory::arm(0, true);
    }
    FailingMemory::disarm();
    CHECK(FailingMemory::has_failed());
    CHECK(notes.accepted == notes.outcomes + notes.abandoned);
}

TEST_CASE("pools and tables of each size run out without a broken promise") {
    log().set_level(spdlog::level::off);
    for (std::uint32_t pool_blocks = 1; pool_blocks <= 8; ++pool_blocks)
        for (std::uint32_t limit = 1; limit <= 8; ++limit) {
            CAPTURE(pool_blocks);
            CAPTURE(limit);
            BusOptions bus = small_bus();
            bus.pool_blocks = pool_blocks;
            bus.kept_limit = limit;
            bus.pending_limit = 4 * limit;
            bus.credit = limit;
            CHECK(live_once(never, false, bus).is_sound);
        }
}

}  // namespace
}  // namespace prosa::test
