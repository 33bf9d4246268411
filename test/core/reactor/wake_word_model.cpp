// The shipped WakeWord under relacy: producers that publish into relaxed words, a sleeper that must take it all.
//
// Forbids   a sleeper that waits for ever beside published work (relacy calls it a deadlock); a wake-up without a
//           claim, or a claim without one: each is waited for exactly once.
// Caught    announce_sleep without its acquire and claim_wake without its release, as a deadlock: the publication
//           is then not visible at the second look. So are announce_sleep and awaken as plain stores, and a
//           claim_wake that looks before it exchanges, or loads and stores.
// Survives  The release of announce_sleep, the acquire of claim_wake and both orders of awaken: the proof needs
//           only that the claim happens before a later announcement, and a read-modify-write of any order in
//           between keeps the claim's release sequence. They are there so that every change of the word
//           synchronises with the next, which costs nothing on x86-64.
#include "test/support/model_run.hpp"
#include "test/support/model_waker.hpp"

#include "core/reactor/wake_word.hpp"

namespace prosa {
namespace {

// Producers that each publish `item_count` items into a queue of their own; one sleeper that takes them all. The
// queues are relaxed words: nothing but the wake word makes an item visible at the second look.
template <unsigned producer_count, unsigned item_count>
struct Sleeping : rl::test_suite<Sleeping<producer_count, item_count>, producer_count + 1> {
    Sleeping() {
        for (auto& queue : published) queue.store(0, std::memory_order_relaxed);
    }

    void thread(unsigned index) { index < producer_count ? produce(published[index]) : consume(); }

    void produce(OwnedAtomic<unsigned>& queue) {
        for (unsigned item = 1; item <= item_count; ++item) {
            queue.store(item, std::memory_order_relaxed);
            if (word.claim_wake()) waker.wake();
        }
    }

    void consume() {
        while (!took_all()) {
            word.announce_sleep();
            const bool does_wait = !is_work_waiting();
            if (does_wait) waker.wait();
            const bool is_claimed = word.awaken();
            model_require(is_claimed || !does_wait, "a wake-up comes of a claim");
            if (is_claimed && !does_wait) waker.wait();
        }
    }

    bool is_work_waiting() const {
        for (unsigned i = 0; i < producer_count; ++i)
            if (published[i].load(std::memory_order_relaxed) != taken[i]) return true;
        return false;
    }

    bool took_all() {
        bool all = true;
        for (unsigned i = 0; i < producer_count; ++i) {
            taken[i] = published[i].load(std::memory_order_relaxed);
            all &= taken[i] == item_count;
        }
        return all;
    }

    WakeWord<ModelAtomic> word;
    ModelWaker waker;
    OwnedAtomic<unsigned> published[producer_count];
    unsigned taken[producer_count] = {};  // the sleeper's
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("wake_word");
    run.random<prosa::Sleeping<1, 4>>("one producer", 200'000);
    run.random<prosa::Sleeping<3, 2>>("three producers", 200'000);
    run.full<prosa::Sleeping<1, 2>>("one producer, full search");
    run.bounded<prosa::Sleeping<2, 2>>("two producers, 4 switches", 4);
    if (run.is_long()) {
        run.full<prosa::Sleeping<1, 3>>("one producer of three, full search");
        run.full<prosa::Sleeping<2, 1>>("two producers, full search");
    }
    return run.exit_code();
}
