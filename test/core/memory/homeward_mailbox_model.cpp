// The shipped HomewardMailbox under relacy: an owner that lends blocks, a peer that sends them home in chains.
//
// Forbids   a block lost, or home twice; a chain taken before its links and contents are written; a chain posted
//           over one that nobody took; an end that never comes.
// Caught    the release store of try_send and the exchange of take ([homeward]), each made relaxed alone, as a
//           data race; a try_send that does not look whether the last chain was taken, as a livelock.
// Survives  A take that exchanges without a look first: the look only saves the exchange.
#include "test/support/model_run.hpp"

#include "core/memory/message_pool.hpp"

namespace prosa {
namespace {

// A block, and checked data for its plain `next` and payload: written and read where those are.
struct Block {
    MessageBlock head{};
    ModelVar<unsigned> content{0};
};

// Thread 0 owns `block_count` blocks and lends them `loan_count` times in all; thread 1 marks each and sends it home.
template <unsigned block_count, unsigned loan_count>
struct Homecoming : rl::test_suite<Homecoming<block_count, loan_count>, 2> {
    void thread(unsigned index) { index == 0 ? own() : free_blocks(); }

    void own() {
        for (unsigned index = 0; index < block_count; ++index) lend(index);
        for (unsigned home = 0; home < loan_count;) {
            MessageBlock* block = mailbox.take();
            if (block == nullptr) model_yield();
            for (; block != nullptr; ++home) {
                const unsigned index = index_of(block);
                model_require(blocks[index].content.get() == mark,
                              "a block comes home as its peer left it, once");
                block = block->next;
                blocks[index].content.set(0);
                if (lent_total < loan_count) lend(index);
            }
        }
        model_require(mailbox.take() == nullptr, "nothing comes home that was not lent");
    }

    void lend(unsigned index) {
        loans[lent_total++].set(index);
        lent.store(lent_total, std::memory_order_release);
    }

    void free_blocks() {
        MessageBlock* chain = nullptr;
        for (unsigned freed = 0; freed < loan_count || chain != nullptr;) {
            if (freed < lent.load(std::memory_order_acquire)) {
                Block& block = blocks[loans[freed++].get()];
                block.content.set(mark);
                block.head.next = chain;
                chain = &block.head;
            }
            if (chain == nullptr || !mailbox.try_send(chain)) {
                model_yield();
            } else {
                chain = nullptr;
            }
        }
    }

    unsigned index_of(const MessageBlock* block) const {
        unsigned index = 0;
        while (index < block_count && &blocks[index].head != block) ++index;
        model_require(index < block_count, "a chain holds blocks only");
        return index;
    }

    static constexpr unsigned mark = 7;

    HomewardMailbox<OwnedAtomic> mailbox;
    Block blocks[block_count];
    ModelVar<unsigned> loans[loan_count];  // indexes of blocks, in the order of lending
    OwnedAtomic<unsigned> lent{0};
    unsigned lent_total = 0;  // the owner's
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("homeward_mailbox");
    run.random<prosa::Homecoming<3, 7>>("homecoming", 200'000);
    run.bounded<prosa::Homecoming<1, 2>>("one block twice, 2 switches", 2);
    run.bounded<prosa::Homecoming<2, 3>>("two blocks, 2 switches", 2);
    return run.exit_code();
}
