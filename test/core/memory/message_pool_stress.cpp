// An owner lends blocks to another thread, which sends them home in chains of random length.
//
// Forbids   a block lost, lent twice at once, or changed on its way; an end that never comes.
#include <doctest/doctest.h>

#include <chrono>
#include <cstring>
#include <random>
#include <thread>

#include "core/memory/message_pool.hpp"
#include "core/ring/slot_ring.hpp"
#include "test/support/stress_run.hpp"

namespace prosa {
namespace {

constexpr std::uint64_t lend_count = 300'000;

void lend(MessagePool& pool, SlotRing<>& ring, HomewardMailbox<>& mailbox) {
    std::uint64_t number = 0;
    while (number < lend_count) {
        MessagePool::put_chain(mailbox.take());
        std::byte* const slot = ring.try_claim();
        MessageBlock* const block = slot == nullptr ? nullptr : pool.try_take();
        if (block == nullptr) {
            std::this_thread::yield();
            continue;
        }
        std::memcpy(block->payload(), &number, sizeof number);
        std::memcpy(slot + 8, &block, sizeof block);
        ring.publish();
        ++number;
    }
    while (pool.taken_blocks() != 0) {
        MessagePool::put_chain(mailbox.take());
        std::this_thread::yield();
    }
}

std::uint64_t give_back(SlotRing<>& ring, HomewardMailbox<>& mailbox, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    MessageBlock* chain = nullptr;
    std::uint64_t wrong = 0;
    std::uint64_t number = 0;
    while (number < lend_count || chain != nullptr) {
        if (const std::byte* const slot = ring.peek()) {
            MessageBlock* block;
            std::memcpy(&block, slot + 8, sizeof block);
            ring.release();
            std::uint64_t seen;
            std::memcpy(&seen, block->payload(), sizeof seen);
            if (seen != number++) ++wrong;
            block->next = chain;
            chain = block;
        } else {
            std::this_thread::yield();
        }
        const bool is_due = number == lend_count || random() % 8 == 0;
        if (is_due && chain != nullptr && mailbox.try_send(chain)) chain = nullptr;
    }
    return wrong;
}

TEST_CASE("every block that was lent comes home, whatever the chains") {
    test::run_stress("message pool stress", std::chrono::seconds(100), [](std::uint64_t seed) {
        MessagePool pool(ReactorId{0}, 256, 24);
        SlotRing<> ring(16, 64);
        HomewardMailbox<> mailbox;
        std::uint64_t wrong = 0;
        std::thread borrower([&] { wrong = give_back(ring, mailbox, seed); });
        lend(pool, ring, mailbox);
        borrower.join();
        CHECK(wrong == 0);
        CHECK(pool.taken_blocks() == 0);
        return lend_count;
    });
}

}  // namespace
}  // namespace prosa
