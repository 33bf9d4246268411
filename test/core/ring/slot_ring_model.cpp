// The shipped SlotRing under relacy: a producer and a consumer, contents that are plain data.
//
// Forbids   a message lost, doubled, out of order or half written; a slot written while it may still be read;
//           a refusal by a ring that has room, or a grant by one that has none; an end that never comes.
// Caught    each of these, made relaxed alone, fails with a data race: the release store of publish and the
//           acquire loads of peek and ready_count ([publish]); the release store of release and the acquire
//           load of can_claim ([recycle]). So does a can_claim that grants one slot more than there is; one
//           that keeps a slot back fails the check of refusals.
// Not here  readable_count, whose loads are relaxed because it only estimates; positions that pass 2^32, which
//           slot_ring_test.cpp drives.
#include "test/support/model_ring.hpp"
#include "test/support/model_run.hpp"

#include <algorithm>
#include <cstddef>

namespace prosa {
namespace {

// Thread 0 produces, thread 1 consumes.
template <typename Model, std::uint32_t capacity>
struct RingModel : rl::test_suite<Model, 2> {
    void thread(unsigned index) {
        Model& model = static_cast<Model&>(*this);
        index == 0 ? model.produce() : model.consume();
    }

    void take(const std::byte* slot) {
        model_require(content(slot).get() == ++taken, "messages come whole, once and in order");
        ring.release();
    }

    ModelRing ring{capacity, model_slot_bytes};
    RingContents contents{ring};
    unsigned taken = 0;  // the consumer's
};

// One at a time: the ring is empty and full in turn, and wraps.
template <std::uint32_t capacity, unsigned message_count>
struct Transfer : RingModel<Transfer<capacity, message_count>, capacity> {
    void produce() {
        for (unsigned number = 1; number <= message_count; ++number) {
            std::byte* slot = this->ring.try_claim();
            for (; slot == nullptr; slot = this->ring.try_claim()) model_yield();
            content(slot).set(number);
            this->ring.publish();
        }
    }

    void consume() {
        while (this->taken < message_count) {
            if (const std::byte* const slot = this->ring.peek()) {
                this->take(slot);
            } else {
                model_yield();
            }
        }
        model_require(this->ring.peek() == nullptr, "nothing comes that was not sent");
    }
};

// Several at a time: claims that can_claim(n) granted, claims that are left unpublished; messages that are
// counted ahead, read together and released one or a few at a time.
template <std::uint32_t capacity, unsigned message_count>
struct Batches : RingModel<Batches<capacity, message_count>, capacity> {
    void produce() {
        for (unsigned number = 0; number < message_count;) {
            const unsigned count = 1 + rl::rand(std::min(capacity, message_count - number));
            if (!this->ring.can_claim(count)) {
                model_yield();
                continue;
            }
            for (unsigned i = 0; i < count; ++i) send(++number);
        }
    }

    void send(unsigned number) {
        std::byte* const slot = this->ring.try_claim();
        model_require(slot != nullptr, "what can_claim granted can be claimed");
        if (rl::rand(2) == 0) {
            content(slot).set(0);
            model_require(this->ring.try_claim() == slot, "a claim that is left is the next claim");
        }
        content(slot).set(number);
        this->ring.publish();
    }

    void consume() {
        while (this->taken < message_count) {
            const std::uint32_t ready = this->ring.ready_count(capacity);
            if (ready == 0) {
                model_yield();
                continue;
            }
            for (std::uint32_t i = 0; i < ready; ++i)
                model_require(content(this->ring.ahead(i)).get() == this->taken + i + 1,
                              "ready means readable");
            for (std::uint32_t left = 1 + rl::rand(ready); left > 0; --left) this->take(this->ring.ahead(0));
        }
        model_require(this->ring.ready_count(capacity) == 0, "nothing comes that was not sent");
    }
};

// The producer never waits: what a full ring refuses is not sent, and what it holds stays.
template <std::uint32_t capacity, unsigned try_count>
struct Refusal : RingModel<Refusal<capacity, try_count>, capacity> {
    void produce() {
        unsigned number = 0;
        for (unsigned i = 0; i < try_count; ++i) {
            std::byte* const slot = this->ring.try_claim();
            model_require(slot != nullptr || number >= capacity, "a ring with room refuses nothing");
            if (slot == nullptr) continue;
            content(slot).set(++number);
            this->ring.publish();
        }
        sent = number;
    }

    void consume() {
        for (unsigned i = 0; i < try_count; ++i)
            if (const std::byte* const slot = this->ring.peek()) this->take(slot);
    }

    void after() {
        while (const std::byte* const slot = this->ring.peek()) this->take(slot);
        model_require(this->taken == sent, "every message that was published comes");
        model_require(this->ring.can_claim(capacity), "an empty ring has room for a lap");
    }

    unsigned sent = 0;  // the producer's
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("slot_ring");
    run.random<prosa::Transfer<2, 5>>("transfer", 200'000);
    run.random<prosa::Batches<4, 10>>("batches", 200'000);
    run.random<prosa::Refusal<2, 6>>("refusal", 200'000);
    run.full<prosa::Transfer<2, 3>>("transfer, full search");
    run.full<prosa::Refusal<2, 3>>("refusal, full search");
    run.bounded<prosa::Transfer<2, 5>>("transfer, 3 switches", 3);
    run.bounded<prosa::Batches<2, 3>>("batches, 2 switches", 2);
    return run.exit_code();
}
