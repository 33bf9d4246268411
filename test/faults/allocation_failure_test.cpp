// The life of a stepped instance, from its construction to its end, in which one allocation fails, or all
// from one on.
//
// Forbids   the end of the process; an accepted request or a coroutine's call with no outcome or with two; an
// instance
//           that does not stop; a failed start or registration without a text; memory that nobody frees, of
//           operator new or of the message pools; an allocation that was to fail and was never reached.
// Replay    ALLOCATION=N runs that one only.
#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <new>

#include "test/core/bus/bus_support.hpp"
#include "test/faults/failing_memory.hpp"
#include "test/support/check_line.hpp"

namespace prosa::test {
namespace {

constexpr std::uint32_t large_body_bytes = 600;

struct Notes {
    std::uint32_t accepted = 0;
    std::uint32_t abandoned = 0;  // their sender's incarnation ended first
    std::uint32_t outcomes = 0;
    std::uint32_t pending = 0;  // of the sender's present incarnation
    std::uint32_t calls = 0;    // of its coroutines
    std::uint32_t calls_abandoned = 0;
    std::uint32_t call_outcomes = 0;
    std::uint32_t served = 0;
    std::uint32_t unexplained = 0;  // failures without a text
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
    void on_response(const Outcome&) override { note_outcome(); }
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

BusOptions small_bus() {
    BusOptions made;
    made.ring_slots = 8;
    made.slot_bytes = 128;
    made.block_bytes = 1024;
    made.pool_blocks = 8;
    made.credit = 8;
    made.kept_limit = 4;
    made.pending_limit = 32;
    made.call_timeout_ns = 20 * ns_per_ms;
    made.shutdown_timeout_ns = 50 * ns_per_ms;
    return made;
}

InstanceOptions stepped_instance(const BusOptions& bus) {
    InstanceOptions made;
    made.name = "faults";
    made.stepped_from_ns = ns_per_s;
    made.pins_reactors = false;
    made.bus = bus;
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
        : notes_(notes), main_(stepped_instance(bus)), now_ns_(ns_per_s) {}

    void run() {
        add(definition_of<Provider>("first", 1, std::ref(notes_), "FIRST"));
        ProcessorDefinition shared = definition_of<Provider>("second", 2, std::ref(notes_), "SECOND");
        shared.queue = QueueMode::shared;
        add(std::move(shared));
        add(definition_of<Sender>("sender", 1, std::ref(notes_)));
        expect_reason(main_.start());
        step(30);
        add(definition_of<Provider>("later", 1, std::ref(notes_), "FIRST"));
        step(10);
        attempt([this] { expect_reason(main_.restart_processor("second")); });
        attempt([this] { expect_reason(main_.withdraw_service("FIRST")); });
        attempt([this] { expect_reason(main_.restore_service("FIRST")); });
        step(10);
        attempt([this] { expect_reason(main_.remove_processor("later")); });
        attempt([this] { (void)main_.report(); });
        step(20);
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

  private:
    template <typename Call>
    static void attempt(Call call) {
        try {
            call();
        } catch (const std::bad_alloc&) {
            return;
        }
    }
    void add(ProcessorDefinition definition) {
        attempt([&] {
            const auto added = main_.add_processor(std::move(definition));
            if (!added.ok()) expect_reason(added.status());
        });
    }
    void expect_reason(const absl::Status& status) {
        notes_.unexplained += !status.ok() && status.message().empty();
    }
    void step(int steps) {
        for (int i = 0; i < steps; ++i) {
            now_ns_ += ns_per_ms / 4;
            (void)main_.step(now_ns_);
        }
    }

    Notes& notes_;
    BusMain main_;
    Nanos now_ns_;
};

bool is_sound(const Notes& notes) {
    const bool has_each_outcome = notes.accepted == notes.outcomes + notes.abandoned && notes.pending == 0 &&
                                  notes.calls == notes.call_outcomes + notes.calls_abandoned;
    // Only an incarnation that lacked memory ends before its outcomes came.
    const bool is_complete =
        FailingMemory::has_failed() || (notes.outcomes != 0 && notes.call_outcomes != 0 &&
                                        notes.abandoned == 0 && notes.calls_abandoned == 0);
    CHECK(has_each_outcome);
    CHECK(is_complete);
    CHECK(notes.unexplained == 0);
    return has_each_outcome && is_complete && notes.unexplained == 0;
}

struct LifeResult {
    std::uint64_t allocations = 0;
    bool is_sound = true;
};

LifeResult live_once(std::uint64_t which, bool lasts, const BusOptions& bus = small_bus()) {
    Notes notes;
    LifeResult result;
    FailingMemory::arm(which, lasts);
    try {
        Life life(notes, bus);
        life.run();
        const bool has_stopped = life.stop();
        FailingMemory::disarm();
        CHECK(has_stopped);
        result.is_sound = has_stopped;
    } catch (const std::bad_alloc&) {
        FailingMemory::disarm();
        CHECK(notes.accepted == 0);  // the constructor's
    }
    result.is_sound = result.is_sound && is_sound(notes);
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
