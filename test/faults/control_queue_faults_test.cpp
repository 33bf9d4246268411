// Threads that have no memory for their first post to an inbox, and have it again.
//
// Forbids   a thread that is refused for ever; a task lost, run twice or out of its poster's order; an inbox that is
//           made without memory and takes nothing.
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "core/reactor/control_inbox.hpp"
#include "test/faults/failing_memory.hpp"
#include "test/support/watchdog.hpp"

namespace prosa::test {
namespace {

constexpr std::size_t capacity_tasks = 64;
constexpr std::uint64_t never = ~std::uint64_t{0};

// Runs what was posted, by number.
class Inbox {
  public:
    Inbox() : inbox_(std::make_shared<Waker>(), capacity_tasks, 4) {}

    // The task itself needs no memory.
    bool post(int number) {
        ControlTask task([this, number] { ran_.push_back(number); });
        return inbox_.post(task);
    }
    std::vector<int> run() {
        while (inbox_.run_pending() != 0) {
        }
        return std::exchange(ran_, {});
    }

  private:
    ControlInbox<> inbox_;
    std::vector<int> ran_;
};

std::vector<int> numbers(int count) {
    std::vector<int> made;
    for (int number = 0; number < count; ++number) made.push_back(number);
    return made;
}

// Allocations of a first post that succeeds.
std::uint64_t first_post_allocations() {
    Inbox inbox;
    FailingMemory::arm(never, false);
    const bool is_posted = inbox.post(0);
    FailingMemory::disarm();
    CHECK(is_posted);
    CHECK(inbox.run() == numbers(1));
    return FailingMemory::allocations();
}

TEST_CASE("a thread that lacked memory for its first post posts again when there is some, in its order") {
    const std::uint64_t total = first_post_allocations();
    REQUIRE(total >= 2);
    for (std::uint64_t which = 0; which < total; ++which)
        for (const bool lasts : {false, true}) {
            CAPTURE(which);
            CAPTURE(lasts);
            Inbox inbox;
            FailingMemory::arm(which, lasts);
            const bool is_posted = inbox.post(0);
            FailingMemory::disarm();
            REQUIRE_FALSE(is_posted);
            REQUIRE(FailingMemory::has_failed());
            for (int round = 0; round < 10; ++round) {
                int posted = 0;
                while (inbox.post(posted)) ++posted;
                CHECK(posted == capacity_tasks);
                CHECK(inbox.run() == numbers(posted));
            }
        }
}

TEST_CASE("threads that lacked memory share what is left of the inbox with those that did not") {
    Watchdog watchdog("control_queue_faults_test: a thread is refused for ever", std::chrono::seconds(100));
    constexpr int posters = 3;
    constexpr int per_poster = 20'000;
    const std::uint64_t total = first_post_allocations();
    ControlInbox<> inbox(std::make_shared<Waker>(), capacity_tasks, posters);
    struct Ran {
        int next = 0;
        bool is_in_order = true;
        void run(int number) { is_in_order &= next++ == number; }
    };
    std::vector<Ran> ran(posters);
    std::vector<std::thread> threads;
    for (int poster = 0; poster < posters; ++poster)
        threads.emplace_back([&, poster] {
            // The last part of what a first post needs; the first poster has it all.
            FailingMemory::arm(poster == 0 ? never : total - 1, false);
            for (int number = 0; number < per_poster; ++number) {
                ControlTask task([&poster_ran = ran[poster], number] { poster_ran.run(number); });
                while (!inbox.post(task)) {
                    FailingMemory::disarm();
                    std::this_thread::yield();
                }
            }
            FailingMemory::disarm();
        });
    for (std::size_t count = 0; count < posters * per_poster;) count += inbox.run_pending();
    for (std::thread& thread : threads) thread.join();
    for (const Ran& poster_ran : ran) {
        CHECK(poster_ran.is_in_order);
        CHECK(poster_ran.next == per_poster);
    }
}

TEST_CASE("an inbox that is made without memory is refused, or takes its tasks") {
    FailingMemory::arm(never, false);
    (void)std::make_unique<Inbox>();
    FailingMemory::disarm();
    const std::uint64_t total = FailingMemory::allocations();
    for (std::uint64_t which = 0; which < total; ++which) {
        CAPTURE(which);
        std::unique_ptr<Inbox> inbox;
        FailingMemory::arm(which, false);
        try {
            inbox = std::make_unique<Inbox>();
        } catch (const std::bad_alloc&) {
        }
        FailingMemory::disarm();
        REQUIRE(FailingMemory::has_failed());
        if (inbox == nullptr) continue;
        int posted = 0;
        while (inbox->post(posted)) ++posted;
        CHECK(posted == capacity_tasks);
        CHECK(inbox->run() == numbers(posted));
    }
}

}  // namespace
}  // namespace prosa::test
