#include "core/memory/block_fifo.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <random>
#include <vector>

namespace prosa {
namespace {

TEST_CASE("blocks leave in the order in which they came") {
    MessageBlock blocks[3]{};
    BlockFifo fifo;
    CHECK(fifo.is_empty());
    for (MessageBlock& block : blocks) fifo.push_back(block);
    CHECK(fifo.count() == 3);
    fifo.push_front(fifo.pop_front());
    CHECK(fifo.count() == 3);
    for (MessageBlock& block : blocks) {
        CHECK_FALSE(fifo.is_empty());
        CHECK(&fifo.pop_front() == &block);
    }
    CHECK(fifo.is_empty());
    CHECK(fifo.count() == 0);
}

TEST_CASE("a block that left may wait again, in this queue or another") {
    MessageBlock first{};
    MessageBlock second{};
    BlockFifo here;
    BlockFifo there;
    here.push_back(first);
    here.push_back(second);
    there.push_back(here.pop_front());
    here.push_back(there.pop_front());
    CHECK(there.is_empty());
    CHECK(&here.pop_front() == &second);
    CHECK(&here.pop_front() == &first);
    CHECK(here.is_empty());
}

TEST_CASE("what a link of a block held before it came does not matter") {
    MessageBlock stranger{};
    MessageBlock block{};
    block.next = &stranger;
    BlockFifo fifo;
    fifo.push_back(block);
    CHECK(&fifo.pop_front() == &block);
    CHECK(fifo.is_empty());
}

TEST_CASE("any mixture of pushes and pops does what a deque does") {
    std::vector<MessageBlock> blocks(8);
    std::deque<MessageBlock*> expected;
    std::deque<MessageBlock*> idle;
    for (MessageBlock& block : blocks) idle.push_back(&block);
    BlockFifo fifo;
    std::minstd_rand random(1);
    for (int step = 0; step < 10'000; ++step) {
        REQUIRE(fifo.is_empty() == expected.empty());
        const bool does_push = expected.empty() || (!idle.empty() && random() % 2 == 0);
        if (does_push) {
            fifo.push_back(*idle.front());
            expected.push_back(idle.front());
            idle.pop_front();
        } else {
            REQUIRE(&fifo.pop_front() == expected.front());
            idle.push_back(expected.front());
            expected.pop_front();
        }
    }
}

}  // namespace
}  // namespace prosa
