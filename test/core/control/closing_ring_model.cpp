// The shipped ClosingRing under relacy: a producer that leaves, a consumer that forgets the ring when it has all.
//
// Forbids   a record lost because its ring was forgotten, or doubled, or half written; more taken at once than asked
//           for; a ring that is never forgotten.
// Caught    the release store of close and the acquire load of drain ([closed]), each made relaxed alone, as lost
//           records; a drain that looks at the flag after the records, or does not look for records again.
#include "test/support/model_ring.hpp"
#include "test/support/model_run.hpp"

#include "core/control/closing_ring.hpp"

namespace prosa {
namespace {

// Thread 0 publishes `record_count` records and leaves; thread 1 drains at most `portion` at a time.
template <std::uint32_t capacity, unsigned record_count, unsigned portion>
struct Leaving : rl::test_suite<Leaving<capacity, record_count, portion>, 2> {
    void thread(unsigned index) { index == 0 ? produce() : consume(); }

    void produce() {
        for (unsigned number = 1; number <= record_count; ++number) {
            std::byte* slot = ring.records.try_claim();
            for (; slot == nullptr; slot = ring.records.try_claim()) model_yield();
            content(slot).set(number);
            ring.records.publish();
        }
        ring.close();
    }

    void consume() {
        for (bool has_ended = false; !has_ended;) {
            const unsigned before = taken;
            has_ended = ring.drain(portion, [this](const std::byte* slot) {
                model_require(content(slot).get() == ++taken, "records come whole, once and in order");
            });
            model_require(taken - before <= portion, "no more is taken than was asked for");
            if (taken == before) model_yield();
        }
        model_require(taken == record_count, "a ring is forgotten when all its records were taken");
    }

    ClosingRing<OwnedAtomic> ring{capacity, model_slot_bytes};
    RingContents contents{ring.records};
    unsigned taken = 0;  // the consumer's
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("closing_ring");
    run.random<prosa::Leaving<4, 6, 4>>("leaving", 100'000);
    run.random<prosa::Leaving<2, 6, 1>>("leaving, one record a turn", 100'000);
    run.full<prosa::Leaving<2, 1, 1>>("leaving with one record, full search");
    run.bounded<prosa::Leaving<2, 2, 2>>("leaving with two records, 2 switches", 2);
    return run.exit_code();
}
