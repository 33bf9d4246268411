// Instances with threads of their own, and what stands beside them, that lack one, or memory, when they start.
//
// Forbids   std::bad_alloc out of a start; a refusal that does not say which thread, or what, was missing; a thread
//           or a socket's file that a refused start leaves; a processor that was refused and is there all the same; a
//           question that waits for Main's memory; a record of the log of transactions that is neither written nor
//           counted.
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/bus/bus.hpp"
#include "core/bus/bus_client.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/service_directory.hpp"
#include "core/control/control_server.hpp"
#include "core/control/transaction_log.hpp"
#include "test/faults/failing_memory.hpp"
#include "test/support/temporary_folder.hpp"
#include "test/support/watchdog.hpp"

namespace prosa::test {
namespace {

constexpr int any_number = 1'000'000;
std::atomic<int> threads_left{any_number};  // how many can still be made
bool is_listen_refused = false;
// In a row without a failure: all allocations have failed once. In one of them another thread may just have been late.
constexpr int calm_turns_enough = 3;

class Idle final : public Processor {
    absl::Status on_start() override {
        bus().add_services({"IDLE"});
        return absl::OkStatus();
    }
};

ProcessorDefinition processor(std::string name) {
    ProcessorDefinition made;
    made.name = std::move(name);
    made.make = [](const ShardInfo&) { return std::make_unique<Idle>(); };
    return made;
}

InstanceOptions instance() {
    InstanceOptions made;
    made.pins_reactors = false;
    made.idle.mode = IdleMode::park;
    made.bus.ring_slots = 8;
    made.bus.pool_blocks = 16;
    made.bus.pending_limit = 16;
    return made;
}

std::size_t thread_count() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}));
}

// One that was joined is gone from the kernel's list a moment later.
bool comes_to_one_thread() {
    for (int i = 0; i < 1000 && thread_count() != 1; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return thread_count() == 1;
}

bool says(const absl::Status& status, const std::string& text) {
    return absl::IsResourceExhausted(status) && std::string(status.message()).find(text) != std::string::npos;
}

// Only the constructor may throw.
std::unique_ptr<BusMain> constructed() {
    try {
        return std::make_unique<BusMain>(instance());
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

absl::Status started(BusMain& main) {
    absl::Status status;
    for (const char* const name : {"one", "two"}) status.Update(main.add_processor(processor(name)).status());
    if (status.ok()) status = main.start();
    return status;
}

bool runs(BusMain& main) { return started(main).ok() && main.wait_until_running(10 * ns_per_s); }

// How many starts are refused until one has memory for all of its allocations: each says that memory is missing, and
// leaves no thread. `start` ends what it starts, and takes no memory of its own.
template <typename Options, typename Start>
std::uint64_t refusals_without_memory(const Options& options, Start start, bool lasts) {
    std::uint64_t refusals = 0;
    bool has_failed = true;
    for (std::uint64_t which = 0; has_failed; ++which) {
        CAPTURE(which);
        CAPTURE(lasts);
        Options given = options;
        FailingMemory::arm(which, lasts);
        const absl::Status status = start(std::move(given));
        has_failed = FailingMemory::has_failed();
        FailingMemory::disarm();
        refusals += !status.ok();
        if (!status.ok()) CHECK_MESSAGE(says(status, "memory"), status.ToString());
        CHECK(comes_to_one_thread());
    }
    return refusals;
}

}  // namespace
}  // namespace prosa::test

// Also for std::thread, whose library asks for it.
extern "C" __attribute__((visibility("default"))) int pthread_create(pthread_t* thread,
                                                                     const pthread_attr_t* attributes,
                                                                     void* (*run)(void*), void* argument) {
    static const auto original =
        reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
    if (prosa::test::threads_left.fetch_sub(1) <= 0) return EAGAIN;
    return original(thread, attributes, run, argument);
}

extern "C" __attribute__((visibility("default"))) int listen(int socket, int backlog) noexcept {
    static const auto original = reinterpret_cast<decltype(&listen)>(dlsym(RTLD_NEXT, "listen"));
    if (!prosa::test::is_listen_refused) return original(socket, backlog);
    errno = EADDRINUSE;
    return -1;
}

namespace prosa::test {

TEST_CASE("a start that lacks a thread says which one, and leaves none") {
    for (const std::string missing :
         {"no thread for reactor 0", "no thread for reactor 1", "no thread for Main"}) {
        CAPTURE(missing);
        static int made = 0;
        BusMain main(instance());
        threads_left = made++;
        const absl::Status status = started(main);
        threads_left = any_number;
        CHECK_MESSAGE(says(status, missing), status.ToString());
        CHECK(comes_to_one_thread());
        CHECK(main.is_stopping());
        CHECK(main.join() == 0);
    }
}

TEST_CASE("a processor that lacks its thread is refused, and can be added again") {
    BusMain main(instance());
    REQUIRE(started(main).ok());
    threads_left = 0;
    const absl::Status refused = main.add_processor(processor("three")).status();
    threads_left = any_number;
    CHECK_MESSAGE(says(refused, "no thread for reactor 2"), refused.ToString());
    CHECK(main.report().processors.size() == 2);
    CHECK(main.add_processor(processor("three")).ok());
    CHECK(main.wait_until_running(10 * ns_per_s));
    CHECK(main.stop_and_join("the test is over") == 0);
}

TEST_CASE("a processor that lacks its thread and the memory to say so is refused, and can be added again") {
    int calm_turns = 0;
    for (std::uint64_t which = 0; calm_turns < calm_turns_enough; which += 3) {
        CAPTURE(which);
        BusMain main(instance());
        REQUIRE(started(main).ok());
        threads_left = 0;
        FailingMemory::arm_everywhere(which, true);
        const absl::Status refused = main.add_processor(processor("three")).status();
        calm_turns = FailingMemory::has_failed() ? 0 : calm_turns + 1;
        FailingMemory::disarm();
        threads_left = any_number;
        CHECK(absl::IsResourceExhausted(refused));
        CHECK(main.add_processor(processor("three")).ok());
        CHECK(main.wait_until_running(10 * ns_per_s));
        CHECK(main.stop_and_join("the test is over") == 0);
    }
}

TEST_CASE("refusals use up no reactor") {
    BusMain main(instance());
    REQUIRE(started(main).ok());
    for (int i = 0; i < 300; ++i) {
        threads_left = 0;
        CHECK(absl::IsResourceExhausted(main.add_processor(processor("three")).status()));
        threads_left = any_number;
        FailingMemory::arm(3, false);
        CHECK_THROWS_AS(main.connect_client(), std::bad_alloc);
        FailingMemory::disarm();
    }
    CHECK(main.add_processor(processor("three")).ok());
    CHECK(main.connect_client() != nullptr);
    CHECK(main.wait_until_running(10 * ns_per_s));
    CHECK(main.stop_and_join("the test is over") == 0);
}

TEST_CASE("a refused start leaves the process's signals as they were") {
    const auto action = [] {
        struct sigaction found {};
        ::sigaction(SIGTERM, nullptr, &found);
        return found.sa_handler;
    };
    const auto before = action();
    InstanceOptions listening = instance();
    listening.handles_signals = true;
    BusMain main(listening);
    threads_left = 0;
    CHECK_FALSE(started(main).ok());
    threads_left = any_number;
    CHECK((action() == before));
}

TEST_CASE("a thread without memory for its first question is told so; a stop begins all the same") {
    for (std::uint64_t which = 0; which < 8; ++which) {
        CAPTURE(which);
        BusMain main(instance());
        REQUIRE(started(main).ok());
        absl::Status asked;
        std::thread asker([&] {
            FailingMemory::arm(which, true);
            asked = main.remove_processor("two");
            FailingMemory::disarm();
        });
        asker.join();
        CHECK((asked.ok() || says(asked, "memory")));
        if (which == 0) CHECK_FALSE(asked.ok());
        std::thread stopper([&] {
            FailingMemory::arm(which, true);
            main.begin_stop("done");
            FailingMemory::disarm();
        });
        stopper.join();
        CHECK(main.join() == 0);
        CHECK_FALSE(main.is_stop_requested());
    }
}

TEST_CASE("Main answers while it lacks memory for what its reactors report") {
    const Watchdog watchdog("questions without memory", std::chrono::seconds(60));
    int calm_turns = 0;
    for (std::uint64_t which = 0; calm_turns < calm_turns_enough; ++which) {
        CAPTURE(which);
        BusMain main(instance());
        REQUIRE(runs(main));
        FailingMemory::arm_elsewhere(which, true);
        const absl::Status added = main.add_processor(processor("three")).status();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));  // it starts, as far as it can
        (void)main.wait_until_running(0);
        calm_turns = FailingMemory::has_failed() ? 0 : calm_turns + 1;
        FailingMemory::disarm();
        CHECK_MESSAGE((added.ok() || says(added, "memory")), added.ToString());
        CHECK(main.wait_until_running(10 * ns_per_s));
        CHECK(main.stop_and_join("the test is over") == 0);
    }
}

// Its table cannot be published, so it lacks memory at every turn.
TEST_CASE("Main sleeps past no question while it lacks memory, also when the instance has stopped") {
    const Watchdog watchdog("questions that are slept past", std::chrono::seconds(60));
    BusMain main(instance());
    REQUIRE(runs(main));
    FailingMemory::arm_elsewhere(0, true);
    CHECK(main.withdraw_service("IDLE").ok());
    for (const bool is_stopping : {false, true}) {
        if (is_stopping) main.begin_stop("the test is over");
        for (int i = 0; i < 20'000; ++i) (void)main.wait_until_running(0);
    }
    CHECK(FailingMemory::has_failed());
    FailingMemory::disarm();
    CHECK(main.join() == 0);
}

TEST_CASE("what lacks its thread beside an instance says so, and leaves no socket") {
    const TemporaryFolder folder;
    const std::string socket = folder.file("ctl.sock");
    threads_left = 0;
    const absl::Status no_server = ControlServer::start({socket}, {}).status();
    const absl::Status no_log = TransactionLog::create({folder.file("transactions.log")}).status();
    threads_left = any_number;
    CHECK_MESSAGE(says(no_server, "no thread for the control socket " + socket), no_server.ToString());
    CHECK(!std::filesystem::exists(socket));
    CHECK_MESSAGE(says(no_log, "no thread for the log of transactions"), no_log.ToString());
}

TEST_CASE("a control socket that cannot listen says so, and leaves no file") {
    const TemporaryFolder folder;
    const std::string socket = folder.file("ctl.sock");
    is_listen_refused = true;
    const absl::Status refused = ControlServer::start({socket}, {}).status();
    is_listen_refused = false;
    CHECK_MESSAGE(refused.message().find("in use") != std::string::npos, refused.ToString());
    CHECK(!std::filesystem::exists(socket));
}

TEST_CASE("a control socket that lacks memory says so, and leaves no thread and no file") {
    const TemporaryFolder folder;
    const ControlServerOptions options{folder.file("ctl.sock")};
    int wrong_files = 0;
    const auto start = [&](ControlServerOptions given) {
        const auto server = ControlServer::start(std::move(given), {});
        wrong_files += (::access(options.path.c_str(), F_OK) == 0) != server.ok();
        return server.status();
    };
    CHECK(refusals_without_memory(options, start, false) > 3);
    CHECK(refusals_without_memory(options, start, true) > 3);
    CHECK(wrong_files == 0);
}

TEST_CASE("a log of transactions that lacks memory at its start says so, and leaves no thread") {
    const TemporaryFolder folder;
    const TransactionLogOptions options{folder.file("transactions.log")};
    const auto start = [](TransactionLogOptions given) {
        return TransactionLog::create(std::move(given)).status();
    };
    CHECK(refusals_without_memory(options, start, false) > 1);
    CHECK(refusals_without_memory(options, start, true) > 1);
}

TEST_CASE("a sink of a log of transactions that lacks memory leaves nothing") {
    const TemporaryFolder folder;
    const auto log = TransactionLog::create({folder.file("transactions.log")});
    REQUIRE(log.ok());
    int refusals = 0;
    bool has_failed = true;
    for (std::uint64_t which = 0; has_failed; ++which) {
        CAPTURE(which);
        const LiveMemory before = FailingMemory::live();
        FailingMemory::arm(which, false);
        bool is_refused = false;
        try {
            (void)(*log)->open();
        } catch (const std::bad_alloc&) {
            is_refused = true;
        }
        has_failed = FailingMemory::has_failed();
        FailingMemory::disarm();
        CHECK(is_refused == has_failed);
        refusals += is_refused;
        if (is_refused) CHECK((FailingMemory::live() == before));
    }
    CHECK(refusals > 2);
}

TEST_CASE("a start that lacks memory says so, and leaves no thread") {
    std::uint64_t refusals = 0;
    bool has_failed = true;
    for (std::uint64_t which = 0; has_failed; ++which) {
        CAPTURE(which);
        FailingMemory::arm(which, false);
        std::unique_ptr<BusMain> main = constructed();
        const absl::Status status = main == nullptr ? absl::OkStatus() : started(*main);
        has_failed = FailingMemory::has_failed();
        FailingMemory::disarm();
        refusals += !status.ok();
        if (!status.ok()) CHECK_MESSAGE(says(status, "memory"), status.ToString());
        if (main == nullptr) continue;
        if (status.ok()) CHECK(main->wait_until_running(10 * ns_per_s));
        CHECK(main->stop_and_join("the test is over") == 0);
        main.reset();
        CHECK(comes_to_one_thread());
    }
    CHECK(refusals > 50);
}

TEST_CASE("a processor that lacks memory in any thread is refused, and runs when it is added again") {
    std::uint64_t refusals = 0;
    int calm_turns = 0;
    for (std::uint64_t which = 0; calm_turns < calm_turns_enough; ++which) {
        CAPTURE(which);
        BusMain main(instance());
        REQUIRE(runs(main));
        FailingMemory::arm_everywhere(which, false);
        absl::Status added = main.add_processor(processor("three")).status();
        calm_turns = FailingMemory::has_failed() ? 0 : calm_turns + 1;
        FailingMemory::disarm();
        if (!added.ok()) {
            ++refusals;
            CHECK_MESSAGE(says(added, "memory"), added.ToString());
            CHECK(main.report().processors.size() == 2);
            added = main.add_processor(processor("three")).status();
        }
        CHECK_MESSAGE(added.ok(), added.ToString());
        CHECK(main.wait_until_running(10 * ns_per_s));
        CHECK(main.stop_and_join("the test is over") == 0);
    }
    CHECK(refusals > 10);
}

TEST_CASE("a log of transactions that lacks memory is late, and loses nothing") {
    const TemporaryFolder folder;
    int calm_turns = 0;
    for (std::uint64_t which = 0; calm_turns < calm_turns_enough; ++which) {
        CAPTURE(which);
        auto log = TransactionLog::create({folder.file(std::to_string(which))});
        REQUIRE(log.ok());
        (*log)->begin(std::make_shared<ServiceDirectory>());
        auto sink = (*log)->open();
        for (std::uint64_t id = 1; id <= 3; ++id) {
            TransactionRecord record{};
            record.id = id;
            sink->on_end(record);
        }
        FailingMemory::arm_everywhere(which, false);
        // A few rounds of its thread.
        for (int i = 0; i < 70 && !FailingMemory::has_failed(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        calm_turns = FailingMemory::has_failed() ? 0 : calm_turns + 1;
        FailingMemory::disarm();
        sink.reset();
        (*log)->close();
        CHECK((*log)->counts().written == 3);
        CHECK((*log)->counts().dropped == 0);
    }
}

TEST_CASE("what a log of transactions has no memory to write at its end is counted as dropped") {
    const TemporaryFolder folder;
    int partly_written = 0;
    bool has_failed = true;
    for (std::uint64_t which = 0; has_failed; which += 2) {
        CAPTURE(which);
        auto log = TransactionLog::create({folder.file(std::to_string(which))});
        REQUIRE(log.ok());
        (*log)->begin(std::make_shared<ServiceDirectory>());
        auto sink = (*log)->open();
        FailingMemory::arm_everywhere(which, true);
        TransactionRecord record{};
        for (record.id = 1; record.id <= 3; ++record.id) sink->on_end(record);
        (*log)->close();
        has_failed = FailingMemory::has_failed();
        FailingMemory::disarm();
        const TransactionLogCounts counts = (*log)->counts();
        CHECK(counts.written + counts.dropped == 3);
        if (which == 0) CHECK(counts.dropped == 3);
        if (!has_failed) CHECK(counts.written == 3);
        partly_written += counts.written != 0 && counts.dropped != 0;
    }
    CHECK(partly_written != 0);
}

}  // namespace prosa::test
