// The shipped SignalTarget under relacy: an instance that starts and ends beside handlers of signals.
//
// Forbids   a handler that finds the instance before it is built; one that uses it after it has ended; a clear that
//           takes another instance's place.
// Caught    each order made weaker alone; as a data race on what the instance is made of.
#include "test/support/model_run.hpp"

#include "core/bus/signal_target.hpp"

namespace prosa {
namespace {

struct Instance {
    ModelVar<unsigned> built;
};

// Thread 0 starts an instance and ends it; another one stays; the others are interrupted by signals.
struct Signalled : rl::test_suite<Signalled, 3> {
    void thread(unsigned index) { index == 0 ? live() : handle(); }

    void live() {
        instance.built.set(1);
        target.set(&instance);
        target.clear(&other);
        target.clear(&instance);
        if (!target.is_visited()) instance.built.set(0);
    }

    void handle() {
        target.visit([](Instance& found) { model_require(found.built.get() == 1, "who is found is built"); });
    }

    void after() {
        model_require(!target.is_visited(), "visitors leave");
        target.visit([](Instance&) { model_require(false, "who has cleared itself is not found"); });
        target.set(&other);
        target.clear(&instance);
        bool is_found = false;
        target.visit([&](Instance& found) { is_found = &found == &other; });
        model_require(is_found, "an instance clears itself only");
    }

    Instance instance;
    Instance other;
    SignalTarget<Instance, ModelAtomic> target;
};

}  // namespace
}  // namespace prosa

int main() {
    prosa::ModelRun run("signal_target");
    run.full<prosa::Signalled>("signalled, full search");
    return run.exit_code();
}
